// Decisions about containers of state, written into a configuration that stays as it is otherwise.
import { createRequire } from 'node:module';
import type * as Jsonc from 'jsonc-parser';
import type { TSESTree } from '@typescript-eslint/types';
import type { Choices, HandleChoice } from '../choices.js';
import { applyEdits, type Edit } from '../edits/edit.js';
import { styleOf } from '../edits/style.js';
import { exportsOf, keyName, propertyOf } from '../mcp/exports.js';
import { innermost } from '../mcp/file-index.js';
import { parseSource } from '../parse/parse.js';
import type { SourceFile } from '../parse/source.js';

type Handles = Choices['handles'];

const require = createRequire(import.meta.url);
const PATH = ['migrate', 'handles'] as const;

/** As a new configuration. */
export function newConfiguration(handles: Handles): string {
  return `${JSON.stringify({ migrate: { handles } }, null, 2)}\n`;
}

/** `at` are the keys that lead to the configuration, in a package.json. */
export function recordInJson(text: string, at: readonly string[], handles: Handles): string {
  const { modify, applyEdits: apply } = require('jsonc-parser') as typeof Jsonc;
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const formattingOptions = { insertSpaces: !indent.includes('\t'), tabSize: indent.includes('\t') ? 1 : indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' };
  return Object.entries(handles).reduce((before, [key, choice]) => apply(before, modify(before, [...at, ...PATH, key], choice, { formattingOptions })), text);
}

/** Undefined where the configuration is not written out in one object. */
export function recordInCode(path: string, text: string, handles: Handles): string | undefined {
  const file = parseSource(path, text);
  const settings = file.problems.length > 0 ? undefined : settingsIn(file);
  const edit = settings && editOf(file, settings, PATH, handles);
  return edit && applyEdits(text, [edit].flat());
}

/** The object of `export default defineConfig({ ... })`, `export default config`, or `module.exports = { ... }`. */
function settingsIn(file: SourceFile): TSESTree.ObjectExpression | undefined {
  const { names, whole } = exportsOf(file);
  const origin = names.get('default');
  return objectBehind(file, origin?.kind === 'expression' || origin?.kind === 'local' ? origin.node : whole);
}

function objectBehind(file: SourceFile, node: TSESTree.Node | undefined, depth = 0): TSESTree.ObjectExpression | undefined {
  const inner = node ? innermost(node) : undefined;
  if (!inner || depth > 4) return undefined;
  if (inner.type === 'ObjectExpression') return inner.properties.every(p => p.type === 'Property' && !p.computed) ? inner : undefined;
  if (inner.type === 'CallExpression' && inner.arguments.length === 1) return objectBehind(file, inner.arguments[0], depth + 1);
  const definition = inner.type === 'Identifier' ? file.variableOf(inner)?.defs[0]?.node : undefined;
  return definition?.type === 'VariableDeclarator' && definition.init ? objectBehind(file, definition.init, depth + 1) : undefined;
}

/** What is not there yet is added at the end of the object that is; of what is there, only the containers of these decisions change. */
function editOf(file: SourceFile, object: TSESTree.ObjectExpression, path: readonly string[], handles: Handles): Edit | readonly Edit[] | undefined {
  const [key, ...rest] = path;
  if (key === undefined) {
    const known = new Map(object.properties.flatMap(p => (p.type === 'Property' ? [[keyName(p.key) ?? '', p] as const] : [])));
    const added = Object.fromEntries(Object.entries(handles).filter(([name]) => !known.has(name)));
    const changed = Object.entries(handles).flatMap(([name, choice]): readonly Edit[] => {
      const property = known.get(name);
      return property ? [{ range: property.value.range, text: choiceText(file, choice) }] : [];
    });
    return [...changed, ...(Object.keys(added).length > 0 ? [appended(file, object, lead => entriesText(file, added, lead))] : [])];
  }
  const property = propertyOf(object, key);
  if (!property) return appended(file, object, lead => `${lead}${path.map(k => `${k}: {`).join(' ')}\n${entriesText(file, handles, lead + styleOf(file).indent)}\n${lead}${path.map(() => '}').join(' ')},`);
  const inside = objectBehind(file, property.value);
  return inside && editOf(file, inside, rest, handles);
}

function entriesText(file: SourceFile, handles: Handles, lead: string): string {
  const { quote } = styleOf(file);
  return Object.entries(handles).map(([name, choice]) => `${lead}${quote}${name}${quote}: ${choiceText(file, choice)},`).join('\n');
}

function choiceText(file: SourceFile, choice: HandleChoice): string {
  const { quote } = styleOf(file);
  return `{ ${Object.entries(choice).map(([key, value]) => `${key}: ${typeof value === 'string' ? quote + value + quote : String(value)}`).join(', ')} }`;
}

function appended(file: SourceFile, object: TSESTree.ObjectExpression, rows: (lead: string) => string): Edit {
  const { eol, indent } = styleOf(file);
  const last = object.properties.at(-1);
  const line = file.text.slice(file.text.lastIndexOf('\n', object.range[1] - 1) + 1, object.range[1] - 1);
  const outer = /^[ \t]*/.exec(line)?.[0] ?? '';
  const end = last ? last.range[1] : object.range[0] + 1;
  const tail = file.text.slice(end, object.range[1] - 1);
  const comma = !last || /^\s*,/.test(tail) ? '' : ',';
  // Comments behind the last entry stay where they are.
  const kept = tail.replace(/^\s*,/, ',').trimEnd();
  return { range: [end, object.range[1] - 1], text: `${comma}${kept}\n${rows(outer + indent)}\n${outer}`.replace(/\r?\n/g, eol) };
}
