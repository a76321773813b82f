import { posix } from 'node:path';
import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from '../edits/editor.js';
import type { SourceFile } from '../parse/source.js';
import { isCommonJs } from './emit.js';

/** How a file would name another one: with the extension that its other imports have. */
export function specifierFor(from: string, target: string, evidence: readonly SourceFile[]): string {
  const relative = posix.relative(posix.dirname(from), target);
  const path = relative.startsWith('.') ? relative : `./${relative}`;
  const bare = path.replace(/\.([cm]?)[jt]sx?$/, '');
  const ending = /\.([cm]?)[jt]s$/.exec(path);
  const habit = evidence.map(habitOf).find(h => h !== undefined) ?? 'compiled';
  if (habit === 'none') return bare;
  return habit === 'source' ? path : `${bare}.${ending?.[1] ?? ''}js`;
}

type Habit = 'none' | 'source' | 'compiled';

/** What relative imports of a file end in. */
function habitOf({ program, text, path }: SourceFile): Habit | undefined {
  const specifiers = program.body.flatMap(s => ('source' in s && s.source ? [s.source.value] : []));
  for (const [, required] of text.matchAll(/\brequire\(\s*['"](\.[^'"]*)['"]\s*\)/g)) if (required !== undefined) specifiers.push(required);
  const relative = specifiers.find(s => /^\.\.?\//.test(s) && !s.endsWith('.json'));
  if (relative !== undefined) return /\.[cm]?tsx?$/.test(relative) ? 'source' : /\.[cm]?jsx?$/.test(relative) ? 'compiled' : 'none';
  const sdk = specifiers.find(s => s.startsWith('@modelcontextprotocol/sdk/'));
  if (sdk !== undefined && !sdk.endsWith('.js') && !/\/experimental(?:\/tasks)?$/.test(sdk) && /\.[cm]?tsx?$/.test(path)) return 'none';
  return undefined;
}

/** The first of these names that nothing in the file has. */
export function freeName(file: SourceFile, ...wanted: readonly string[]): string {
  return freeNameWithout(file, new Set(), ...wanted);
}

/** The same where some variables are about to go. */
export function freeNameWithout(file: SourceFile, going: ReadonlySet<Variable>, ...wanted: readonly string[]): string {
  const taken = new Set<string>();
  for (const scope of file.scopes.scopes) {
    for (const variable of scope.variables) if (variable.defs.length > 0 && !going.has(variable)) taken.add(variable.name);
    for (const { identifier, resolved } of scope.references) if (!resolved || resolved.defs.length === 0) taken.add(identifier.name);
  }
  const last = wanted.at(-1) ?? 'value';
  return [...wanted, ...Array.from({ length: 50 }, (_, i) => `${last}${(i + 2).toString()}`)].find(name => !taken.has(name)) ?? last;
}

/** The first of these names that means nothing inside a function, so that a parameter can have it. */
export function freeParameter(file: SourceFile, fn: { readonly range: readonly [number, number] }, ...wanted: readonly string[]): string {
  const isInside = (range: readonly [number, number]): boolean => fn.range[0] <= range[0] && range[1] <= fn.range[1];
  const taken = new Set<string>();
  for (const scope of file.scopes.scopes) {
    for (const { identifier } of scope.references) if (isInside(identifier.range)) taken.add(identifier.name);
    if (isInside(scope.block.range)) for (const variable of scope.variables) taken.add(variable.name);
  }
  return wanted.find(name => !taken.has(name)) ?? freeName(file, ...wanted);
}

export interface WantedName {
  readonly name: string;
  /** Under which the file uses it. */
  readonly as?: string;
}

export interface NewImport {
  readonly specifier: string;
  readonly names: readonly WantedName[];
  /** Nothing of it is there at run time. */
  readonly types?: boolean;
}

/** Adds imports, or requires, below those that are there. To be called once for a file, when what goes has gone. */
export function addImports(editor: Editor, imports: readonly NewImport[]): void {
  const { file, style } = editor;
  const lines = imports.map(i => importLine(editor, i)).join(style.eol);
  const last = lastImport(file);
  if (!last) {
    editor.insert(afterHead(file), `${lines}${style.eol}${style.eol}`);
    return;
  }
  const at = endOfLine(file, last);
  const gone = editor.edits.find(e => e.text === '' && e.range[0] < at && at <= e.range[1]);
  if (gone) editor.insert(gone.range[0], `${lines}${style.eol}${/\n[ \t]*\r?\n$/.test(file.text.slice(...gone.range)) ? style.eol : ''}`);
  else editor.insert(at, `${style.eol}${lines}`);
}

function importLine({ file, style }: Editor, { specifier, names, types }: NewImport): string {
  const commonJs = isCommonJs(file);
  const quoted = `${style.quote}${specifier}${style.quote}`;
  const list = names.map(({ name, as }) => (as === undefined || as === name ? name : commonJs ? `${name}: ${as}` : `${name} as ${as}`)).join(', ');
  return commonJs ? `const { ${list} } = require(${quoted})${style.semicolon}` : `import ${types === true ? 'type ' : ''}{ ${list} } from ${quoted}${style.semicolon}`;
}

function lastImport({ program }: SourceFile): TSESTree.Node | undefined {
  const imports = program.body.filter(s => s.type === 'ImportDeclaration' || isRequire(s));
  return imports.at(-1);
}

function isRequire(statement: TSESTree.ProgramStatement): boolean {
  return statement.type === 'VariableDeclaration' && statement.declarations.every(d => {
    let init = d.init;
    while (init?.type === 'MemberExpression' || (init?.type === 'CallExpression' && init.callee.type !== 'Identifier')) init = init.type === 'MemberExpression' ? init.object : init.callee;
    return init?.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === 'require';
  });
}

/** Behind a comment that stands on the line of the statement. */
function endOfLine({ text }: SourceFile, { range }: TSESTree.Node): number {
  const rest = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/[ \t]*)?(?=\r?\n|$)/.exec(text.slice(range[1]));
  return range[1] + (rest?.[0].length ?? 0);
}

/** Behind a hash-bang, the comments of a file, and directives. */
function afterHead({ program, text }: SourceFile): number {
  const [first] = program.body.filter(s => !(s.type === 'ExpressionStatement' && s.directive !== undefined));
  const at = first?.range[0] ?? text.length;
  return text.lastIndexOf('\n', at - 1) + 1;
}
