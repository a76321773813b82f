import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { endName, indexOf, innermost, memberName } from '../mcp/file-index.js';
import { answeredMethod } from '../mcp/dispatch.js';
import { handlerRegistration } from '../mcp/messages.js';
import type { McpModel } from '../mcp/model.js';
import { isServerSide, roleOf } from '../mcp/roles.js';
import { isFunctionNode, union, type FunctionNode, type Known } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import { contains } from '../mcp/nodes.js';

/** Where the execution of one call begins. */
export interface Handler {
  readonly kind: 'tool' | 'prompt' | 'resource' | 'request' | 'notification' | 'hook' | 'http';
  /** Name of the tool, method of the request; what a person calls it. */
  readonly name: string;
  readonly file: SourceFile;
  readonly fn: FunctionNode;
}

const REGISTRATIONS: Readonly<Record<string, Handler['kind']>> = {
  tool: 'tool',
  registerTool: 'tool',
  registerToolTask: 'tool',
  prompt: 'prompt',
  registerPrompt: 'prompt',
  resource: 'resource',
  registerResource: 'resource',
};
const FRAMEWORK: Readonly<Record<string, { readonly kind: Handler['kind']; readonly members: readonly string[] }>> = {
  addTool: { kind: 'tool', members: ['execute', 'handler'] },
  addTools: { kind: 'tool', members: ['execute', 'handler'] },
  addPrompt: { kind: 'prompt', members: ['load'] },
  addPrompts: { kind: 'prompt', members: ['load'] },
  addResource: { kind: 'resource', members: ['load'] },
  addResourceTemplate: { kind: 'resource', members: ['load'] },
};
/** Members of the objects that `registerToolTask` and the like take instead of a function. */
const TASK_MEMBERS = ['createTask', 'getTask', 'getTaskResult'];
const HOOKS = new Set(['oninitialized', 'onclose', 'fallbackRequestHandler']);

/** What the handler of a transport's messages is called, which takes them all. */
export const MESSAGES = 'the messages';

/** What a project's own tables call the function of a tool, and the description beside it. */
const RUN_MEMBERS = ['handler', 'execute', 'run', 'handle', 'callback'];
const DEFINED_IN = ['tool', 'definition', 'schema', 'spec'];
const TOOL_OBJECT = /\b(?:handler|execute|run|handle|callback)\b[\s\S]*\b(?:inputSchema|tool|definition|schema|spec)\b|\b(?:inputSchema|tool|definition|schema|spec)\b[\s\S]*\b(?:handler|execute|run|handle|callback)\b/;
const PAIRS = /tool|plugin|register|define|command/i;

