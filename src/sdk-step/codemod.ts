// The only caller of the official codemod. It and the compiler that it brings are loaded on the first call.
import { createRequire } from 'node:module';
import type * as Codemod from '@modelcontextprotocol/codemod';
import type * as Morph from 'ts-morph';
import { styleOf, type Style } from '../edits/style.js';
import { parseSource } from '../parse/parse.js';
import { importsToRequires, nestedRequires, requiresToImports, resolveNested } from './commonjs.js';

const require = createRequire(import.meta.url);

export type ProjectKind = 'client' | 'server' | 'both' | 'unknown';

export interface CodemodInput {
  readonly path: string;
  readonly text: string;
  readonly kind: ProjectKind;
}

/** Ours come before and know receivers across files; see `passes/registrations.ts`. */
const LEFT_OUT = new Set(['mcpserver-api']);

/** Runs the transforms over texts, in memory. A file on which one of them throws comes back as it was. */
export function runOfficialCodemod(inputs: readonly CodemodInput[]): ReadonlyMap<string, string> {
  const { getMigration } = require('@modelcontextprotocol/codemod') as typeof Codemod;
  const morph = require('ts-morph') as typeof Morph;
  const transforms = getMigration('v1-to-v2')?.transforms.filter(t => !LEFT_OUT.has(t.id)) ?? [];
  const project = new morph.Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true, compilerOptions: { allowJs: true, noEmit: true } });
  const results = new Map<string, string>();
  for (const { path, text, kind } of inputs) {
    const parsed = parseSource(path, text);
    const style = styleOf(parsed);
    project.manipulationSettings.set(settingsFor(style, morph));
    const asImports = requiresToImports(parsed);
    const nested = nestedRequires(parsed);
    const source = project.createSourceFile(`/${path}`, known((asImports?.text ?? text) + nested.imports), { overwrite: true });
    try {
      for (const transform of transforms) transform.apply(source, { projectType: kind });
      const after = restoreHead(text, unknown(source.getFullText()));
      const restored = nested.imports === '' ? after : resolveNested(path, after, nested.names);
      results.set(path, asImports ? importsToRequires(path, restored, asImports.statements) : restored);
    } catch {
      results.set(path, text);
    } finally {
      project.removeSourceFile(source);
    }
  }
  return results;
}

function settingsFor(style: Style, { QuoteKind, IndentationText, NewLineKind }: typeof Morph): Partial<Morph.ManipulationSettings> {
  const indents: Readonly<Record<string, Morph.IndentationText>> = { '\t': IndentationText.Tab, '  ': IndentationText.TwoSpaces, '        ': IndentationText.EightSpaces };
  return {
    quoteKind: style.quote === '"' ? QuoteKind.Double : QuoteKind.Single,
    indentationText: indents[style.indent] ?? IndentationText.FourSpaces,
    newLineKind: style.eol === '\r\n' ? NewLineKind.CarriageReturnLineFeed : NewLineKind.LineFeed,
    insertSpaceAfterOpeningAndBeforeClosingNonemptyBraces: true,
  };
}

/** A first line that belongs to the first import goes with it when that is rewritten. */
function restoreHead(before: string, after: string): string {
  const head = /^#![^\n]*\n(?:[ \t]*\r?\n)*/.exec(before)?.[0];
  return head !== undefined && !after.startsWith('#!') ? head + after : after;
}

const UNKNOWN_MOCK = 'jest.unstable_mockModule(';
const KNOWN_MOCK = 'jest.mock(/*@unstable*/';

/** The one way of mocking a module that the codemod does not know. */
function known(text: string): string {
  return text.replaceAll(UNKNOWN_MOCK, KNOWN_MOCK);
}

function unknown(text: string): string {
  return text.replaceAll(KNOWN_MOCK, UNKNOWN_MOCK);
}
