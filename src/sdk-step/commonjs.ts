// The official codemod knows import declarations only. In CommonJS files, requires of the SDK are made imports for its time.
import type { TSESTree } from '@typescript-eslint/types';
import { applyEdits, type Edit } from '../edits/edit.js';
import { styleOf } from '../edits/style.js';
import { innermost } from '../mcp/file-index.js';
import { parseSource } from '../parse/parse.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';

const OURS = /^@modelcontextprotocol\//;
/** How the requires of a file are written. */
export interface RequiredStatements {
  readonly keyword: 'const' | 'let' | 'var';
  readonly semicolon: '' | ';';
}

/** `const { A, B: C } = require('x')` becomes `import { A, B as C } from 'x'`. Undefined when the file requires nothing of the SDK. */
export function requiresToImports(file: SourceFile): { readonly text: string; readonly statements: RequiredStatements } | undefined {
  const edits: Edit[] = [];
  let keyword: RequiredStatements['keyword'] = 'const';
  for (const statement of file.program.body) {
    if (statement.type !== 'VariableDeclaration' || statement.kind === 'using' || statement.kind === 'await using') continue;
    const declared = statement.declarations.map(d => importOf(file, d));
    if (!declared.every(d => d !== undefined) || declared.length === 0) continue;
    keyword = statement.kind;
    edits.push({ range: statement.range, text: declared.join('\n') });
  }
  return edits.length === 0 ? undefined : { text: applyEdits(file.text, edits), statements: { keyword, semicolon: styleOf(file).semicolon } };
}

function importOf(file: SourceFile, { id, init }: TSESTree.VariableDeclarator): string | undefined {
  const property = init ? memberOfRequire(init) : undefined;
  const module = init ? (requiredModule(init) ?? property?.module) : undefined;
  if (module === undefined || !/^@modelcontextprotocol\/sdk(?:\/|$)/.test(module)) return undefined;
  const quote = file.text.includes(`'${module}'`) ? "'" : '"';
  const end = `from ${quote}${module}${quote};`;
  if (property) return id.type === 'Identifier' ? `import { ${property.name === id.name ? id.name : `${property.name} as ${id.name}`} } ${end}` : undefined;
  if (id.type === 'Identifier') return `import * as ${id.name} ${end}`;
  if (id.type !== 'ObjectPattern') return undefined;
  const names: string[] = [];
  for (const entry of id.properties) {
    if (entry.type !== 'Property' || entry.key.type !== 'Identifier' || entry.value.type !== 'Identifier') return undefined;
    names.push(entry.key.name === entry.value.name ? entry.key.name : `${entry.key.name} as ${entry.value.name}`);
  }
  return `import { ${names.join(', ')} } ${end}`;
}

/** `require('x').Name` */
function memberOfRequire(node: TSESTree.Node): { readonly module: string; readonly name: string } | undefined {
  const inner = innermost(node);
  if (inner.type !== 'MemberExpression' || inner.computed || inner.property.type !== 'Identifier') return undefined;
  const module = requiredModule(inner.object);
  return module === undefined ? undefined : { module, name: inner.property.name };
}

export function requiredModule(node: TSESTree.Node): string | undefined {
  const inner = innermost(node);
  if (inner.type !== 'CallExpression' || inner.callee.type !== 'Identifier' || inner.callee.name !== 'require') return undefined;
  const [argument] = inner.arguments;
  return argument?.type === 'Literal' && typeof argument.value === 'string' ? argument.value : undefined;
}

/** And back. The file has requires because it cannot have imports, so every import of the SDK in it is one of ours. */
export function importsToRequires(path: string, text: string, { keyword, semicolon }: RequiredStatements): string {
  const file = parseSource(path.replace(/\.[cm]?js$/, '.mjs'), text);
  const { quote } = styleOf(file);
  const edits: Edit[] = [];
  for (const statement of file.program.body) {
    if (statement.type !== 'ImportDeclaration' || !OURS.test(statement.source.value)) continue;
    const module = `${quote}${statement.source.value}${quote}`;
    const named = statement.specifiers.flatMap(s => (s.type === 'ImportSpecifier' ? [requiredName(s)] : []));
    const whole = statement.specifiers.find(s => s.type !== 'ImportSpecifier');
    const lines = [...(whole ? [`${keyword} ${whole.local.name} = require(${module})${semicolon}`] : []), ...(named.length > 0 ? [`${keyword} { ${named.join(', ')} } = require(${module})${semicolon}`] : [])];
    edits.push({ range: statement.range, text: lines.length > 0 ? lines.join('\n') : `require(${module})${semicolon}` });
  }
  return applyEdits(text, edits);
}