/** How many wrappers around a handler are looked into. */
const MAX_WRAPPERS = 3;
const SESSION_HEADER = /['"]mcp-session-id['"]/i;

/** `(req, res)`, `(c, next)`, `(request, reply)`: the parameters of what a web framework calls. */
function isGivenRequest({ params }: FunctionNode): boolean {
  const [first, second] = params.map(p => (p.type === 'Identifier' ? p.name : ''));
  return /^_?(?:req|request|c|ctx|context)$/.test(first ?? '') && /^_?(?:res|response|reply|next)$/.test(second ?? '');
}

/** The functions that the server runs for a request, in these files. */
export function findHandlers(mcp: McpModel, files: Iterable<SourceFile>): readonly Handler[] {
  const found: Handler[] = [];
  for (const file of files) {
    const finder = new HandlerFinder(mcp, file, found);
    for (const call of indexOf(file).calls) {
      finder.visitCall(call);
      finder.visitPairing(call);
    }
    finder.visitHooks();
    finder.visitClasses();
    finder.visitDispatchers();
    finder.visitTables();
    finder.visitToolObjects();
    finder.visitMiddleware();
  }
  return found;
}

class HandlerFinder {
  constructor(
    private readonly mcp: McpModel,
    private readonly file: SourceFile,
    private readonly found: Handler[],
  ) {}

  visitCall(call: TSESTree.CallExpression): void {
    const callee = innermost(call.callee);
    const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
    if (name === undefined) return;
    if (name === 'setRequestHandler' || name === 'setNotificationHandler') this.#request(call);
    else if (name in REGISTRATIONS) this.#registration(call, name);
    else if (name in FRAMEWORK) this.#framework(call, name);
    else if (name === 'on' || name === 'once') this.#event(call);
    else if (name === 'handleRequest' || name === 'handlePostMessage') this.#http(call, callee);
  }

  #request(call: TSESTree.CallExpression): void {
    const registration = handlerRegistration(this.mcp, this.file, call);
    if (!registration?.handler || registration.role === 'client') return;
    this.#add(registration.kind, registration.method, this.#given(registration.handler, 0));
  }

  /** `measured(async request => ...)`: what a wrapper is given runs in what it gives back. */
  #given(node: TSESTree.Node, depth: number): readonly Known[] {
    const values = this.mcp.values(this.file, node);
    const inner = innermost(node);
    if (inner.type !== 'CallExpression' || depth > MAX_WRAPPERS) return values;
    return union(values, ...inner.arguments.map(a => (a.type === 'SpreadElement' ? [] : this.#given(a, depth + 1).filter(k => k.value.kind === 'function'))));
  }

  #registration(call: TSESTree.CallExpression, member: string): void {
    const use = this.mcp.call(this.file, call);
    if (!use || !(isServerSide(use.owner) || /Experimental/.test(use.owner))) return;
    const [first] = call.arguments;
    const last = call.arguments.at(-1);
    if (!first || !last || first === last || last.type === 'SpreadElement') return;
    const values = this.#given(last, 0);
    const kind = REGISTRATIONS[member] ?? 'tool';
    this.#add(kind, this.#text(first) ?? member, values);
    for (const name of TASK_MEMBERS) this.#add(kind, this.#text(first) ?? member, this.mcp.infer.member(values, name, undefined));
  }

  #framework(call: TSESTree.CallExpression, member: string): void {
    const use = this.mcp.call(this.file, call);
    const form = FRAMEWORK[member];
    const [argument] = call.arguments;
    if (!form || !argument || argument.type === 'SpreadElement' || !use || !/^(?:fastmcp#FastMCP|litemcp#LiteMCP)$/.test(use.owner)) return;
    const given = this.mcp.values(this.file, argument);
    const objects = [...given, ...this.mcp.infer.elements(given.filter(k => k.value.kind === 'collection'))];
    for (const object of objects) {
      const name = this.mcp.infer.member([object], 'name', undefined).flatMap(k => (k.value.kind === 'text' ? [k.value.text] : []))[0];
      for (const execute of form.members) this.#add(form.kind, name ?? form.kind, this.mcp.infer.member([object], execute, undefined));
    }
  }

  /** `server.on('connect', ...)` of a framework: what the handshake sets off. */
  #event(call: TSESTree.CallExpression): void {
    const use = this.mcp.call(this.file, call);
    const handler = call.arguments[1];
    if (!use || !handler || handler.type === 'SpreadElement' || !use.owner.startsWith('fastmcp#')) return;
    this.#add('hook', this.#text(call.arguments[0]) ?? 'event', this.mcp.values(this.file, handler));
  }

  /** The function that hands an HTTP request to a transport runs for each request too. */
  #http(call: TSESTree.CallExpression, callee: TSESTree.Node): void {
    if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return;
    const use = this.mcp.call(this.file, call);
    const role = use ? roleOf(use.owner) : undefined;
    if (role !== 'server-transport' && role !== 'transport') return;
    for (let n: TSESTree.Node | undefined = call.parent; n; n = n.parent) {
      if (!isFunctionNode(n)) continue;
      this.found.push({ kind: 'http', name: 'the HTTP endpoint', file: this.file, fn: n });
      return;
    }
  }

  visitHooks(): void {
    this.#computedHooks();
    for (const member of indexOf(this.file).members.get('onmessage') ?? []) this.#messages(member);
    for (const [name, members] of indexOf(this.file).members) {
      if (!HOOKS.has(name)) continue;
      for (const member of members) {
        const { parent } = member;
        if (parent.type !== 'AssignmentExpression' || parent.left !== member) continue;
        const use = this.mcp.member(this.file, member);
        if (use && use.confidence !== 'possible' && isServerSide(use.owner) && name !== 'onclose') this.#add('hook', name, this.mcp.values(this.file, parent.right));
      }
    }
  }

  /** `transport.onmessage = message => ...`: a program that takes the messages itself. */
  #messages(member: TSESTree.MemberExpression): void {
    const { parent, object } = member;
    if (parent.type !== 'AssignmentExpression' || parent.left !== member || object.type === 'Super') return;
    const receiver = innermost(object);
    const ofServer = receiver.type === 'MemberExpression' && receiver.object.type !== 'Super' && memberName(receiver) === 'transport' && this.mcp.types(this.file, receiver.object).some(t => isServerSide(t.type));
    if (ofServer || this.mcp.types(this.file, object).some(t => roleOf(t.type) === 'server-transport')) this.#add('request', MESSAGES, this.mcp.values(this.file, parent.right));
  }

  /** `server[`on${event}`] = ...` in a helper that is called with the name of the event. */
  #computedHooks(): void {
    if (!this.file.text.includes('initialized')) return;
    for (const assignment of indexOf(this.file).assignments) {
      const { left, right } = assignment;
      if (left.type !== 'MemberExpression' || !left.computed || left.object.type === 'Super') continue;
      if (!this.mcp.infer.texts(this.file, left.property).includes('oninitialized')) continue;
      if (!this.mcp.types(this.file, left.object).some(t => isServerSide(t.type))) continue;
      this.#add('hook', 'oninitialized', this.mcp.values(this.file, right));
      for (const given of this.#calledWithin(right)) this.#add('hook', 'oninitialized', this.mcp.values(this.file, given));
    }
  }

  /** The callbacks that the function of a hook calls itself. */
  #calledWithin(node: TSESTree.Node): readonly TSESTree.Node[] {
    return indexOf(this.file).calls.flatMap(call => (contains(node, call) && call.callee.type === 'Identifier' ? [call.callee] : []));
  }

  /** Tools that are classes: `class Search extends MCPTool { async execute(input) {} }`. */
  visitClasses(): void {
    for (const cls of indexOf(this.file).classes) {
      const bases = cls.superClass ? this.mcp.infer.instancesOf(this.file, cls) : [];
      if (!bases.some(k => k.value.kind === 'sdk' && k.value.type === 'mcp-framework#MCPTool')) continue;
      const name = this.mcp.infer.instanceMember(this.file, cls, 'name').flatMap(k => (k.value.kind === 'text' ? [k.value.text] : []))[0];
      this.#add('tool', name ?? cls.id?.name ?? 'tool', this.mcp.infer.instanceMember(this.file, cls, 'execute'));
    }
  }

  /** A dispatcher that somebody wrote by hand: a switch or comparison on the method names of the protocol. */
  visitDispatchers(): void {
    // Programs that call tools compare the same names, but do not speak of what is on the wire.
    if (!/['"]tools\/call['"]/.test(this.file.text) || !/jsonrpc|['"]initialize['"]/.test(this.file.text)) return;
    for (const fn of indexOf(this.file).functions) {
      const body = this.file.text.slice(...fn.body.range);
      if (!/(?:case\s+|[!=]==?\s*)['"]tools\/call['"]/.test(body)) continue;
      if (indexOf(this.file).functions.some(inner => inner !== fn && contains(fn, inner) && /(?:case\s+|[!=]==?\s*)['"]tools\/call['"]/.test(this.file.text.slice(...inner.body.range)))) continue;
      this.found.push({ kind: 'request', name: 'tools/call', file: this.file, fn });
    }
  }

  /** `{ 'tools/list': list, 'tools/call': call }`: a table of what answers which method. */
  visitTables(): void {
    if (!/\btools\/call\b|\btools_?call\b/i.test(this.file.text)) return;
    walkTree(this.file.program, node => {
      const method = node.type === 'Property' ? answeredMethod(this.mcp, this.file, node) : undefined;
      if (node.type === 'Property' && method !== undefined) this.#add('request', method, this.mcp.values(this.file, node.value));
    });
  }

  /** `{ name: 'add', inputSchema, handler }`, `{ tool: addTool, handler: add }`: entries of a table that some dispatcher goes through. */
  visitToolObjects(): void {
    if (!TOOL_OBJECT.test(this.file.text)) return;
    walkTree(this.file.program, node => {
      if (node.type !== 'ObjectExpression') return;
      const members = new Map(node.properties.flatMap(p => (p.type === 'Property' ? [[keyName(p.key) ?? '', p.value] as const] : [])));
      const runs = RUN_MEMBERS.flatMap(name => members.get(name) ?? []);
      if (runs.length === 0) return;
      const inside = DEFINED_IN.flatMap(name => members.get(name) ?? []).find(value => this.#toolName(value) !== undefined);
      const name = inside ? this.#toolName(inside) : this.#toolName(node);
      if (name !== undefined) for (const run of runs) this.#add('tool', name, this.#given(run, 0));
    });
  }

  /** `createToolPlugin(addTool, handleAdd)`: a definition and what it runs, for a registry of the project's own. */
  visitPairing(call: TSESTree.CallExpression): void {
    const [definition, run] = call.arguments;
    if (!definition || !run || call.arguments.length > 3 || !PAIRS.test(endName(innermost(call.callee)) ?? '')) return;
    if ((definition.type !== 'Identifier' && definition.type !== 'ObjectExpression') || (run.type !== 'Identifier' && !isFunctionNode(run))) return;
    const name = this.#toolName(definition);
    if (name !== undefined) this.#add('tool', name, this.mcp.values(this.file, run));
  }

  /** The name in an object that describes a tool: it has the schema of the protocol beside it. */
  #toolName(node: TSESTree.Node): string | undefined {
    for (const { value } of this.mcp.values(this.file, node)) {
      if (value.kind !== 'object') continue;
      const has = (key: string): boolean => value.node.properties.some(p => p.type === 'Property' && keyName(p.key) === key);
      if (!has('inputSchema') || !has('name')) continue;
      return this.mcp.infer.member([{ value, because: undefined }], 'name', undefined).flatMap(k => (k.value.kind === 'text' ? [k.value.text] : []))[0] ?? 'a tool';
    }
    return undefined;
  }

  /** `app.use((req, res, next) => ...)`: what runs for each request, in front of the endpoint. */
  visitMiddleware(): void {
    if (!SESSION_HEADER.test(this.file.text)) return;
    for (const fn of indexOf(this.file).functions) {
      if (fn.params.length < 2 || !SESSION_HEADER.test(this.file.text.slice(...fn.body.range)) || !isGivenRequest(fn)) continue;
      if (!this.found.some(h => h.fn === fn)) this.found.push({ kind: 'http', name: 'the HTTP endpoint', file: this.file, fn });
    }
  }

  #add(kind: Handler['kind'], name: string, values: readonly Known[]): void {
    for (const { value } of values) if (value.kind === 'function') this.found.push({ kind, name, file: value.file, fn: value.node });
  }

  #text(node: TSESTree.Node | undefined): string | undefined {
    return node ? this.mcp.text(this.file, node) : undefined;
  }
}
