import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import type { FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { StateModel } from './model.js';

export interface RoutingRead {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  /** What is looked up: `group`. */
  readonly what: string;
  /** In a handler that answers with a list. */
  readonly list: boolean;
}

/** Parts of a session's record that are plumbing. */
const PLUMBING = /^(?:transport|server|mcpServer|close|sessionId|id|lastSeen|lastActivity|lastAccess\w*|createdAt|timer|timeout|res|response|req|request|connected|initialized|clientInfo|handleRequest|handlePostMessage|onclose|send|start|connect|length|size)$/;

/** What is read from the record of a session besides its transport: a group, a tag, an upstream. */
export function routingReads(mcp: McpModel, state: StateModel): readonly RoutingRead[] {
  const records = state.cells.filter(c => (c.class === 'transports' || c.class === 'session') && state.classifier.isKeyedBySession(c));
  const found: RoutingRead[] = [];
  const accessors = new Set<FunctionNode>();
  for (const cell of records) {
    for (const { file, node, fn, key } of cell.accesses) {
      if (!key) continue;
      const part = partOf(node);
      if (!part || PLUMBING.test(part.name)) continue;
      found.push({ file, node: part.node, what: part.name, list: isList(state, node) });
      if (isReturned(part.node, fn)) accessors.add(fn);
    }
  }
  return [...found, ...accessorCalls(mcp, state, accessors)];
}

/** `groupOf(extra.sessionId)`: the accessor is called where the decision is made. */
function accessorCalls(mcp: McpModel, state: StateModel, accessors: ReadonlySet<FunctionNode>): readonly RoutingRead[] {
  const found: RoutingRead[] = [];
  for (const { file, fn } of state.reach.functions) {
    if (accessors.has(fn)) continue;
    walkTree(fn.body, node => {
      if (node.type !== 'CallExpression' || !mcp.values(file, node.callee).some(k => k.value.kind === 'function' && accessors.has(k.value.node))) return;
      const target = outermost(node).parent;
      const what = target?.type === 'VariableDeclarator' && target.id.type === 'Identifier' ? target.id.name : 'the target';
      found.push({ file, node, what, list: isList(state, node) });
    });
  }
  return found;
}

/** `map.get(id).group`, `map[id]?.group`, `const { group } = map[id]`. */
function partOf(access: TSESTree.Node): { readonly node: TSESTree.Node; readonly name: string } | undefined {
  const outer = outermost(access);
  const parent = outer.parent;
  if (parent?.type === 'MemberExpression' && parent.object === outer) {
    const name = memberName(parent);
    return name === undefined ? undefined : { node: parent, name };
  }
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'ObjectPattern') return undefined;
  for (const property of parent.id.properties) {
    const name = property.type === 'Property' ? keyName(property.key) : undefined;
    if (name !== undefined && !PLUMBING.test(name)) return { node: property, name };
  }
  return undefined;
}

function isReturned(node: TSESTree.Node, fn: FunctionNode): boolean {
  for (let n: TSESTree.Node | undefined = node; n && n !== fn; n = n.parent) {
    if (n.parent?.type === 'ReturnStatement') return true;
    if (n.parent === fn && fn.body === n) return true;
    if (n.parent && !/^(?:LogicalExpression|ChainExpression|ConditionalExpression|TSAsExpression|TSNonNullExpression|MemberExpression)$/.test(n.parent.type)) return false;
  }
  return false;
}

function isList(state: StateModel, node: TSESTree.Node): boolean {
  const from = [...state.reach.leadingTo(node)];
  return from.length > 0 && from.every(h => /\/list$/.test(h.name));
}

