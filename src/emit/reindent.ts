import type { TSESTree } from '@typescript-eslint/types';
import { walkTree } from '../parse/walk.js';
import type { SourceFile } from '../parse/source.js';

/** The text of a node that moves to another depth. Texts over several lines keep theirs. */
export function textAt({ text }: SourceFile, node: TSESTree.Node, target: string): string {
  const code = text.slice(...node.range);
  if (!code.includes('\n') || hasLongTemplate(text, node)) return code;
  const from = indentAt(text, node.range[0]);
  if (from === target || !from.startsWith(target)) return code;
  return code.split('\n').map((line, i) => (i > 0 && line.startsWith(from) ? target + line.slice(from.length) : line)).join('\n');
}

/** The white space that the line of an offset begins with. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';
}

function hasLongTemplate(text: string, node: TSESTree.Node): boolean {
  let found = false;
  walkTree(node, inner => {
    if (inner.type === 'TemplateElement' && text.slice(...inner.range).includes('\n')) found = true;
    return !found;
  });
  return found;
}
