import type { TSESTree } from '@typescript-eslint/types';
import { isNode, keysOf } from './walk.js';

const NONE: readonly never[] = Object.freeze([]);

/**
 * The tree of one file takes most of the memory of an audit. Half of it goes where `parent` has its place from the start, `range` is made
 * when it is asked for, and lists without members are one and the same.
 */
class TreeNode {
  declare readonly start: number;
  declare readonly end: number;

  get range(): [start: number, end: number] {
    return [this.start, this.end];
  }
}

type NodeClass = new (raw: object, parent: object | undefined) => TreeNode;

const classes = new Map<string, NodeClass>();

/** One class for each type of node: its objects have the same members, and the engine learns how many. */
function classOf(type: string): NodeClass {
  let known = classes.get(type);
  if (!known) {
    known = class extends TreeNode {
      declare readonly parent: object | undefined;
      constructor(raw: object, parent: object | undefined) {
        super();
        this.parent = parent;
        Object.assign(this, raw);
      }
    };
    classes.set(type, known);
  }
  return known;
}

/** The parser's tree as the one that rules see, with `parent`, and how deep it is. Level by level: code can be nested deeply. */
export function treeOf(raw: TSESTree.Program): { readonly program: TSESTree.Program; readonly depth: number } {
  // The reference begins with the text, the parser with the first token.
  const program = made({ ...raw, start: 0 }, undefined);
  let depth = 0;
  for (let level: TSESTree.Node[] = [program]; level.length > 0; depth++) {
    const next: TSESTree.Node[] = [];
    for (const node of level) adoptChildren(node, next);
    level = next;
  }
  return { program, depth };
}

/** Puts nodes of ours in the place of the parser's. */
function adoptChildren(node: TSESTree.Node, next: TSESTree.Node[]): void {
  const keys = keysOf(node.type);
  if (!keys) return;
  const members = node as unknown as Record<string, unknown>;
  for (const key of keys) {
    const child = members[key];
    if (Array.isArray(child)) members[key] = child.length === 0 ? NONE : adopted(child, node, next);
    else if (isNode(child)) {
      const own = made(child, node);
      members[key] = own;
      next.push(own);
    }
  }
}

function adopted(children: unknown[], parent: TSESTree.Node, next: TSESTree.Node[]): unknown[] {
  for (const [i, child] of children.entries()) {
    if (!isNode(child)) continue;
    const own = made(child, parent);
    children[i] = own;
    next.push(own);
  }
  return children;
}

/** The same members, so the same node to TypeScript. */
function made<N extends TSESTree.Node>(raw: N, parent: TSESTree.Node | undefined): N {
  return new (classOf(raw.type))(raw, parent) as unknown as N;
}
