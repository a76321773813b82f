import { createRequire } from 'node:module';
import type * as Toml from 'toml-eslint-parser';
import { openNode, type ConfigNode, type OpenNode } from './tree.js';

const require = createRequire(import.meta.url);

/** Undefined when the text is no TOML. */
export function readToml(text: string): readonly ConfigNode[] | undefined {
  const { parseTOML } = require('toml-eslint-parser') as typeof Toml;
  let program: Toml.AST.TOMLProgram;
  try {
    program = parseTOML(text);
  } catch {
    return undefined;
  }
  const root = openNode(undefined, '', [0, 0]);
  for (const item of program.body[0].body) {
    if (item.type === 'TOMLKeyValue') pair(root, item);
    else {
      const table = nested(root, item.key.keys.map(keyText), item.key.range);
      table.whole = item.range;
      for (const inner of item.body) pair(table, inner);
    }
  }
  return root.children;
}

function pair(into: OpenNode, { key, value, range }: Toml.AST.TOMLKeyValue): void {
  const node = nested(into, key.keys.map(keyText), key.range);
  node.whole = range;
  fill(node, value);
}

function fill(node: OpenNode, value: Toml.AST.TOMLContentNode): void {
  if (value.type === 'TOMLInlineTable') for (const inner of value.body) pair(node, inner);
  else if (value.type === 'TOMLArray') {
    for (const element of value.elements) {
      const item = openNode(node, '', element.range);
      fill(item, element);
    }
  } else {
    node.value = String(value.value);
    node.range = node.whole;
  }
}

/** `a.b.c`: a node in a node in a node. */
function nested(into: OpenNode, names: readonly string[], range: readonly [number, number]): OpenNode {
  let node = into;
  for (const name of names) node = openNode(node, name, range);
  return node;
}

function keyText(key: Toml.AST.TOMLBare | Toml.AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}
