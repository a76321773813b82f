import type { TSESTree } from '@typescript-eslint/types';
import type { Choices } from '../../choices.js';
import type { Finding } from '../../finding.js';
import { keyName, propertyValue } from '../../mcp/exports.js';
import { enclosingClass, indexOf, innermost, memberName } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { contains } from '../../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { walkTree } from '../../parse/walk.js';
import { callOn, lineOf } from '../closure.js';
import { connectorOf, factoryOfConnector, needsSession, type Connector } from '../connector.js';
import type { Draft } from '../draft.js';
import type { Factory } from '../factory.js';
import { calledFunctions, isFresh } from '../fresh.js';
import { isObstacle, obstacle, type Obstacle } from '../obstacle.js';
import { isPure } from '../purity.js';
import { SessionNames, some } from './names.js';
import { Plumbing, REPLIES, REQUESTS } from './plumbing.js';
import { servingCalls } from './routes.js';

/** A class of the file that keeps the sessions and is handed the requests: all of it goes. */
export interface SessionClass {
  readonly cls: TSESTree.ClassDeclaration;
  /** `const sessions = new Sessions(...)`. */
  readonly declarator: TSESTree.VariableDeclarator;
  /** `sessions.handle(req, res)`. */
  readonly taken: readonly TSESTree.CallExpression[];
  /** `sessions.closeAll()`. */
  readonly closed: readonly TSESTree.CallExpression[];
  /** The request is one of the web, and the answer is returned. */
  readonly web: boolean;
  /** What was parsed in front is given to the transport. */
  readonly parsed: boolean;
  readonly json: boolean;
  readonly legacy: Choices['legacy'];
  readonly factory: Factory;
  readonly names: SessionNames;
  /** What the factory is made of stays in use. */
  readonly used: readonly TSESTree.Node[];
}

export interface ClassContext {
  readonly mcp: McpModel;
  readonly draft: Draft;
  readonly file: SourceFile;
  readonly findings: readonly Finding[];
  readonly legacy: Choices['legacy'];
}

type Method = TSESTree.MethodDefinition & { readonly value: TSESTree.FunctionExpression };

const READ_OF_REQUEST = /^(?:headers|method|body|on|once|off|setEncoding|get|header)$/;
const OWN_HEADERS = /^(?:mcp-session-id|mcp-protocol-version|last-event-id|content-type|content-length|accept|connection|allow|retry-after|cache-control)$/i;

