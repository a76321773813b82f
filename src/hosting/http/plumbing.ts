import type { TSESTree } from '@typescript-eslint/types';
import { innermost, memberName } from '../../mcp/file-index.js';
import { calledFunctions } from '../fresh.js';
import { dotted } from '../purity.js';
import { contains } from '../../mcp/nodes.js';
import { roleOf } from '../../mcp/roles.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { walkTree } from '../../parse/walk.js';
import { some, type SessionNames } from './names.js';

const LOGS = /^(?:console|.*log(?:ger)?|l|winston|pino|debug|trace)$/i;
const LOG_CALL = /^(?:\w*(?:debug|log|trace)|(?:log|debug)\w*|error|warn|info)$/i;
const HARMLESS = /^(?:crypto\.randomUUID|randomUUID|uuidv4|uuid|nanoid|isInitializeRequest|isJSONRPC\w+|Date\.now|performance\.now|JSON\.stringify|JSON\.parse|String|Number|Boolean|Object\.(?:keys|values|entries)|Array\.(?:from|isArray)|Math\.\w+|Promise\.(?:resolve|all|allSettled|race)|setTimeout|clearTimeout|setInterval|clearInterval|setImmediate|next|parseInt|encodeURIComponent)$/;
const READS = /^(?:some|every|find|filter|map|includes|toString|toISOString|trim|startsWith|endsWith|slice|join|forEach|keys|values|entries|toLowerCase|split|substring|flat|then|catch|finally|unref|ref|header|get|has|bind|call|isArray|at|padStart|safeParse|randomUUID|getStore)$/;
const METERS = /(?:metric|gauge|counter|meter|stats|session|connection)\w*(?:\(\))?\.(?:inc|dec|set|add|observe|increment|decrement)$/i;
const TELLS = /(?:^|\.)(?:track|capture|record|report|instrument)(?:[A-Z]\w*)?$|(?:^|\.)\w*(?:telemetry|analytics|metrics|posthog|mixpanel|amplitude|usage)\w*(?:\(\))?\.\w+$/i;
const TELLING_MODULE = /telemetry|analytics|metrics|tracking|posthog|mixpanel|amplitude/i;
const CONSTRUCTORS = /(?:Transport|EventStore|Error|Date|Map|Set|Promise|AbortController|URL)$/;
/** What handlers usually call what they get and what they answer with. */
export const REQUESTS: readonly string[] = ['req', 'request'];
export const REPLIES: readonly string[] = ['res', 'response', 'reply'];

const REPLY = /^(?:status|json|send|end|set|setHeader|writeHead|header|code|type|sendStatus|write|flushHeaders|hijack|on|once|statusCode|removeHeader|setTimeout|text)$/;

/** Decides what of a session block is only about the session: ids, transports, replies about missing sessions, log lines. */
export class Plumbing {
  /** Servers that are made for the session. */
  readonly servers = new Set<TSESTree.Node>();
  /** Calls that get the answer on its way out: they stay around it. */
  readonly wraps = new Set<TSESTree.Node>();
  /** Statements that stay, and stand somewhere else. */
  readonly moved = new Set<TSESTree.Node>();
  /** Parameters of a helper that carry the session, and what is taken out of them. */
  readonly carried = new Set<string>();

  constructor(
    readonly names: SessionNames,
    readonly file: SourceFile,
    /** What the handler answers with. */
    readonly reply: readonly string[],
    readonly request: readonly string[],
    /** The end of a session is confirmed there: a reply is no answer of its own. */
    readonly ends = false,
  ) {}

