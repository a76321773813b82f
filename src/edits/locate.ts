import type { TSESTree } from '@typescript-eslint/types';
import type { Range, SourceFile } from '../parse/source.js';
import { forEachChild } from '../parse/walk.js';

/** The node with exactly this range, the outermost one when several have it. */
export function nodeAt(file: SourceFile, [start, end]: Range): TSESTree.Node | undefined {
  let current: TSESTree.Node = file.program;
  for (;;) {
    if (current.range[0] === start && current.range[1] === end && current.type !== 'Program') return current;
    let inner: TSESTree.Node | undefined;
    forEachChild(current, child => {
      if (!inner && child.range[0] <= start && end <= child.range[1]) inner = child;
    });
    if (!inner) return undefined;
    current = inner;
  }
}
