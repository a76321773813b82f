import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from '../edits/editor.js';
import type { SourceFile } from '../parse/source.js';
import { requiredModule } from './commonjs.js';

/** A file that requires and does not import. */
export function isCommonJs(file: SourceFile): boolean {
  if (/\.[cm]?tsx?$|\.mjs$/.test(file.path)) return false;
  const { body } = file.program;
  if (body.some(s => s.type === 'ImportDeclaration' || s.type.startsWith('Export'))) return false;
  return body.some(s => s.type === 'VariableDeclaration' && s.declarations.some(d => d.init && requiredModule(d.init) !== undefined));
}

/** A whole statement, behind the last import, or before the first statement that is no directive. */
export function addImport(editor: Editor, statement: string): void {
  const { file } = editor;
  const { eol } = editor.style;
  const last = file.program.body.filter(isImport).at(-1);
  if (last) editor.insert(last.range[1], `${eol}${statement}`);
  else editor.insert(file.program.body.find(s => !('directive' in s))?.range[0] ?? 0, `${statement}${eol}`);
}

function isImport(statement: TSESTree.ProgramStatement): boolean {
  if (statement.type === 'ImportDeclaration') return true;
  return statement.type === 'VariableDeclaration' && statement.declarations.some(d => d.init && requiredModule(d.init) !== undefined);
}

const added = new WeakMap<Editor, Set<string>>();

/** A name from a module: joins an import of it that is there already. */
export function addNamedImport(editor: Editor, module: string, name: string, kind: 'value' | 'type'): void {
  const { file } = editor;
  const { quote, semicolon } = editor.style;
  const known = added.get(editor) ?? new Set();
  added.set(editor, known);
  if (known.has(name)) return;
  known.add(name);
  const joined = file.program.body.filter(s => s.type === 'ImportDeclaration').filter(s => s.source.value === module);
  if (joined.some(statement => statement.specifiers.some(s => s.type === 'ImportSpecifier' && s.local.name === name))) return;
  for (const statement of joined) {
    const last = statement.specifiers.at(-1);
    if (last?.type !== 'ImportSpecifier' || (statement.importKind === 'type' && kind === 'value')) continue;
    editor.insert(last.range[1], `, ${kind === 'type' && statement.importKind !== 'type' ? 'type ' : ''}${name}`);
    return;
  }
  if (isCommonJs(file)) addImport(editor, `const { ${name} } = require(${quote}${module}${quote})${semicolon}`);
  else addImport(editor, `import ${kind === 'type' ? 'type ' : ''}{ ${name} } from ${quote}${module}${quote}${semicolon}`);
}
