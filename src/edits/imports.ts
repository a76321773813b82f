import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from './editor.js';

interface Ranged {
  readonly range: readonly [number, number];
}

/** Removes names that nothing uses any more from the file's imports and requires, and statements that are left empty. */
export function dropUnusedImports(editor: Editor, names: readonly string[], removed: readonly Ranged[]): void {
  const isUnused = (local: TSESTree.Identifier): boolean => names.includes(local.name) && hasNoUse(editor, local, removed);
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

function dropFromImport(editor: Editor, statement: TSESTree.ImportDeclaration, isUnused: IsUnused): void {
  const unused = statement.specifiers.filter(s => isUnused(s.local));
  if (unused.length === 0) return;
  if (unused.length === statement.specifiers.length) editor.removeStatement(statement);
  else removeSpecifiers(editor, statement, unused);
}

function removeSpecifiers(editor: Editor, statement: TSESTree.ImportDeclaration, unused: readonly TSESTree.ImportClause[]): void {
  const named = statement.specifiers.filter(s => s.type === 'ImportSpecifier');
  const kept = named.filter(s => !unused.includes(s));
  const [first] = named;
  const last = named.at(-1);
  if (!first || !last) return;
  if (kept.length === 0) {
    // `import a, { b } from` keeps its default.
    const { text } = editor.file;
    const open = text.lastIndexOf('{', first.range[0]);
    const close = text.indexOf('}', last.range[1]) + 1;
    const comma = text.lastIndexOf(',', open);
    editor.replace({ range: [comma === -1 ? open : comma, close] }, '');
    return;
  }
  for (const specifier of unused) editor.removeElement(specifier, { range: [first.range[0], editor.file.text.indexOf('}', last.range[1])] });
}

/** `const { A, B } = require('x')`. */
function dropFromRequire(editor: Editor, statement: TSESTree.VariableDeclaration, isUnused: IsUnused): void {
  const [declarator, ...others] = statement.declarations;
  if (others.length > 0 || declarator.id.type !== 'ObjectPattern' || !isRequire(declarator.init)) return;
  const { properties } = declarator.id;
  const unused = properties.filter(p => p.type === 'Property' && p.value.type === 'Identifier' && isUnused(p.value));
  if (unused.length === 0) return;
  if (unused.length === properties.length) editor.removeStatement(statement);
  else for (const property of unused) editor.removeElement(property, declarator.id);
}

function isRequire(init: TSESTree.Expression | null): boolean {
  return init?.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === 'require';
}