  /** The first thing that is done besides; undefined when all of it may go. */
  foreign(node: TSESTree.Node, depth = 0): TSESTree.Node | undefined {
    let found: TSESTree.Node | undefined;
    walkTree(node, n => {
      if (found || this.moved.has(n)) return false;
      if (n.type === 'CallExpression' && !this.#isPlumbingCall(n, depth)) found = n;
      else if (n.type === 'NewExpression' && !this.#isPlumbingNew(n)) found = n;
      else if (n.type === 'AssignmentExpression' && !this.#isPlumbingTarget(n.left, node)) found = n;
      else if (n.type === 'UpdateExpression' && !this.#isPlumbingTarget(n.argument, node)) found = n;
      else if (n.type === 'YieldExpression') found = n;
      else if (n.type === 'IfStatement' && this.#guards(n)) found = n.test;
      return found === undefined;
    });
    return found;
  }

  /** `if (key !== expected) res.status(401).end()`: who may come in is no matter of sessions. */
  #guards({ test, consequent }: TSESTree.IfStatement): boolean {
    if (this.names.mentions(test)) return false;
    return some(consequent, n => n.type === 'Literal' && typeof n.value === 'number' && [401, 403, 429].includes(n.value));
  }

  #isPlumbingCall(call: TSESTree.CallExpression, depth: number): boolean {
    if (this.wraps.has(call) || isLogCall(call)) return true;
    const callee = innermost(call.callee);
    const name = dotted(callee);
    if (HARMLESS.test(name) || isRefusingResponse(call) || this.names.isRootedIn(callee) || this.#isServer(callee) || this.#isCarried(callee)) return true;
    if (callee.type === 'MemberExpression') {
      const root = rootName(callee);
      const member = memberName(callee) ?? '';
      if (root !== undefined && this.reply.includes(root)) return REPLY.test(member) && (this.ends || !isAnswer(call));
      if (root !== undefined && this.request.includes(root)) return true;
      if (READS.test(member)) return true;
      if (/^(?:connect|close)$/.test(member)) return this.names.mcp.member(this.file, callee) !== undefined;
    }
    return this.#makesServer(call) || this.#isPlumbingHelper(call, depth) || this.#counts(call);
  }

  /** `sessionsOpened.inc()` where a session begins or ends: nothing begins or ends there any more. */
  #counts(call: TSESTree.CallExpression): boolean {
    const statement = call.parent.type === 'AwaitExpression' || (call.parent.type === 'UnaryExpression' && call.parent.operator === 'void') ? call.parent.parent : call.parent;
    if ((statement.type !== 'ExpressionStatement' && statement.type !== 'ArrowFunctionExpression') || !isAtEdge(call)) return false;
    const functions = calledFunctions(this.names.mcp, this.file, call);
    if (functions.length > 0 ? functions.every(f => onlyCounts(f.node)) : isMeter(call)) this.names.uncounted.add(call);
    else if (this.#tells(call)) this.names.untold.add(call);
    else return false;
    return true;
  }

  /** `trackSession(id)`: somebody is told that a session began, and nothing else comes of it. */
  #tells(call: TSESTree.CallExpression): boolean {
    const callee = innermost(call.callee);
    const name = dotted(callee);
    if (name === '' || call.arguments.some(a => some(a, isFunctionNode))) return false;
    return TELLS.test(name) || TELLING_MODULE.test(importedFrom(this.file, callee) ?? '');
  }

  #makesServer(call: TSESTree.CallExpression): boolean {
    return [...this.servers].some(s => contains(s, call)) || this.names.mcp.types(this.file, call).some(t => roleOf(t.type) === 'server');
  }

  /** What is sent to the client is no plumbing. */
  #isCarried(node: TSESTree.Node): boolean {
    const root = rootName(node);
    return root !== undefined && this.carried.has(root) && !(node.type === 'MemberExpression' && node.parent.type === 'CallExpression' && memberName(node) === 'send');
  }

  #isServer(callee: TSESTree.Node): boolean {
    for (let n = innermost(callee); ; n = innermost(n)) {
      if (n.type === 'MemberExpression') n = n.object;
      else if (n.type === 'Identifier') {
        const declared = this.file.variableOf(n)?.defs[0]?.node;
        return declared !== undefined && this.servers.has(declared);
      } else return false;
    }
  }

