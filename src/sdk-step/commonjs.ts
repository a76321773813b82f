// The official codemod knows import declarations only. In CommonJS files, requires of the SDK are made imports for its time.
import type { TSESTree } from '@typescript-eslint/types';
import { applyEdits, type Edit } from '../edits/edit.js';
import { styleOf } from '../edits/style.js';
import { innermost } from '../mcp/file-index.js';
import { parseSource } from '../parse/parse.js';
import type { SourceFile } from '../parse/source.js';

const OURS = /^@modelcontextprotocol\//;
/** Keeps the codemod from merging what was required with what was imported. */
export interface RequiredStatements {
  readonly keyword: 'const' | 'let' | 'var';
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
  return edits.length === 0 ? undefined : { text: applyEdits(file.text, edits), statements: { keyword } };
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
export function importsToRequires(path: string, text: string, { keyword }: RequiredStatements): string {
  const file = parseSource(path.replace(/\.[cm]?js$/, '.mjs'), text);
  const { quote } = styleOf(file);
  const edits: Edit[] = [];
  for (const statement of file.program.body) {
    if (statement.type !== 'ImportDeclaration' || !OURS.test(statement.source.value)) continue;
    const module = `${quote}${statement.source.value}${quote}`;
    const named = statement.specifiers.flatMap(s => (s.type === 'ImportSpecifier' ? [requiredName(s)] : []));
    const whole = statement.specifiers.find(s => s.type !== 'ImportSpecifier');
    const lines = [...(whole ? [`${keyword} ${whole.local.name} = require(${module});`] : []), ...(named.length > 0 ? [`${keyword} { ${named.join(', ')} } = require(${module});`] : [])];
    edits.push({ range: statement.range, text: lines.length > 0 ? lines.join('\n') : `require(${module});` });
  }
  return applyEdits(text, edits);
}

function requiredName({ imported, local }: TSESTree.ImportSpecifier): string {
  const name = imported.type === 'Identifier' ? imported.name : imported.value;
  return name === local.name ? name : `${name}: ${local.name}`;
}
