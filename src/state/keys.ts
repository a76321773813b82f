import type { TSESTree } from '@typescript-eslint/types';
import { endName, innermost, memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { isServerSide } from '../mcp/roles.js';
import { returnExpressions } from '../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Reach } from './reach.js';

const MAX_DEPTH = 6;
/** From a key back to where its id is made, through names of folders and files. */
const MAX_MINTING_DEPTH = 12;
const MINTING = /^(?:randomUUID|uuid|uuidv4|uuidv7|v4|v7|nanoid|ulid|cuid|createId|generateId|generateID|genId|newId|makeId|nextId|now|random|randomBytes)$|^(?:generate|create|make|next|new)\w*(?:Id|ID|Key|Handle|Token)$/;
/** What they give is as good an id as what they are called on: `randomUUID().slice(0, 8)`. */
const OF_TEXT = /^(?:toString|slice|substring|substr|replace|replaceAll|toLowerCase|toUpperCase|padStart|padEnd|trim|basename|join)$/;

/** Whether a key is something that came with the call: an argument of the tool, or made from one. */
export function comesFromArguments(mcp: McpModel, reach: Reach, file: SourceFile, node: TSESTree.Node, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  const inner = innermost(node);
  const again = (n: TSESTree.Node): boolean => comesFromArguments(mcp, reach, file, n, depth + 1);
  switch (inner.type) {
    case 'Identifier':
      return isArgument(mcp, reach, file, inner, depth);
    case 'MemberExpression':
      return inner.object.type !== 'Super' && !isMethodOfRequest(reach, file, inner) && again(inner.object);
    case 'TemplateLiteral':
      return inner.expressions.some(again);
    case 'BinaryExpression':
      return again(inner.left) || again(inner.right);
    case 'LogicalExpression':
      // `args.id ?? 'default'` falls back on something shared.
      return again(inner.left) && isNoBucket(innermost(inner.right)) && !mcp.values(file, inner.left).some(k => k.value.kind === 'session-id');
    case 'CallExpression':
      return inner.arguments.some(a => a.type !== 'SpreadElement' && again(a)) || (inner.callee.type === 'MemberExpression' && inner.callee.object.type !== 'Super' && again(inner.callee.object));
    default:
      return false;
  }
}

/** `request.method`: each kind of request has one, which is no choice of the caller. */
function isMethodOfRequest(reach: Reach, file: SourceFile, member: TSESTree.MemberExpression): boolean {
  if (memberName(member) !== 'method' || member.object.type !== 'Identifier') return false;
  const definition = file.variableOf(member.object)?.defs[0];
  return definition?.type === 'Parameter' && isFunctionNode(definition.node) && reach.isHandler(definition.node);
}

/** Not one that all callers without an id would share; under '' is nothing. */
function isNoBucket(node: TSESTree.Node): boolean {
  if (node.type === 'Literal') return node.value === '';
  return node.type !== 'MemberExpression' && node.type !== 'Identifier';
}

function isArgument(mcp: McpModel, reach: Reach, file: SourceFile, name: TSESTree.Identifier, depth: number): boolean {
  const definition = file.variableOf(name)?.defs[0];
  if (!definition) return false;
  const { node } = definition;
  if (isFunctionNode(node) && definition.type === 'Parameter') return isFilledByCaller(mcp, reach, file, node, definition.name, depth);
  if (node.type !== 'VariableDeclarator') return false;
  const loop = node.parent.parent;
  const source = node.init ?? (loop.type === 'ForOfStatement' ? loop.right : undefined);
  return source !== undefined && comesFromArguments(mcp, reach, file, source, depth + 1);
}

/** A parameter of a handler comes with the call; a parameter of a helper is what its callers give. */
function isFilledByCaller(mcp: McpModel, reach: Reach, file: SourceFile, fn: FunctionNode, declared: TSESTree.Node, depth: number): boolean {
  if (!reach.has(fn) && !reach.covers(fn)) return false;
  const list = listGoneThrough(fn);
  if (list) return comesFromArguments(mcp, reach, file, list, depth + 1);
  const index = fn.params.findIndex(p => p.range[0] <= declared.range[0] && declared.range[1] <= p.range[1]);
  const calls = mcp.infer.references.ofFunction(file, fn).flatMap(use => {
    const call = outermost(use.node).parent;
    return call?.type === 'CallExpression' && call.callee === outermost(use.node) && reach.covers(call) ? [{ file: use.file, argument: call.arguments[index] }] : [];
  });
  if (calls.length === 0) return true;
  return calls.every(
    ({ file: g, argument }) =>
      argument !== undefined && argument.type !== 'SpreadElement' && (comesFromArguments(mcp, reach, g, argument, depth + 1) || isMinted(mcp, g, argument, depth + 1)),
  );
}

/** `list.forEach(item => ...)`: the callback is given what is in the list. */
function listGoneThrough(fn: FunctionNode): TSESTree.Node | undefined {
  const { parent } = fn;
  if (parent.type !== 'CallExpression' || parent.arguments[0] !== fn) return undefined;
  const callee = innermost(parent.callee);
  return callee.type === 'MemberExpression' && callee.object.type !== 'Super' && /^(?:forEach|map|flatMap|filter|find|some|every)$/.test(memberName(callee) ?? '') ? callee.object : undefined;
}

/** Whether anything in an expression came with the call, or was asked of its client. */
export function mentionsCall(mcp: McpModel, reach: Reach, file: SourceFile, node: TSESTree.Node, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  let found = false;
  walkTree(node, n => {
    if (found) return false;
    if (n.type === 'CallExpression') found = asksClient(mcp, file, n);
    else if (n.type === 'Identifier' && isRead(n)) found = isOfCall(mcp, reach, file, n, depth);
    return undefined;
  });
  return found;
}

/** `server.getClientVersion()`, `server.listRoots()`. */
function asksClient(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): boolean {
  const callee = innermost(call.callee);
  const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
  return name !== undefined && /^(?:listRoots|getClientVersion|getClientCapabilities|createMessage|elicitInput|request)$/.test(name) && isServerSide(mcp.call(file, call)?.owner ?? '');
}

function isRead(name: TSESTree.Identifier): boolean {
  const { parent } = name;
  if (parent.type === 'MemberExpression') return parent.computed || parent.property !== name;
  return parent.type !== 'Property' || parent.computed || parent.value.range[0] === name.range[0];
}

function isOfCall(mcp: McpModel, reach: Reach, file: SourceFile, name: TSESTree.Identifier, depth: number): boolean {
  const definition = file.variableOf(name)?.defs[0];
  if (!definition) return false;
  const { node } = definition;
  if (isFunctionNode(node) && definition.type === 'Parameter') return isGivenByCall(mcp, reach, file, node, definition.name, depth);
  if (node.type !== 'VariableDeclarator') return false;
  const loop = node.parent.parent;
  const source = node.init ?? (loop.type === 'ForOfStatement' ? loop.right : undefined);
  if (source && reach.covers(source) && mentionsCall(mcp, reach, file, source, depth + 1)) return true;
  return !reach.isLocal(node) && isGivenLater(mcp, reach, file, name, depth);
}

/** A variable around the handlers that one of them has filled with something of its call. */
function isGivenLater(mcp: McpModel, reach: Reach, file: SourceFile, name: TSESTree.Identifier, depth: number): boolean {
  return (
    file.variableOf(name)?.references.some(r => r.isWrite() && !r.init && r.writeExpr && reach.covers(r.identifier) && mentionsCall(mcp, reach, file, r.writeExpr, depth + 1)) ?? false
  );
}

/** Parameters of handlers, and of helpers to which one of their callers hands something of the call. */
function isGivenByCall(mcp: McpModel, reach: Reach, file: SourceFile, fn: FunctionNode, declared: TSESTree.Node, depth: number): boolean {
  if (reach.isHandler(fn)) return true;
  if (!reach.has(fn) && !reach.covers(fn)) return false;
  const index = fn.params.findIndex(p => p.range[0] <= declared.range[0] && declared.range[1] <= p.range[1]);
  const calls = mcp.infer.references.ofFunction(file, fn).flatMap(use => {
    const call = outermost(use.node).parent;
    return call?.type === 'CallExpression' && call.callee === outermost(use.node) && reach.covers(call) ? [{ file: use.file, argument: call.arguments[index] }] : [];
  });
  // Who calls is out of sight: a method that is found by its name, a function in a table of handlers.
  if (calls.length === 0) return true;
  return calls.some(({ file: g, argument }) => argument !== undefined && mentionsCall(mcp, reach, g, argument, depth + 1));
}

/** Whether a key is an id that the program makes up for the new entry. */
export function isMinted(mcp: McpModel, file: SourceFile, node: TSESTree.Node, depth = 0): boolean {
  if (depth > MAX_MINTING_DEPTH) return false;
  const inner = innermost(node);
  const again = (n: TSESTree.Node): boolean => isMinted(mcp, file, n, depth + 1);
  switch (inner.type) {
    case 'Identifier': {
      const definition = file.variableOf(inner)?.defs[0];
      return definition?.node.type === 'VariableDeclarator' && definition.node.init !== null && again(definition.node.init);
    }
    case 'MemberExpression':
      return isMintedMember(mcp, file, inner, depth);
    case 'TemplateLiteral':
      return inner.expressions.some(again);
    case 'BinaryExpression':
      return again(inner.left) || again(inner.right);
    case 'LogicalExpression':
      return again(inner.left) || again(inner.right);
    case 'UpdateExpression':
      return true;
    case 'CallExpression': {
      const callee = innermost(inner.callee);
      const name = endName(callee);
      if (name !== undefined && MINTING.test(name)) return true;
      // A digest of an id is as good as the id.
      if (name !== undefined && /key|digest|hash/i.test(name) && inner.arguments.some(a => a.type !== 'SpreadElement' && again(a))) return true;
      if (mcp.values(file, callee).some(({ value }) => value.kind === 'function' && returnExpressions(value.node).some(e => isMinted(mcp, value.file, e, depth + 1)))) return true;
      return (name === 'String' || (name !== undefined && OF_TEXT.test(name))) && (inner.arguments.some(a => a.type !== 'SpreadElement' && again(a)) || (callee.type === 'MemberExpression' && callee.object.type !== 'Super' && again(callee.object)));
    }
    default:
      return false;
  }
}

/** `task.id` where `task` is made here with a minted id. */
function isMintedMember(mcp: McpModel, file: SourceFile, member: TSESTree.MemberExpression, depth: number): boolean {
  const name = memberName(member);
  if (name === undefined || member.object.type === 'Super' || !/id$|key$|handle$|token$|uuid/i.test(name)) return false;
  if (isJustMade(file, member.object)) return true;
  return mcp.values(file, member.object).some(({ value }) => {
    if (value.kind !== 'object') return false;
    const property = value.node.properties.find(p => p.type === 'Property' && p.key.type === 'Identifier' && p.key.name === name);
    return property?.type === 'Property' && isMinted(mcp, value.file, property.value, depth + 1);
  });
}

/** `const task = await store.createTask(...)`: whoever made it gave it its id. */
function isJustMade(file: SourceFile, node: TSESTree.Node): boolean {
  const inner = innermost(node);
  const init = inner.type === 'Identifier' ? file.variableOf(inner)?.defs[0]?.node : undefined;
  const made = init?.type === 'VariableDeclarator' && init.init ? innermost(init.init) : undefined;
  if (made?.type !== 'CallExpression') return false;
  const callee = innermost(made.callee);
  const name = endName(callee);
  return name !== undefined && /^(?:create|start|open|launch|spawn|submit|begin|allocate|new)/i.test(name);
}
