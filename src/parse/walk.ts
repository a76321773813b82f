import { createRequire } from 'node:module';
import type { TSESTree } from '@typescript-eslint/types';

const require = createRequire(import.meta.url);

type Node = TSESTree.Node;

let visitorKeys: Readonly<Record<string, readonly string[] | undefined>> | undefined;

/** The members of a node that hold its children. Loaded with the first tree. */
export function keysOf(type: string): readonly string[] | undefined {
  visitorKeys ??= (require('@typescript-eslint/visitor-keys') as typeof import('@typescript-eslint/visitor-keys')).visitorKeys;
  return visitorKeys[type];
}

/** A plain look-up: many times as fast as Reflect.get. */
function membersOf(node: Node): Readonly<Record<string, unknown>> {
  return node as unknown as Readonly<Record<string, unknown>>;
}

/** Children in source order. Return false from `visit` to stay out of a node's children. */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  const keys = keysOf(node.type);
  if (!keys) return;
  for (const key of keys) {
    const child = membersOf(node)[key];
    if (Array.isArray(child)) {
      for (const item of child) if (isNode(item)) visit(item);
    } else if (isNode(child)) visit(child);
  }
}

/** Depth first, parents before children. Return false to skip a node's children. Without recursion: code can be nested deeply. */
export function walkTree(node: Node, visit: (node: Node) => boolean | void): void {
  const waiting = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) if (visit(next) !== false) pushChildren(next, waiting);
}

/** The last child first, so that the first is taken next. Every tree passes through here many times: no closures, no copies. */
function pushChildren(node: Node, waiting: Node[]): void {
  const keys = keysOf(node.type);
  if (!keys) return;
  for (let k = keys.length - 1; k >= 0; k--) {
    const child = membersOf(node)[keys[k] ?? ''];
    if (Array.isArray(child)) {
      for (let i = child.length - 1; i >= 0; i--) {
        const item: unknown = child[i];
        if (isNode(item)) waiting.push(item);
      }
    } else if (isNode(child)) waiting.push(child);
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { readonly type?: unknown }).type === 'string';
}
