import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from './editor.js';

/** Removes names that nothing uses any more from the file's imports, and imports that are left empty. */
export function dropUnusedImports(editor: Editor, names: readonly string[], removed: readonly { readonly range: readonly [number, number] }[]): void {
  const { file } = editor;
  for (const statement of file.program.body) {
    if (statement.type !== 'ImportDeclaration') continue;
    const unused = statement.specifiers.filter(s => names.includes(s.local.name) && isUnused(editor, s.local, removed));
    if (unused.length === 0) continue;
    if (unused.length === statement.specifiers.length) editor.removeStatement(statement);
    else removeSpecifiers(editor, statement, unused);
  }
}

function isUnused({ file }: Editor, local: TSESTree.Identifier, removed: readonly { readonly range: readonly [number, number] }[]): boolean {
  const variable = file.variableOf(local);
  if (!variable) return false;
  return variable.references.every(({ identifier }) => removed.some(({ range }) => range[0] <= identifier.range[0] && identifier.range[1] <= range[1]));
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