/** Undefined where no class is handed the requests of all transports of the file. */
export function sessionClassOf(context: ClassContext): SessionClass | Obstacle | undefined {
  const { mcp, file } = context;
  const serving = servingCalls(mcp, file, file.program, /^(?:handleRequest|handlePostMessage)$/);
  const [cls, another] = [...new Set(serving.map(s => enclosingClass(s)))];
  const variable = cls?.type === 'ClassDeclaration' && cls.parent.type === 'Program' && cls.id ? file.variableOf(cls.id) : undefined;
  if (another || cls?.type !== 'ClassDeclaration' || !variable) return undefined;
  const [use, more] = mcp.infer.references.ofVariable(file, variable, 'all').filter(p => p.file !== file || !contains(cls, p.node));
  const made = use?.node.parent;
  const declarator = made?.parent;
  if (!use || more || use.file !== file || made?.type !== 'NewExpression' || declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier' || declarator.parent.declarations.length > 1 || declarator.parent.parent.type === 'ExportNamedDeclaration') return undefined;
  return new Reader(context, cls, declarator, made, serving).read();
}

class Reader {
  readonly #file: SourceFile;
  readonly #names: SessionNames;
  readonly #taken: TSESTree.CallExpression[] = [];
  readonly #closed: TSESTree.CallExpression[] = [];
  /** The transports get requests of the web. */
  readonly #web: boolean;

  constructor(
    readonly context: ClassContext,
    readonly cls: TSESTree.ClassDeclaration,
    readonly declarator: TSESTree.VariableDeclarator,
    readonly made: TSESTree.NewExpression,
    readonly serving: readonly TSESTree.CallExpression[],
  ) {
    this.#file = context.file;
    this.#names = new SessionNames(context.mcp, context.file, context.findings);
    this.#web = serving.every(s => s.arguments.length === 1);
  }

  read(): SessionClass | Obstacle {
    const { legacy } = this.context;
    const shape = this.#readMembers() ?? this.#readUses();
    if (shape) return shape;
    const transports = this.#transports();
    const json = this.#readOptions(transports);
    if (typeof json !== 'boolean') return json;
    const connected = this.#connected(transports);
    if (isObstacle(connected)) return connected;
    const foreign = this.#readBodies(connected.calls);
    if (foreign) return foreign;
    const { factory, used } = connected.write();
    const parsed = this.serving.some(s => s.arguments[2]?.type === 'MemberExpression' && memberName(s.arguments[2]) === 'body');
    return { cls: this.cls, declarator: this.declarator, taken: this.#taken, closed: this.#closed, web: this.#web, parsed, json, legacy, factory, names: this.#names, used };
  }

  #line(node: TSESTree.Node): string {
    return `Line ${lineOf(this.#file, node)} of ${this.#file.path}`;
  }

  #methods(): readonly Method[] {
    return this.cls.body.body.filter((m): m is Method => m.type === 'MethodDefinition' && m.value.type === 'FunctionExpression');
  }

  #readMembers(): Obstacle | undefined {
    if (this.cls.superClass) return obstacle(`${this.cls.id?.name ?? 'The class'} extends another class.`);
    for (const member of this.cls.body.body) {
      if (member.type === 'MethodDefinition' && !member.static && member.kind !== 'set' && member.kind !== 'get') continue;
      const value = member.type === 'PropertyDefinition' && !member.static ? member.value : undefined;
      const name = member.type === 'PropertyDefinition' ? keyName(member.key) : undefined;
      if (name === undefined || value === undefined) return obstacle(`${this.#line(member)} gives the class that keeps sessions something that is not understood.`);
      if (value ? isOwnState(value) : member.type === 'PropertyDefinition' && /\b(?:Timeout|Timer|Interval)\b|setInterval/.test(this.#file.text.slice(...member.range))) this.#names.addField(name);
    }
    return undefined;
  }

  /** Outside of it only requests are handed over, and all is closed at the end. */
  #readUses(): Obstacle | undefined {
    const name = this.declarator.id.type === 'Identifier' ? this.#file.variableOf(this.declarator.id) : undefined;
    for (const { identifier, init } of name?.references ?? []) {
      if (init === true) continue;
      const call = callOn(identifier, /./);
      const method = this.#methods().find(m => keyName(m.key) === call?.name);
      if (!call || !method) return obstacle(`${this.#line(identifier)} asks the class that keeps sessions for more than to answer a request.`, 'session-lifecycle');
      const { node } = call;
      if (node.arguments.length === 0 && (node.parent.type === 'ExpressionStatement' || (node.parent.type === 'AwaitExpression' && node.parent.parent.type === 'ExpressionStatement'))) this.#closed.push(node);
      else if (this.#isRequest(node)) this.#taken.push(node);
      else return obstacle(`${this.#line(identifier)} gives the class that keeps sessions more than a request.`, 'session-lifecycle');
    }
    return this.#taken.length === 0 ? obstacle(`Nothing in ${this.#file.path} hands requests to ${this.cls.id?.name ?? 'the class'}.`) : undefined;
  }

  #isRequest({ arguments: [request, reply, body, more] }: TSESTree.CallExpression): boolean {
    if (!request || more || [request, reply, body].some(a => a?.type === 'SpreadElement')) return false;
    if (this.#web) return reply === undefined;
    if (request.type !== 'Identifier' || reply?.type !== 'Identifier') return false;
    return body === undefined || (body.type === 'MemberExpression' && memberName(body) === 'body');
  }

  #transports(): readonly TSESTree.NewExpression[] {
    return indexOf(this.#file).news.filter(n => contains(this.cls, n) && /(?:StreamableHTTP|SSE)ServerTransport$/.test(this.context.mcp.constructed(this.#file, n)?.type ?? ''));
  }

  #readOptions(transports: readonly TSESTree.NewExpression[]): boolean | Obstacle {
    let json = false;
    for (const transport of transports) {
      if (/SSEServerTransport$/.test(this.context.mcp.constructed(this.#file, transport)?.type ?? '')) return obstacle(`${this.#line(transport)} serves HTTP+SSE in the class that keeps the other sessions. Take that apart first.`, 'sse-url');
      const [options] = transport.arguments;
      if (options && options.type !== 'ObjectExpression') return obstacle(`The options of the transport at ${this.#file.path}:${lineOf(this.#file, transport)} are not written out there.`);
      const answer = options && propertyValue(options, 'enableJsonResponse');
      if (answer && answer.type !== 'Literal') return obstacle(`Whether responses are JSON is decided at run time at ${this.#file.path}:${lineOf(this.#file, answer)}. Give it to responseMode.`);
      if (answer?.type === 'Literal' && answer.value === true) json = true;
      if (options?.properties.some(p => p.type !== 'Property' || /^(?:enableDnsRebindingProtection|allowedHosts|allowedOrigins)$/.test(keyName(p.key) ?? ''))) return obstacle(`${this.#file.path} lets the transport check hosts. Use the checks of the adapter for its host.`);
    }
    return json;
  }

  #connected(transports: readonly TSESTree.NewExpression[]): Connected | Obstacle {
    const found: Connection[] = [];
    for (const transport of transports) {
      const connection = this.#connectionOf(transport);
      if (!connection) return obstacle(`How ${this.#line(transport).toLowerCase()} is connected to a server is not understood.`);
      if (isObstacle(connection)) return connection;
      found.push(connection);
    }
    // Requests without a session were answered there already: what did that is what answers now.
    const chosen = found.find(c => c.isStateless) ?? found[0];
    if (!chosen) return obstacle(`${this.#file.path} makes no transport in ${this.cls.id?.name ?? 'the class'}.`);
    const other = chosen.isStateless ? undefined : found.find(c => c.text !== chosen.text);
    if (other) return obstacle(`${this.#line(other.call)} connects another server than line ${lineOf(this.#file, chosen.call)}.`);
    const waits = 'connector' in chosen && !chosen.isStateless ? needsSession(this.context.mcp, chosen.connector) : undefined;
    if (waits) return waits;
    const translated = this.#translated(chosen);
    if (isObstacle(translated)) return translated;
    return { calls: found.map(c => c.call), write: () => this.#factory(chosen, translated) };
  }

  #connectionOf(transport: TSESTree.NewExpression): Connection | Obstacle | undefined {
    const { mcp } = this.context;
    const declared = transport.parent.type === 'VariableDeclarator' && transport.parent.id.type === 'Identifier' ? this.#file.variableOf(transport.parent.id) : undefined;
    const [options] = transport.arguments;
    const generator = options?.type === 'ObjectExpression' ? propertyValue(options, 'sessionIdGenerator') : undefined;
    const isStateless = generator === undefined || (generator.type === 'Identifier' && generator.name === 'undefined');
    for (const { identifier } of declared?.references ?? []) {
      const call = identifier.parent;
      if (call.type !== 'CallExpression' || !call.arguments.some(a => a === identifier)) continue;
      const callee = innermost(call.callee);
      if (callee.type === 'MemberExpression' && memberName(callee) === 'connect' && mcp.member(this.#file, callee) !== undefined) {
        const made = this.#madeHere(callee.object);
        if (made) return { call, isStateless, server: made, made: [made], text: this.#file.text.slice(...made.range) };
      }
      const connector = connectorOf(mcp, this.#file, call, identifier);
      if (!connector) continue;
      if (isObstacle(connector)) return connector;
      const made = call.arguments.filter(a => a !== identifier);
      return { call, isStateless, connector, made, text: made.map(a => this.#file.text.slice(...a.range)).join(', ') };
    }
    return undefined;
  }

  /** `const server = createServer()`, or the same where it is connected. */
  #madeHere(server: TSESTree.Expression): TSESTree.Expression | undefined {
    const inner = innermost(server);
    const declared = inner.type === 'Identifier' ? this.#file.variableOf(inner)?.defs[0]?.node : undefined;
    const made = declared?.type === 'VariableDeclarator' && declared.id.type === 'Identifier' && contains(this.cls, declared) ? declared.init : inner.type === 'Identifier' ? undefined : server;
    const call = made && innermost(made);
    return made && (call?.type === 'CallExpression' || call?.type === 'NewExpression') && isFresh(this.context.mcp, this.#file, made, 0, 'called-for-each') ? made : undefined;
  }

  /** What the server is made from, as it stands outside of the class. */
  #translated({ made }: Connection): Translation | Obstacle {
    const fields = new Map<TSESTree.Node, TSESTree.Node>();
    for (const node of made) {
      const local = this.#file.scopes.scopes.flatMap(s => s.variables).find(v => v.defs[0] && contains(this.cls.body, v.defs[0].name) && !contains(node, v.defs[0].name) && v.references.some(r => contains(node, r.identifier)));
      if (local) return obstacle(`The server of a session is made with ${local.name}, which ${this.#file.path} keeps with the session.`, 'session-lifecycle');
      for (const field of thisIn(node)) {
        const given = field.parent.type === 'MemberExpression' && !field.parent.computed ? this.#given(keyName(field.parent.property)) : undefined;
        if (!given) return obstacle(`${this.#line(field)} makes the server from something that only the class has.`);
        fields.set(field.parent, given);
      }
    }
    return { fields };
  }

  /** What the constructor got for a field. */
  #given(field: string | undefined): TSESTree.Node | undefined {
    const constructor = this.#methods().find(m => m.kind === 'constructor');
    const index = constructor?.value.params.findIndex(p => (p.type === 'TSParameterProperty' ? p.parameter.type === 'Identifier' && p.parameter.name === field : p.type === 'Identifier' && isAssigned(constructor, field, p.name))) ?? -1;
    const argument = this.made.arguments[index];
    const inner = argument && innermost(argument);
    return inner && (inner.type === 'Identifier' || isFunctionNode(inner) || isPure(inner)) ? argument : undefined;
  }

  #textOf(node: TSESTree.Node, { fields }: Translation): string {
    let text = '';
    let [at] = node.range;
    for (const [field, given] of [...fields].filter(([f]) => contains(node, f)).sort(([a], [b]) => a.range[0] - b.range[0])) {
      const written = this.#file.text.slice(...given.range);
      text += this.#file.text.slice(at, field.range[0]) + (isFunctionNode(innermost(given)) ? `(${written})` : written);
      [, at] = field.range;
    }
    return text + this.#file.text.slice(at, node.range[1]);
  }

  #factory(connection: Connection, translation: Translation): { readonly factory: Factory; readonly used: readonly TSESTree.Node[] } {
    const { call, made } = connection;
    const used = [...translation.fields.values(), ...made];
    if ('server' in connection) return { factory: this.#factoryOfCall(connection.server, translation), used };
    const { connector } = connection;
    const args = made.map(a => this.#textOf(a, translation));
    const factory = factoryOfConnector(this.context, { connector, call, args, isOwn: node => contains(this.cls, node) });
    return { factory, used: call.callee.type === 'MemberExpression' ? [...used, call.callee.object] : used };
  }

  #factoryOfCall(made: TSESTree.Expression, translation: Translation): Factory {
    const isAsync = made.type === 'AwaitExpression';
    const outer = isAsync ? made.argument : made;
    const call = this.#textOf(outer, translation);
    const inner = innermost(outer);
    const given = inner.type === 'CallExpression' && inner.arguments.length === 0 ? translation.fields.get(innermost(inner.callee)) : undefined;
    // `new Sessions(() => createServer())`.
    return { expression: given && isFunctionNode(innermost(given)) ? this.#file.text.slice(...given.range) : `() => ${call}`, call, isAsync };
  }

  /** All that the methods do is about sessions. */
  #readBodies(connects: readonly TSESTree.CallExpression[]): Obstacle | undefined {
    for (const { value } of this.#methods()) this.#names.follow(value);
    const plumbing = new Plumbing(this.#names, this.#file, REPLIES, REQUESTS);
    for (const call of connects) plumbing.wraps.add(call);
    for (const declared of this.#serverDeclarators()) plumbing.servers.add(declared);
    const own = new Set(this.#methods().map(m => keyName(m.key)));
    for (const call of indexOf(this.#file).calls.filter(c => contains(this.cls, c))) {
      const callee = innermost(call.callee);
      const isOwn = callee.type === 'MemberExpression' && callee.object.type === 'ThisExpression' && own.has(memberName(callee));
      if (isOwn || calledFunctions(this.context.mcp, this.#file, call).some(f => f.file === this.#file && readsBody(f.node))) plumbing.wraps.add(call);
    }
    for (const method of this.#methods()) {
      const problem = method.kind === 'constructor' ? this.#readConstructor(method, plumbing) : (this.#answersItself(method.value.body) ?? this.#foreign(method.value.body, plumbing));
      if (problem) return problem;
    }
    return undefined;
  }

  #serverDeclarators(): readonly TSESTree.VariableDeclarator[] {
    return this.#file.scopes.scopes.flatMap(s => s.variables.flatMap(({ defs: [d] }) => (d?.node.type === 'VariableDeclarator' && d.node.init && contains(this.cls, d.node) && this.#madeHere(d.node.init) ? [d.node] : [])));
  }

  #foreign(node: TSESTree.Node, plumbing: Plumbing): Obstacle | undefined {
    const foreign = plumbing.foreign(node);
    if (!foreign) return undefined;
    const text = this.#file.text.slice(...foreign.range).replace(/\s+/g, ' ');
    return obstacle(`${this.#line(foreign)} does more than keep sessions: ${text.length > 60 ? `${text.slice(0, 57)}...` : text}. Decide when it should run.`, 'session-lifecycle');
  }

  /** Beside fields it may start timers only. */
  #readConstructor({ value }: Method, plumbing: Plumbing): Obstacle | undefined {
    const rest = value.body.body.filter(s => !(s.type === 'ExpressionStatement' && s.expression.type === 'AssignmentExpression' && s.expression.left.type === 'MemberExpression' && s.expression.left.object.type === 'ThisExpression' && s.expression.right.type === 'Identifier'));
    for (const s of rest) {
      const problem = this.#foreign(s, plumbing);
      if (problem) return problem;
    }
    return undefined;
  }

  /** It looks at the address, at other headers, or answers something of its own. */
  #answersItself(body: TSESTree.Node): Obstacle | undefined {
    let found: TSESTree.Node | undefined;
    walkTree(body, n => {
      const object = n.type === 'MemberExpression' ? innermost(n.object) : undefined;
      if (n.type === 'MemberExpression' && object?.type === 'Identifier' && isOneOf(this.#file, object, REQUESTS, /Request|IncomingMessage/) && !READ_OF_REQUEST.test(memberName(n) ?? '')) found ??= n;
      if (n.type === 'MemberExpression' && object?.type === 'MemberExpression' && memberName(object) === 'headers' && !this.#isOwnHeader(n)) found ??= n;
      if (n.type === 'CallExpression' && n.callee.type === 'MemberExpression' && /^(?:setHeader|set|header|get|append|appendHeader)$/.test(memberName(n.callee) ?? '') && isOneOf(this.#file, innermost(n.callee.object), [...REQUESTS, ...REPLIES], /Request|Response|IncomingMessage|Reply/) && !isOwnName(n.arguments[0])) found ??= n;
      if (n.type === 'CallExpression' && n.callee.type === 'MemberExpression' && /\bheaders$/.test(this.#file.text.slice(...n.callee.object.range)) && !isOwnName(n.arguments[0]) && !(n.arguments[0] && this.#names.isHeader(n.arguments[0]))) found ??= n;
      if (n.type === 'Literal' && typeof n.value === 'number' && (n.value === 413 || (n.value >= 200 && n.value < 204 && isStatus(n)))) found ??= n;
      return found === undefined;
    });
    return found && obstacle(`${this.#line(found)} is about more than sessions: ${this.#file.text.slice(...found.range)}. Do that in front of the class first.`, 'session-lifecycle');
  }

  #isOwnHeader(member: TSESTree.MemberExpression): boolean {
    if (!member.computed) return OWN_HEADERS.test(memberName(member) ?? '') || /^get$/.test(memberName(member) ?? '');
    return isOwnName(member.property) || this.#names.isHeader(member.property);
  }
}

interface OfTransport {
  readonly call: TSESTree.CallExpression;
  readonly isStateless: boolean;
  /** What makes the server, or what is given to the function that does. */
  readonly made: readonly TSESTree.Node[];
  readonly text: string;
}

/** The server is made where it is connected, or in a function that connects it. */
type Connection = OfTransport & ({ readonly server: TSESTree.Expression } | { readonly connector: Connector });

interface Connected {
  readonly calls: readonly TSESTree.CallExpression[];
  readonly write: () => { readonly factory: Factory; readonly used: readonly TSESTree.Node[] };
}

interface Translation {
  /** `this.config`, and what the constructor got for it. */
  readonly fields: ReadonlyMap<TSESTree.Node, TSESTree.Node>;
}

/** `new Map()`, `{}`, `0`. */
function isOwnState(value: TSESTree.Expression): boolean {
  const inner = innermost(value);
  return inner.type === 'Literal' || (inner.type === 'ObjectExpression' && inner.properties.length === 0) || (inner.type === 'ArrayExpression' && inner.elements.length === 0) || (inner.type === 'NewExpression' && inner.arguments.length === 0 && inner.callee.type === 'Identifier' && /^(?:Weak)?(?:Map|Set)$/.test(inner.callee.name));
}

/** `this.field = parameter`. */
function isAssigned({ value }: Method, field: string | undefined, parameter: string): boolean {
  return value.body.body.some(s => {
    const assignment = s.type === 'ExpressionStatement' ? s.expression : undefined;
    return assignment?.type === 'AssignmentExpression' && assignment.left.type === 'MemberExpression' && assignment.left.object.type === 'ThisExpression' && keyName(assignment.left.property) === field && assignment.right.type === 'Identifier' && assignment.right.name === parameter;
  });
}

function thisIn(node: TSESTree.Node): readonly TSESTree.ThisExpression[] {
  const found: TSESTree.ThisExpression[] = [];
  walkTree(node, n => {
    if (n.type === 'ThisExpression') found.push(n);
    return true;
  });
  return found;
}

function isOwnName(node: TSESTree.Node | undefined): boolean {
  return node?.type === 'Literal' && typeof node.value === 'string' && OWN_HEADERS.test(node.value);
}

/** `res.statusCode = 200`, `res.writeHead(200)`. */
function isStatus({ parent }: TSESTree.Literal): boolean {
  if (parent.type === 'AssignmentExpression') return parent.left.type === 'MemberExpression' && /^status(?:Code)?$/.test(memberName(parent.left) ?? '');
  return parent.type === 'CallExpression' && parent.callee.type === 'MemberExpression' && /^(?:writeHead|status|sendStatus|code)$/.test(memberName(parent.callee) ?? '');
}

/** By its usual name, or by the type that it is declared with. */
function isOneOf(file: SourceFile, node: TSESTree.Node, names: readonly string[], type: RegExp): boolean {
  if (node.type !== 'Identifier') return false;
  if (names.includes(node.name)) return true;
  const declared = file.variableOf(node)?.defs[0]?.name;
  return declared?.type === 'Identifier' && declared.typeAnnotation != null && type.test(file.text.slice(...declared.typeAnnotation.range));
}

/** It waits for what the client sends, and parses it, without a limit: the handler of the SDK does the same. */
function readsBody(fn: FunctionNode): boolean {
  if (some(fn.body, n => /^(?:IfStatement|ThrowStatement)$/.test(n.type) || (n.type === 'BinaryExpression' && /[<>]/.test(n.operator)) || (n.type === 'CallExpression' && !isReading(n)))) return false;
  return some(fn.body, n => (n.type === 'ForOfStatement' && n.await) || (n.type === 'CallExpression' && n.callee.type === 'MemberExpression' && /^(?:on|once)$/.test(memberName(n.callee) ?? '')));
}

function isReading({ callee }: TSESTree.CallExpression): boolean {
  if (callee.type === 'Identifier') return /^(?:resolve|reject|String)$/.test(callee.name);
  return callee.type === 'MemberExpression' && /^(?:on|once|push|concat|from|isBuffer|parse|toString|setEncoding|join)$/.test(memberName(callee) ?? '');
}
