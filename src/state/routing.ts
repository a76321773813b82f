import type { TSESTree } from '@typescript-eslint/types';
import { rolesWithin } from '../mcp/containers.js';
import { keyName } from '../mcp/exports.js';
import { enclosingFunction, indexOf, memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains } from '../mcp/nodes.js';
import type { FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Cell } from './cells.js';
import { isLive } from './classify.js';
import { MESSAGES } from './handlers.js';
import type { StateModel } from './model.js';
import { opensSessions } from './served.js';

export interface RoutingRead {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  /** What is looked up: `group`. */
  readonly what: string;
  /** In a handler that answers with a list. */
  readonly list: boolean;
}

/** Parts of a session's record that are plumbing. */
const PLUMBING = /^(?:transport|server|mcpServer|close|sessionId|id|lastSeen|lastActivity|lastAccess\w*|createdAt|timer|timeout|res|response|req|request|connected|initialized|clientInfo|handleRequest|handlePostMessage|onclose|send|start|connect|length|size|has|get|set|add|delete|clear|keys|values|entries|forEach|push|splice|includes|map|filter|log|logger|liveness|heartbeat)$/;

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

/** Where the upstream of a session is looked up, or started for it alone. */
export function upstreamsOfSessions(mcp: McpModel, state: StateModel): readonly RoutingRead[] {
  return [...lookedUp(mcp, state), ...startedForSession(mcp, state)];
}

/** `clients.get(`${name}-${sessionId}`)`: once for each container of connections by session. */
function lookedUp(mcp: McpModel, state: StateModel): readonly RoutingRead[] {
  return state.cells.flatMap((cell): readonly RoutingRead[] => {
    if (cell.class !== 'session' || !isOfUpstreams(mcp, cell)) return [];
    const reads = cell.accesses.filter(a => a.mode === 'read' && (a.op === 'get' || a.op === 'index') && !a.part);
    const read = reads.find(a => isGivenBack(a.file, a.node, a.fn)) ?? reads[0];
    return read ? [{ file: read.file, node: read.node, what: cell.name, list: false }] : [];
  });
}

/** Connections to other servers, or processes that talk to them. */
function isOfUpstreams(mcp: McpModel, { values }: Cell): boolean {
  const elements = mcp.infer.elements(values.filter(k => k.value.kind === 'collection' || k.value.kind === 'object'));
  const nested = mcp.infer.elements(elements.filter(k => k.value.kind === 'collection'));
  return [...elements, ...nested].some(known => {
    const roles = rolesWithin(mcp, [known]);
    if (roles.has('client') || roles.has('client-transport')) return true;
    return known.value.kind === 'instance' && /\bspawn\s*\(/.test(known.value.file.text.slice(...known.value.node.range));
  });
}

/** `const child = spawn(command)` beside the transport of a new session, whose messages go there. */
function startedForSession(mcp: McpModel, state: StateModel): readonly RoutingRead[] {
  return state.handlers.flatMap(({ name, file, fn }): readonly RoutingRead[] => {
    const around = name === MESSAGES ? enclosingFunction(fn) : undefined;
    if (!around || !opensSessions(file, around)) return [];
    return indexOf(file).calls.flatMap((call): readonly RoutingRead[] => {
      const made = call.parent;
      if (made.type !== 'VariableDeclarator' || made.id.type !== 'Identifier' || !contains(around, call) || !isLive(mcp, file, call)) return [];
      const used = file.variableOf(made.id)?.references.some(r => contains(fn, r.identifier)) ?? false;
      return used ? [{ file, node: call, what: made.id.name, list: false }] : [];
    });
  });
}

/** `return map.get(id)`, `const found = map.get(id); ... return found`. */
function isGivenBack(file: SourceFile, node: TSESTree.Node, fn: FunctionNode): boolean {
  const target = outermost(node).parent;
  if (target?.type !== 'VariableDeclarator' || target.id.type !== 'Identifier') return isReturned(node, fn);
  return file.variableOf(target.id)?.references.some(r => r.identifier.parent.type === 'ReturnStatement') ?? false;
}
