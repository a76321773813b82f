import type { Range } from '../parse/source.js';

/** One entry of a configuration file, whatever its language: a key with a value, a directive, a block, an item of a list. */
export interface ConfigNode {
  /** Name of the key, the directive or the block; empty for items of a list. */
  readonly key: string;
  /** The scalar, or what else stands on the line of a directive or block. Without quotes. */
  readonly value: string | undefined;
  /** The key with its scalar, or the key alone where something deeper follows. */
  readonly range: Range;
  /** All of it. */
  readonly whole: Range;
  readonly children: readonly ConfigNode[];
  /** The document itself is the nameless parent of what stands at its top. */
  readonly parent: ConfigNode | undefined;
}

/** A node while it is being read. */
export interface OpenNode {
  key: string;
  value: string | undefined;
  range: Range;
  whole: Range;
  children: OpenNode[];
  parent: OpenNode | undefined;
}

export function openNode(parent: OpenNode | undefined, key: string, range: Range): OpenNode {
  const node: OpenNode = { key, value: undefined, range, whole: range, children: [], parent };
  parent?.children.push(node);
  return node;
}

/** Every node, parents first. */
export function* allNodes(nodes: readonly ConfigNode[]): Iterable<ConfigNode> {
  for (const node of nodes) {
    yield node;
    yield* allNodes(node.children);
  }
}

export function childOf(node: ConfigNode | undefined, key: string): ConfigNode | undefined {
  return node?.children.find(c => c.key === key);
}

export function siblingOf(node: ConfigNode, key: string): ConfigNode | undefined {
  return childOf(node.parent, key);
}

/** The nearest node above that has this key. */
export function within(node: ConfigNode, key: string | RegExp): ConfigNode | undefined {
  for (let n = node.parent; n; n = n.parent) if (typeof key === 'string' ? n.key === key : key.test(n.key)) return n;
  return undefined;
}

/** `true`, `'on'`, `yes`: what configuration languages write for yes. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|on|yes|enabled|1)$/i.test(value);
}

export function unquote(text: string): string {
  const match = /^(["'])([\s\S]*)\1$/.exec(text.trim());
  return match ? (match[2] ?? '') : text.trim();
}
