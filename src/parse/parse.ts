// The only importer of oxc-parser, which is loaded on the first file that needs it.
import { createRequire } from 'node:module';
import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import type { ParserOptions } from 'oxc-parser';
import { analyzeScopes } from './scopes.js';
import type { Scopes, SourceComment, SourceFile, SyntaxProblem } from './source.js';
import { treeOf } from './tree.js';

const require = createRequire(import.meta.url);

/** Beyond this the parser and the analysis of scopes, which are recursive, run out of stack. Only machines write such code. */
const MAX_DEPTH = 1_000;

interface Parsed {
  readonly program: TSESTree.Program;
  readonly depth: number;
  readonly comments: readonly SourceComment[];
  readonly problems: readonly SyntaxProblem[];
}

let oxc: typeof import('oxc-parser') | undefined;

/** Text without a byte order mark. Never throws: what cannot be parsed has problems and an empty tree. */
export function parseSource(path: string, text: string): SourceFile {
  return new ParsedFile(path, text);
}

class ParsedFile implements SourceFile {
  #parsed: Parsed | undefined;
  #scopes: Scopes | undefined;
  #variables: Map<TSESTree.Node, Variable> | undefined;

  constructor(
    readonly path: string,
    readonly text: string,
  ) {}

  get program(): TSESTree.Program {
    return this.#parse().program;
  }

  get comments(): readonly SourceComment[] {
    return this.#parse().comments;
  }

  get problems(): readonly SyntaxProblem[] {
    return this.#parse().problems;
  }

  get scopes(): Scopes {
    // The same scopes of classes of our own; test/conformance.test.ts holds them equal.
    return (this.#scopes ??= analyzeScopes(this.program) as unknown as Scopes);
  }

  variableOf(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier): Variable | undefined {
    this.#variables ??= indexVariables(this.scopes);
    return this.#variables.get(identifier);
  }

  #parse(): Parsed {
    return (this.#parsed ??= parse(this.path, this.text));
  }
}

export function indexVariables({ scopes }: Scopes): Map<TSESTree.Node, Variable> {
  const index = new Map<TSESTree.Node, Variable>();
  for (const scope of scopes) {
    for (const reference of scope.references) if (reference.resolved) index.set(reference.identifier, reference.resolved);
    // A class names itself twice: the outer variable is the one that others refer to, and its scope comes first.
    for (const variable of scope.variables) for (const identifier of variable.identifiers) if (!index.has(identifier)) index.set(identifier, variable);
  }
  return index;
}

function parse(path: string, text: string): Parsed {
  oxc ??= require('oxc-parser') as typeof import('oxc-parser');
  const { parseSync } = oxc;
  const attempt = (options: ParserOptions, code = text): Parsed => {
    const result = parseSync(path, code, { astType: 'ts', preserveParens: false, ...options });
    // oxc's own types describe the same tree in other words; test/conformance.test.ts holds the two trees equal.
    const { program, depth } = treeOf(result.program as unknown as TSESTree.Program);
    const problems = result.errors.filter(e => e.severity === 'Error').map(e => ({ message: e.message, offset: e.labels[0]?.start ?? 0 }));
    const comments = result.comments.map(c => ({ block: c.type === 'Block', value: c.value, range: [c.start, c.end] as const }));
    return { program, depth, comments, problems };
  };
  const lang = languageOf(path);
  const tooDeep = (): Parsed => {
    const { program, depth, comments } = attempt({ lang, sourceType: 'module' }, '');
    return { program, depth, comments, problems: [{ message: 'This is nested too deeply to be read.', offset: 0 }] };
  };
  if (bracketDepth(text) > MAX_DEPTH) return tooDeep();
  let parsed = attempt({ lang, sourceType: 'module' });
  // Sloppy scripts and CommonJS files may use what a module may not.
  if (parsed.problems.length > 0 && !lang.startsWith('ts')) {
    const script = attempt({ lang, sourceType: 'commonjs' });
    if (script.problems.length === 0) parsed = script;
  }
  return parsed.depth > MAX_DEPTH ? tooDeep() : parsed;
}

/** Roughly: brackets in texts count too. What is far too deep would end the process inside the parser. */
function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 40 || c === 91 || c === 123) deepest = Math.max(deepest, ++depth);
    else if (c === 41 || c === 93 || c === 125) depth = Math.max(0, depth - 1);
  }
  return deepest;
}

function languageOf(path: string): 'ts' | 'tsx' | 'dts' | 'jsx' {
  if (/\.d\.[cm]?ts$/.test(path)) return 'dts';
  if (path.endsWith('.tsx')) return 'tsx';
  return /\.[cm]?ts$/.test(path) ? 'ts' : 'jsx';
}
