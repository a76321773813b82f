import type { TSESTree } from '@typescript-eslint/types';
import { applyEdits } from '../../edits/edit.js';
import { Editor } from '../../edits/editor.js';
import { parseSource } from '../../parse/parse.js';
import type { SourceFile } from '../../parse/source.js';
import { addImport, isCommonJs } from '../imports.js';

/** Imports that the codemod took away while the names are still used come back: from the first major, which then stays. */
export function restoreLostNames(before: SourceFile, text: string): string {
  const after = parseSource(before.path, text);
  if (after.problems.length > before.problems.length) return before.text;
  const unbound = new Set(after.scopes.scopes[0]?.through.map(r => r.identifier.name) ?? []);
  const lost = importedNames(before).filter(i => unbound.has(i.local));
  if (lost.length === 0) return text;
  const editor = new Editor(after);
  const { quote, semicolon } = editor.style;
  for (const [module, names] of grouped(lost)) {
    const list = names.map(n => `${n.type ? 'type ' : ''}${n.imported === n.local ? n.local : `${n.imported} as ${n.local}`}`).join(', ');
    addImport(editor, isCommonJs(after) ? `const { ${list.replace(/ as /g, ': ')} } = require(${quote}${module}${quote})${semicolon}` : `import { ${list} } from ${quote}${module}${quote}${semicolon}`);
  }
  return applyEdits(text, editor.edits);
}

interface ImportedName {
  readonly local: string;
  readonly imported: string;
  readonly module: string;
  readonly type: boolean;
}

function importedNames(file: SourceFile): readonly ImportedName[] {
  return file.program.body.flatMap(statement => {
    if (statement.type !== 'ImportDeclaration' || !statement.source.value.startsWith('@modelcontextprotocol/sdk')) return [];
    return statement.specifiers.flatMap(s =>
      s.type === 'ImportSpecifier' ? [{ local: s.local.name, imported: nameOf(s.imported), module: statement.source.value, type: statement.importKind === 'type' || s.importKind === 'type' }] : [],
    );
  });
}

function nameOf(node: TSESTree.Identifier | TSESTree.StringLiteral): string {
  return node.type === 'Identifier' ? node.name : node.value;
}

function grouped(names: readonly ImportedName[]): ReadonlyMap<string, readonly ImportedName[]> {
  const groups = new Map<string, ImportedName[]>();
  for (const name of names) groups.set(name.module, [...(groups.get(name.module) ?? []), name]);
  return groups;
}
