import type { TSESTree } from '@typescript-eslint/types';
import { visitorKeys } from '@typescript-eslint/visitor-keys';

type Node = TSESTree.Node;

/** Children in source order. Return false from `visit` to stay out of a node's children. */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  const keys = visitorKeys[node.type];
  if (!keys) return;
  for (const key of keys) {
    const child: unknown = Reflect.get(node, key);
    if (Array.isArray(child)) {
      for (const item of child) if (isNode(item)) visit(item);
    } else if (isNode(child)) visit(child);
  }
}

/** Depth first, parents before children. Return false to skip a node's children. */
export function walkTree(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return;
  forEachChild(node, child => walkTree(child, visit));
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string';
}

/** Parsers leave out `parent`; ESLint adds it while it walks. We add it at once. */
export function setParents(root: Node): void {
  const visit = (node: Node): void =>
    forEachChild(node, child => {
      (child as { parent?: Node }).parent = node;
      visit(child);
    });
  visit(root);
}