  /** A function of the project that does nothing else either. */
  #isPlumbingHelper(call: TSESTree.CallExpression, depth: number): boolean {
    if (depth > 2) return false;
    const functions = calledFunctions(this.names.mcp, this.file, call);
    return functions.length > 0 && functions.every(f => this.#isPlumbingFunction(f.file, f.node, call, depth));
  }

  #isPlumbingFunction(file: SourceFile, fn: FunctionNode, call: TSESTree.CallExpression, depth: number): boolean {
    const given = new Map(fn.params.map((p, i) => [p.type === 'Identifier' ? p.name : '', call.arguments[i]] as const));
    const replies = [...given].flatMap(([name, argument]) => (argument?.type === 'Identifier' && this.reply.includes(argument.name) ? [name] : []));
    const requests = [...given].flatMap(([name, argument]) => (argument?.type === 'Identifier' && this.request.includes(argument.name) ? [name] : []));
    if (file === this.file) this.names.follow(fn);
    const inner = new Plumbing(this.names, file, replies, requests);
    for (const [name, argument] of given) if (name !== '' && argument && (this.names.isRootedIn(argument) || this.#isCarried(argument))) inner.carried.add(name);
    addTaken(file, fn, inner.carried);
    if (file !== this.file) return inner.foreign(fn.body, depth + 2) === undefined;
    for (const s of this.servers) inner.servers.add(s);
    return inner.foreign(fn.body, depth + 1) === undefined;
  }

  #isPlumbingNew(node: TSESTree.NewExpression): boolean {
    return CONSTRUCTORS.test(dotted(node.callee)) || isRefusingResponse(node) || [...this.servers].some(s => contains(s, node)) || this.names.mcp.types(this.file, node).some(t => roleOf(t.type) === 'server');
  }

  /** `server.onclose = ...`: what is done then is looked at by itself. */
  #isEnd(target: TSESTree.Node): boolean {
    return target.type === 'MemberExpression' && memberName(target) === 'onclose' && this.names.mcp.member(this.file, target) !== undefined;
  }

  /** A local of the block, or something of the session. */
  #isPlumbingTarget(target: TSESTree.Node, block: TSESTree.Node): boolean {
    const inner = innermost(target);
    if (this.names.isRootedIn(inner) || this.#isServer(inner) || this.#isEnd(inner) || (inner.type === 'MemberExpression' && this.#isCarried(inner))) return true;
    if (inner.type === 'Identifier') {
      const declared = this.file.variableOf(inner)?.defs[0];
      return declared !== undefined && (contains(block, declared.name) || enclosedIn(declared.node, block));
    }
    const root = rootName(inner);
    return root !== undefined && this.reply.includes(root);
  }
}

/** A line in a log. */
export function isLogCall({ callee }: TSESTree.CallExpression): boolean {
  const inner = innermost(callee);
  if (inner.type === 'Identifier') return LOG_CALL.test(inner.name);
  if (/^process\.std(?:err|out)\.write$/.test(dotted(inner))) return true;
  return inner.type === 'MemberExpression' && (LOGS.test(rootName(inner) ?? '') || LOGS.test(memberNameOfObject(inner) ?? ''));
}

/** It reads, computes, or sets a timer. */
export function isHarmless({ callee }: TSESTree.CallExpression): boolean {
  const inner = innermost(callee);
  return HARMLESS.test(dotted(inner)) || (inner.type === 'MemberExpression' && READS.test(memberName(inner) ?? ''));
}

/** `new Response('Not found', { status: 404 })`, `Response.json({ error }, { status: 400 })`: an answer that refuses. */
function isRefusingResponse({ callee, arguments: [, options] }: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
  if (!/^(?:Next)?Response(?:\.json)?$/.test(dotted(innermost(callee))) || options?.type !== 'ObjectExpression') return false;
  return options.properties.some(p => p.type === 'Property' && p.key.type === 'Identifier' && p.key.name === 'status' && p.value.type === 'Literal' && Number(p.value.value) >= 400);
}

