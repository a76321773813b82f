import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from './editor.js';

interface Ranged {
  readonly range: readonly [number, number];
}

/** Removes names that nothing uses any more from the file's imports and requires, and statements that are left empty. */
export function dropUnusedImports(editor: Editor, names: readonly string[], removed: readonly Ranged[]): void {
  const isUnused = (local: TSESTree.Identifier): boolean => names.includes(local.name) && hasNoUse(editor, local, removed) && !isWritten(editor, local.name);
  for (const statement of editor.file.program.body) {
    if (statement.type === 'ImportDeclaration') dropFromImport(editor, statement, isUnused);
    else if (statement.type === 'VariableDeclaration') dropFromRequire(editor, statement, isUnused);
  }
}

type IsUnused = (local: TSESTree.Identifier) => boolean;

function hasNoUse({ file }: Editor, local: TSESTree.Identifier, removed: readonly Ranged[]): boolean {
  const variable = file.variableOf(local);
  if (!variable) return false;
  return variable.references.every(
    ({ identifier, init }) => init === true || removed.some(({ range }) => range[0] <= identifier.range[0] && identifier.range[1] <= range[1]),
  );
}

/** What is written in the place of its last use may use it again. */
export function isWritten({ edits }: Editor, name: string): boolean {
  const use = new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$]|\\s*:)`);
  return edits.some(e => use.test(e.text));
}

function dropFromImport(editor: Editor, statement: TSESTree.ImportDeclaration, isUnused: IsUnused): void {
  const unused = statement.specifiers.filter(s => isUnused(s.local));
  if (unused.length === 0) return;
  if (unused.length === statement.specifiers.length) editor.removeStatement(statement);
  else removeSpecifiers(editor, statement, unused);
}

/** Takes names out of `import a, * as b from` and `import a, { c, d } from`, where some stay. */
function removeSpecifiers(editor: Editor, statement: TSESTree.ImportDeclaration, unused: readonly TSESTree.ImportClause[]): void {
  const { text } = editor.file;
  const first = statement.specifiers[0];
  const others = statement.specifiers.filter(s => s.type !== 'ImportDefaultSpecifier');
  const second = others[0];
  if (first?.type === 'ImportDefaultSpecifier' && second) {
    const group = second.type === 'ImportNamespaceSpecifier' ? second.range : ([text.lastIndexOf('{', second.range[0]), text.indexOf('}', others.at(-1)?.range[1]) + 1] as const);
    if (unused.includes(first)) editor.replace({ range: [first.range[0], group[0]] }, '');
    else if (others.every(o => unused.includes(o))) {
      editor.replace({ range: [first.range[1], group[1]] }, '');
      return;
    }
  }
  const named = unused.filter(s => s.type === 'ImportSpecifier');
  if (named.length > 0) editor.removeElements(named, statement);
}

/** `const { A, B } = require('x')`. */
function dropFromRequire(editor: Editor, statement: TSESTree.VariableDeclaration, isUnused: IsUnused): void {
  const [declarator, ...others] = statement.declarations;
  if (others.length > 0 || declarator.id.type !== 'ObjectPattern' || !isRequire(declarator.init)) return;
  const { properties } = declarator.id;
  const unused = properties.filter(p => p.type === 'Property' && p.value.type === 'Identifier' && isUnused(p.value));
  if (unused.length === 0) return;
  if (unused.length === properties.length) editor.removeStatement(statement);
  else editor.removeElements(unused, declarator.id);
}

function isRequire(init: TSESTree.Expression | null): boolean {
  return init?.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === 'require';
}
