import { createRequire } from 'node:module';
import type * as Jsonc from 'jsonc-parser';
import { openNode, type ConfigNode, type OpenNode } from './tree.js';

const require = createRequire(import.meta.url);

/** JSON, with comments too; undefined for what is none. Files of megabytes are common, and a reader of YAML takes seconds for them. */
export function readJson(text: string): readonly ConfigNode[] | undefined {
  const { parseTree } = require('jsonc-parser') as typeof Jsonc;
  const errors: Jsonc.ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  if (!tree || errors.length > 0) return undefined;
  const root = openNode(undefined, '', [0, 0]);
  fill(text, root, tree);
  return root.children;
}

function fill(text: string, into: OpenNode, value: Jsonc.Node): void {
  for (const child of value.children ?? []) {
    if (value.type === 'array') close(text, openNode(into, '', [child.offset, child.offset]), child);
    else {
      const [key, inner] = child.children ?? [];
      if (key && inner) close(text, openNode(into, String(key.value), [key.offset, key.offset + key.length]), inner);
    }
  }
}

function close(text: string, node: OpenNode, value: Jsonc.Node): void {
  const end = value.offset + value.length;
  node.whole = [node.range[0], end];
  if (value.type === 'object' || value.type === 'array') {
    fill(text, node, value);
    if (node.key === '') node.range = node.children[0]?.range ?? node.range;
    return;
  }
  node.value = value.type === 'string' ? String(value.value) : value.type === 'null' ? undefined : text.slice(value.offset, end);
  node.range = node.whole;
}
