import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';

/** The white space that a place's line begins with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** Text of a node whose lines, but the first, move by a step; lines inside templates stay where they are. */
export function shifted(file: SourceFile, node: TSESTree.Node, step: string): string {
  const templates: (readonly [number, number])[] = [];
  walkTree(node, n => {
    if (n.type === 'TemplateElement') templates.push(n.range);
  });
  const [start, end] = node.range;
  let result = '';
  for (let at = start; at < end; ) {
    const next = file.text.indexOf('\n', at);
    if (next === -1 || next >= end) return result + file.text.slice(at, end);
    result += file.text.slice(at, next + 1);
    at = next + 1;
    const fixed = templates.some(t => t[0] < at && at <= t[1]);
    const blank = /^\s*?\r?\n/.test(file.text.slice(at));
    if (!fixed && !blank && at < end) result += step;
  }
  return result;
}
