import type { TSESTree } from '@typescript-eslint/types';
import { walkTree } from '../parse/walk.js';
import type { SourceFile } from '../parse/source.js';
import { indentAt } from '../edits/indent.js';

/** The text of a node that moves to another depth. Texts over several lines keep theirs. */
export function textAt(file: SourceFile, node: TSESTree.Node, target: string): string {
  const { text } = file;
  const code = text.slice(...node.range);
  if (!code.includes('\n') || hasLongTemplate(text, node)) return code;
  const from = indentAt(file, node.range[0]);
  if (from === target || !from.startsWith(target)) return code;
  return code.split('\n').map((line, i) => (i > 0 && line.startsWith(from) ? target + line.slice(from.length) : line)).join('\n');
}

function hasLongTemplate(text: string, node: TSESTree.Node): boolean {
  let found = false;
  walkTree(node, inner => {
    if (inner.type === 'TemplateElement' && text.slice(...inner.range).includes('\n')) found = true;
    return !found;
  });
  return found;
}
