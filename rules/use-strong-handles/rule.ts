import type { McpModel } from '../../src/mcp/model.js';
import { returnExpressions } from '../../src/mcp/nodes.js';
import { defineRule, innermost, memberName, propertyValue, type ProjectContext, type SourceFile, type TSESTree } from '../../src/rule.js';

/** How many names and calls an id is followed through. */
const MAX_DEPTH = 4;
/** A random id of the project's own, or somebody else's: nothing to say about it. */
const STRONG = /randomUUID|randomBytes|getRandomValues|\buuid|\bulid|\bcuid|customAlphabet|createId/i;
const WEAK: readonly (readonly [RegExp, string])[] = [
  [/\bMath\.random\s*\(/, 'Math.random()'],
  [/\bDate\.now\s*\(|\bnew Date\s*\(|\bperformance\.now\s*\(|\bprocess\.hrtime\b/, 'the time'],
  [/\+\+|\+= ?1\b/, 'a counter'],
];
/** `randomUUID().slice(0, 8)`. */
const CUT = /\.(?:slice|substring|substr)\(\s*0\s*,\s*(\d+)\s*\)/;
/** 22 characters of 64 kinds have the 128 bits that nobody guesses. */
const MIN_LENGTH = 22;

export default defineRule({
  id: 'use-strong-handles',
  title: 'Handles cannot be guessed',
  clauses: ['handle-quality'],
  words: [],
  project({ mcp, state, report }: ProjectContext) {
    const told = new Set<TSESTree.Node>();
    for (const cell of state.cells) {
      if (cell.class !== 'handle') continue;
      for (const { file, key, op } of cell.accesses) {
        const weak = key && (op === 'set' || op === 'assign' || op === 'put') ? weakSource(mcp, file, key, 0) : undefined;
        if (!weak || told.has(weak.node)) continue;
        told.add(weak.node);
        report(weak.file, weak.node, {
          clause: 'handle-quality',
          subject: `handle:${cell.name}`,
          message: `The handles of ${cell.name} are made from ${weak.from}: whoever sees one can guess others.`,
          confidence: 'likely',
          related: [{ file: cell.file, node: cell.at, note: 'what they lead to' }],
        });
      }
    }
  },
});

interface WeakSource {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  readonly from: string;
}

/** The expression that makes an id, when chance has no part in it. */
function weakSource(mcp: McpModel, file: SourceFile, key: TSESTree.Node, depth: number): WeakSource | undefined {
  const node = innermost(key);
  if (depth > MAX_DEPTH) return undefined;
  switch (node.type) {
    case 'Identifier':
      return ofVariable(mcp, file, node, depth);
    case 'MemberExpression':
      return ofMember(mcp, file, node, depth);
    case 'CallExpression':
      return ofCall(mcp, file, node, depth);
    default:
      return weakText(file, node);
  }
}

function ofVariable(mcp: McpModel, file: SourceFile, name: TSESTree.Identifier, depth: number): WeakSource | undefined {
  const definition = file.variableOf(name)?.defs[0];
  if (definition?.node.type !== 'VariableDeclarator' || definition.node.id.type !== 'Identifier' || !definition.node.init) return undefined;
  return weakSource(mcp, file, definition.node.init, depth + 1);
}

/** `const cart = { id: makeId() }; carts.set(cart.id, cart)`. */
function ofMember(mcp: McpModel, file: SourceFile, node: TSESTree.MemberExpression, depth: number): WeakSource | undefined {
  const name = memberName(node);
  for (const { value } of mcp.values(file, node.object)) {
    const made = value.kind === 'object' && name !== undefined ? propertyValue(value.node, name) : undefined;
    if (value.kind === 'object' && made) return weakSource(mcp, value.file, made, depth + 1);
  }
  return undefined;
}

function ofCall(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression, depth: number): WeakSource | undefined {
  const [length] = call.arguments;
  if (call.callee.type === 'Identifier' && call.callee.name === 'nanoid')
    return length?.type === 'Literal' && typeof length.value === 'number' && length.value < MIN_LENGTH ? { file, node: call, from: `${length.value} characters` } : undefined;
  const written = weakText(file, call);
  if (written) return written;
  for (const { value } of mcp.values(file, call.callee)) {
    if (value.kind !== 'function') continue;
    for (const expression of returnExpressions(value.node)) {
      const weak = weakSource(mcp, value.file, expression, depth + 1);
      if (weak) return weak;
    }
  }
  return undefined;
}

function weakText(file: SourceFile, node: TSESTree.Node): WeakSource | undefined {
  const text = file.text.slice(...node.range);
  if (STRONG.test(text)) {
    const kept = Number(CUT.exec(text)?.[1]);
    return kept < MIN_LENGTH ? { file, node, from: `${kept} characters` } : undefined;
  }
  const from = WEAK.find(([pattern]) => pattern.test(text))?.[1];
  return from === undefined ? undefined : { file, node, from };
}