/** The module that the first name of a callee is imported from. */
function importedFrom(file: SourceFile, callee: TSESTree.Node): string | undefined {
  let n = innermost(callee);
  while (n.type === 'MemberExpression') n = innermost(n.object);
  const definition = n.type === 'Identifier' ? file.variableOf(n)?.defs[0] : undefined;
  return definition?.type === 'ImportBinding' && definition.parent.type === 'ImportDeclaration' ? definition.parent.source.value : undefined;
}

/** `activeSessions.dec()`, of a library that counts. */
function isMeter(call: TSESTree.CallExpression): boolean {
  return METERS.test(dotted(innermost(call.callee)));
}

/** It changes numbers, and tells nobody. */
function onlyCounts(fn: FunctionNode): boolean {
  return fn.body.type === 'BlockStatement' && !fn.async && fn.body.body.length > 0 && fn.body.body.every(s => s.type === 'ExpressionStatement' && (s.expression.type === 'UpdateExpression' || s.expression.type === 'AssignmentExpression' || (s.expression.type === 'CallExpression' && isMeter(s.expression))));
}

/** In a listener of the begin or end of a session. */
function isAtEdge(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node; n; n = n.parent) {
    if (!isFunctionNode(n)) continue;
    const { parent } = n;
    if (parent.type === 'Property' && parent.key.type === 'Identifier' && /^onsession(?:initialized|closed)$/.test(parent.key.name)) return true;
    if (parent.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression' && memberName(parent.left) === 'onclose') return true;
  }
  return false;
}

/** `const original = transport.onmessage`. */
function addTaken(file: SourceFile, fn: FunctionNode, carried: Set<string>): void {
  for (const scope of file.scopes.scopes) {
    for (const { defs: [definition], name } of scope.variables) {
      if (definition?.node.type !== 'VariableDeclarator' || !definition.node.init || !contains(fn, definition.node)) continue;
      const inner = innermost(definition.node.init);
      const root = inner.type === 'MemberExpression' ? rootName(inner) : undefined;
      const bound = inner.type === 'CallExpression' && inner.callee.type === 'MemberExpression' && memberName(inner.callee) === 'bind' ? rootName(inner.callee) : undefined;
      if (carried.has(root ?? bound ?? '')) carried.add(name);
    }
  }
}

function enclosedIn(declaration: TSESTree.Node, node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node; n; n = n.parent) if (isFunctionNode(n) && contains(n, declaration)) return true;
  return false;
}

export function rootName(node: TSESTree.Node): string | undefined {
  let n = innermost(node);
  while (n.type === 'MemberExpression' || n.type === 'CallExpression') n = innermost(n.type === 'MemberExpression' ? n.object : n.callee);
  return n.type === 'Identifier' ? n.name : undefined;
}

/** `this.logger.info`: the name before the last. */
function memberNameOfObject(node: TSESTree.MemberExpression): string | undefined {
  const object = innermost(node.object);
  return object.type === 'MemberExpression' ? memberName(object) : undefined;
}

/** `res.json({ name, version })`: an answer that is no refusal. */
export function isAnswer(call: TSESTree.CallExpression): boolean {
  const callee = innermost(call.callee);
  const [, status] = call.arguments;
  if (status?.type === 'Literal' && Number(status.value) >= 400) return false;
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'json' || endsSession(call)) return false;
  for (let n = innermost(callee.object); n.type === 'CallExpression' && n.callee.type === 'MemberExpression'; n = innermost(n.callee.object)) {
    const [status] = n.arguments;
    if (/^(?:status|code)$/.test(memberName(n.callee) ?? '') && (status?.type !== 'Literal' || Number(status.value) >= 400)) return false;
  }
  const [body] = call.arguments;
  return !(body?.type === 'ObjectExpression' && body.properties.some(p => p.type === 'Property' && p.key.type === 'Identifier' && /^(?:jsonrpc|error)$/.test(p.key.name)));
}

/** Under `if (req.method === 'DELETE')`. */
function endsSession(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node; n; n = n.parent) if (n.type === 'IfStatement' && some(n.test, t => t.type === 'Literal' && t.value === 'DELETE')) return true;
  return false;
}
