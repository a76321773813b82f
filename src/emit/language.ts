import type { TSESTree } from '@typescript-eslint/types';
import { applyEdits, type Edit } from '../edits/edit.js';
import { parseSource } from '../parse/parse.js';
import type { Range } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';

// What the language of a template has to become. Only templates of our own pass here: erasable types, no default exports.

/** TypeScript without its types. */
export function withoutTypes(text: string): string {
  const { program, comments } = parseSource('template.ts', text);
  const drop: Range[] = [];
  const dropStatement = ({ range: [start, end] }: TSESTree.Node): void => {
    const above = comments.findLast(c => c.range[1] <= start && /^\s*$/.test(text.slice(c.range[1], start)) && !/\n\s*\n/.test(text.slice(c.range[1], start)));
    const from = above && lineStart(text, above.range[0]) === above.range[0] && above.range[0] > 0 ? above.range[0] : start;
    const rest = /^[^\n]*\n?/.exec(text.slice(end))?.[0].length ?? 0;
    drop.push([from, end + rest]);
  };
  walkTree(program, node => {
    switch (node.type) {
      case 'ImportDeclaration':
        if (node.importKind === 'type') dropStatement(node);
        return;
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
      case 'TSDeclareFunction':
        dropStatement(node.parent.type === 'ExportNamedDeclaration' ? node.parent : node);
        return;
      case 'Identifier':
        if (node.optional) drop.push([node.range[0] + node.name.length, node.range[0] + node.name.length + 1]);
        return;
      case 'TSTypeAnnotation':
      case 'TSTypeParameterDeclaration':
      case 'TSTypeParameterInstantiation':
        drop.push(node.range);
        return;
      case 'TSAsExpression':
        drop.push([text.lastIndexOf(' as ', node.typeAnnotation.range[0]), node.range[1]]);
    }
  });
  const edits: Edit[] = [];
  for (const range of drop.sort((a, b) => a[0] - b[0] || b[1] - a[1])) if (!edits.some(e => e.range[0] <= range[0] && range[1] <= e.range[1])) edits.push({ range, text: '' });
  return withoutNeedlessParentheses(applyEdits(text, edits).replace(/\n{3,}/g, '\n\n').replace(/^\n+/, ''));
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** `(async () => {...}) as T` needed them. */
function withoutNeedlessParentheses(text: string): string {
  const { program } = parseSource('template.js', text);
  const edits: Edit[] = [];
  walkTree(program, node => {
    if (node.type !== 'VariableDeclarator' || node.init?.type !== 'ArrowFunctionExpression') return;
    const [start, end] = node.init.range;
    if (text[start - 1] === '(' && text[end] === ')') edits.push({ range: [start - 1, start], text: '' }, { range: [end, end + 1], text: '' });
  });
  return applyEdits(text, edits);
}

/** An ES module as a CommonJS module. */
export function toCommonJs(text: string): string {
  const { program } = parseSource('template.js', text);
  const edits: Edit[] = [];
  const exported: string[] = [];
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') edits.push({ range: statement.range, text: `const ${bindingOf(statement)} = require(${text.slice(...statement.source.range)});` });
    else if (statement.type === 'ExportNamedDeclaration' && statement.declaration) {
      exported.push(...namesOf(statement.declaration));
      edits.push({ range: [statement.range[0], statement.declaration.range[0]], text: '' });
    }
  }
  const strict = `'use strict';\n\n`;
  return strict + applyEdits(text, edits) + (exported.length > 0 ? `\nmodule.exports = { ${exported.join(', ')} };\n` : '');
}

function bindingOf({ specifiers }: TSESTree.ImportDeclaration): string {
  const [first] = specifiers;
  if (first?.type === 'ImportDefaultSpecifier' || first?.type === 'ImportNamespaceSpecifier') return first.local.name;
  const names = specifiers.flatMap(s => (s.type === 'ImportSpecifier' && s.imported.type === 'Identifier' ? [s.imported.name === s.local.name ? s.local.name : `${s.imported.name}: ${s.local.name}`] : []));
  return `{ ${names.join(', ')} }`;
}

function namesOf(declaration: TSESTree.NamedExportDeclarations): readonly string[] {
  if (declaration.type === 'VariableDeclaration') return declaration.declarations.flatMap(d => (d.id.type === 'Identifier' ? [d.id.name] : []));
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? [declaration.id.name] : [];
}
