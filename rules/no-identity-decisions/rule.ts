import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, endName, innermost, memberName, outermost, says, type CodeContext, type TSESTree } from '../../src/rule.js';

const ACCESSORS = /^get(?:Client|Server)Version$/;
const NAMES = /^(?:clientInfo|serverInfo)$/;
const ASKS = /^(?:includes|startsWith|endsWith|match|test|indexOf|search|has|get|localeCompare)$/;
const SHAPES = /^(?:toLowerCase|toUpperCase|trim|toLocaleLowerCase)$/;
const OF_PROTOCOL = /modelcontextprotocol|jsonrpc|\bmcp\b/i;

export default defineRule({
  id: 'no-identity-decisions',
  title: 'Names of peers decide nothing',
  clauses: ['self-reported-identity-used', 'server-info-location'],
  words: ['clientInfo', 'serverInfo', 'getClientVersion', 'getServerVersion', 'getInstructions', 'getServerCapabilities'],
  visit: context => ({
    MemberExpression(node) {
      reportDecision(context, node);
    },
    TSNonNullExpression(node) {
      reportAssertion(context, node);
    },
  }),
});

/** `clientInfo.name === 'x'`, `getClientVersion()?.name.includes('x')`, `switch (serverInfo.name)`. */
function reportDecision(context: CodeContext, node: TSESTree.MemberExpression): void {
  if (!/^(?:name|version|title)$/.test(memberName(node) ?? '')) return;
  const peer = identity(context, node.object);
  const decisive = peer && decisionOf(context, node);
  if (!peer || !decisive || (peer.named && !hasText(context, decisive))) return;
  context.report(decisive, {
    clause: 'self-reported-identity-used',
    subject: `identity:${peer.role}`,
    message: `This decides by the name that a ${peer.role} gives itself: it proves nothing, and it need not be there.`,
    confidence: 'likely',
  });
}

interface Peer {
  readonly role: 'client' | 'server';
  /** Known by a name in the code alone. */
  readonly named: boolean;
}

/** Whose identity an expression is. */
function identity({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, value: TSESTree.Node): Peer | undefined {
  const node = innermost(value);
  if (node.type === 'CallExpression') {
    const name = node.callee.type === 'MemberExpression' ? (memberName(node.callee) ?? '') : '';
    if (!ACCESSORS.test(name) || !mcp.call(file, node)) return undefined;
    return { role: name === 'getClientVersion' ? 'client' : 'server', named: false };
  }
  const name = endName(node) ?? '';
  if (NAMES.test(name)) return says(file, OF_PROTOCOL) && !isOwn({ file }, node) ? { role: name === 'clientInfo' ? 'client' : 'server', named: true } : undefined;
  const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0]?.node : undefined;
  const init = definition?.type === 'VariableDeclarator' && definition.id.type === 'Identifier' && definition.init ? innermost(definition.init) : undefined;
  return init?.type === 'CallExpression' || init?.type === 'MemberExpression' ? identity({ file, mcp }, init) : undefined;
}

/** `const serverInfo = { name: 'mine' }` is no peer's. */
function isOwn({ file }: Pick<CodeContext, 'file'>, node: TSESTree.Node): boolean {
  const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0]?.node : undefined;
  return definition?.type === 'VariableDeclarator' && definition.init?.type === 'ObjectExpression';
}

/** A name is compared with one that is written out: entries of a registry are compared with each other. */
function hasText({ file, mcp }: CodeContext, decision: TSESTree.Node): boolean {
  const isText = (side: TSESTree.Node): boolean => (side.type === 'Literal' || side.type === 'Identifier') && mcp.text(file, side) !== undefined;
  return decision.type !== 'BinaryExpression' || isText(decision.left) || isText(decision.right);
}

/** The comparison or lookup that a value goes into, at once or by the name that it is kept under. */
function decisionOf(context: CodeContext, value: TSESTree.Node, depth = 0): TSESTree.Node | undefined {
  const outer = outermost(value);
  const { parent } = outer;
  switch (parent?.type) {
    case 'BinaryExpression': {
      const other = innermost(parent.left === outer ? parent.right : parent.left);
      return /^[!=]==?$/.test(parent.operator) && !isNothing(other) ? parent : undefined;
    }
    case 'SwitchStatement':
      return parent.discriminant === outer ? outer : undefined;
    case 'LogicalExpression':
      return parent.left === outer && parent.operator !== '&&' ? decisionOf(context, parent, depth) : undefined;
    case 'MemberExpression':
      return parent.object === outer ? ofMember(context, parent, depth) : parent.computed && isTable(context, parent.object) ? parent : undefined;
    case 'CallExpression':
      return parent.arguments.some(a => a === outer) && parent.callee.type === 'MemberExpression' && ASKS.test(memberName(parent.callee) ?? '') && isTable(context, parent.callee.object) ? parent : undefined;
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' && depth < 2 ? firstDecision(context, parent.id, depth) : undefined;
    default:
      return undefined;
  }
}

function ofMember(context: CodeContext, member: TSESTree.MemberExpression, depth: number): TSESTree.Node | undefined {
  const name = memberName(member) ?? '';
  const call = outermost(member).parent;
  if (call?.type !== 'CallExpression' || innermost(call.callee) !== member) return undefined;
  if (SHAPES.test(name)) return decisionOf(context, call, depth);
  return ASKS.test(name) ? call : undefined;
}

function firstDecision(context: CodeContext, name: TSESTree.Identifier, depth: number): TSESTree.Node | undefined {
  for (const reference of context.file.variableOf(name)?.references ?? []) {
    const found = reference.init ? undefined : decisionOf(context, reference.identifier, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** `null`, `undefined`: whether there is a name at all. */
function isNothing(node: TSESTree.Node): boolean {
  return (node.type === 'Literal' && (node.value === null || node.value === '')) || (node.type === 'Identifier' && node.name === 'undefined') || (node.type === 'UnaryExpression' && node.operator === 'typeof');
}

/** A pattern, a list or a table that is written out: what is counted or kept by name is no decision. */
function isTable({ file }: CodeContext, value: TSESTree.Node): boolean {
  const node = innermost(value);
  if (node.type === 'Literal') return 'regex' in node;
  const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0]?.node : undefined;
  const init = definition?.type === 'VariableDeclarator' && definition.init ? innermost(definition.init) : node;
  if (init.type === 'NewExpression') return init.arguments[0]?.type === 'ArrayExpression' && init.arguments[0].elements.length > 0;
  return (init.type === 'ObjectExpression' && init.properties.length > 0) || (init.type === 'ArrayExpression' && init.elements.length > 0) || (init.type === 'Literal' && 'regex' in init);
}

/** `client.getServerVersion()!`: without a handshake there may be nothing. */
function reportAssertion({ file, mcp, report }: CodeContext, node: TSESTree.TSNonNullExpression): void {
  const call = innermost(node.expression);
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression' || !/^get(?:ServerVersion|ServerCapabilities|Instructions)$/.test(memberName(call.callee) ?? '')) return;
  const use = mcp.call(file, call);
  if (!use || roleOf(use.owner) !== 'client') return;
  report(node, { clause: 'server-info-location', subject: 'identity:asserted', message: 'This takes for granted what a server says of itself; without a handshake it may say nothing.', because: use.because, confidence: use.confidence });
}