function requiredName({ imported, local }: TSESTree.ImportSpecifier): string {
  const name = imported.type === 'Identifier' ? imported.name : imported.value;
  return name === local.name ? name : `${name}: ${local.name}`;
}

export interface NestedName {
  /** The name under which the codemod sees it. */
  readonly alias: string;
  readonly module: string;
  readonly imported: string;
}

const NESTED = '__required';

/** Requires inside functions stay where they are; imports under other names tell where their names have gone. */
export function nestedRequires(file: SourceFile): { readonly imports: string; readonly names: readonly NestedName[] } {
  const names: NestedName[] = [];
  for (const { id, module } of requiringDeclarators(file)) {
    for (const imported of id) names.push({ alias: `${NESTED}${names.length}_`, module, imported });
  }
  return { imports: names.map(n => `\nimport { ${n.imported} as ${n.alias} } from '${n.module}';`).join(''), names };
}

function requiringDeclarators(file: SourceFile): readonly { readonly declarator: TSESTree.VariableDeclarator; readonly id: readonly string[]; readonly module: string }[] {
  const found: { declarator: TSESTree.VariableDeclarator; id: readonly string[]; module: string }[] = [];
  walkTree(file.program, node => {
    if (node.type !== 'VariableDeclarator' || !node.init || node.id.type !== 'ObjectPattern' || node.parent.parent.type === 'Program') return;
    const module = requiredModule(node.init);
    if (module === undefined || !/^@modelcontextprotocol\/sdk(?:\/|$)/.test(module)) return;
    const names = node.id.properties.flatMap(p => (p.type === 'Property' && p.key.type === 'Identifier' ? [p.key.name] : []));
    if (names.length === node.id.properties.length) found.push({ declarator: node, id: names, module });
  });
  return found;
}

/** The imports that were added go, and the requires say what they said. */
export function resolveNested(path: string, text: string, names: readonly NestedName[]): string {
  const file = parseSource(path.replace(/\.[cm]?js$/, '.mjs'), text);
  const edits: Edit[] = [];
  const homes = new Map<string, { readonly module: string; readonly imported: string }>();
  for (const statement of file.program.body) {
    if (statement.type !== 'ImportDeclaration') continue;
    const ours = statement.specifiers.filter(s => s.type === 'ImportSpecifier' && s.local.name.startsWith(NESTED));
    for (const s of ours) if (s.type === 'ImportSpecifier') homes.set(s.local.name, { module: statement.source.value, imported: s.imported.type === 'Identifier' ? s.imported.name : s.imported.value });
    if (ours.length === 0) continue;
    const kept = statement.specifiers.filter(s => !ours.includes(s)).map(s => text.slice(...s.range));
    const start = statement.range[0] - (/\r?\n$/.exec(text.slice(0, statement.range[0]))?.[0].length ?? 0);
    if (kept.length === 0) edits.push({ range: [start, statement.range[1]], text: '' });
    else edits.push({ range: [text.indexOf('{', statement.range[0]) + 1, text.lastIndexOf('}', statement.range[1])], text: ` ${kept.join(', ')} ` });
  }
  for (const { declarator, module } of requiringDeclarators(file)) {
    const moved = movedPattern(file, declarator, module, names, homes);
    if (moved !== undefined) edits.push({ range: declarator.range, text: moved });
  }
  return applyEdits(text, edits);
}

/** Undefined unless all names of one require have gone to the same module. */
function movedPattern(file: SourceFile, { id }: TSESTree.VariableDeclarator, module: string, names: readonly NestedName[], homes: ReadonlyMap<string, { readonly module: string; readonly imported: string }>): string | undefined {
  if (id.type !== 'ObjectPattern') return undefined;
  const byModule = new Map<string, string[]>();
  for (const p of id.properties) {
    if (p.type !== 'Property' || p.key.type !== 'Identifier') return undefined;
    const key = p.key.name;
    const home = homes.get(names.find(n => n.module === module && n.imported === key)?.alias ?? '');
    if (!home) return undefined;
    const local = file.text.slice(...p.value.range);
    byModule.set(home.module, [...(byModule.get(home.module) ?? []), home.imported === local ? local : `${home.imported}: ${local}`]);
  }
  const { quote } = styleOf(file);
  return [...byModule].map(([to, list]) => `{ ${list.join(', ')} } = require(${quote}${to}${quote})`).join(', ');
}
