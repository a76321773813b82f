import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../files/kinds.js';
import { keyName } from '../mcp/exports.js';
import { indexOf, innermost, memberName } from '../mcp/file-index.js';
import { handlerRegistration, sentMessage } from '../mcp/messages.js';
import { McpModel } from '../mcp/model.js';
import { isServerSide, roleOf } from '../mcp/roles.js';
import { nameOfType } from '../mcp/sdk.js';
import { walkTree } from '../parse/walk.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import type { WireKind } from './comparison.js';
import { argumentsOf, type Argument } from './schemas.js';

/** Something that clients of a server can notice, and where the code says it. */
export interface SurfaceItem {
  readonly kind: WireKind;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Of a tool whose schema could be read. */
  readonly arguments?: readonly Argument[];
}

const REGISTRATIONS: Readonly<Record<string, 'tool' | 'prompt' | 'resource'>> = {
  tool: 'tool',
  registerTool: 'tool',
  registerToolTask: 'tool',
  prompt: 'prompt',
  registerPrompt: 'prompt',
  resource: 'resource',
  registerResource: 'resource',
};
/** What members of servers and contexts send. */
const SENDERS: Readonly<Record<string, string>> = {
  createMessage: 'sampling/createMessage',
  requestSampling: 'sampling/createMessage',
  elicitInput: 'elicitation/create',
  listRoots: 'roots/list',
  ping: 'ping',
  sendLoggingMessage: 'notifications/message',
  sendToolListChanged: 'notifications/tools/list_changed',
  sendPromptListChanged: 'notifications/prompts/list_changed',
  sendResourceListChanged: 'notifications/resources/list_changed',
  sendResourceUpdated: 'notifications/resources/updated',
};
const ENTRIES = new Set(['createMcpHandler', 'serveStdio', 'toNodeHandler', 'mcp-handler']);
const HEADER = /^(?:mcp-[a-z-]+|last-event-id)$/;
const METHOD = /^(?:initialize|ping|(?:tools|resources|prompts|completion|logging|sampling|roots|elicitation|tasks|server|subscriptions|notifications)\/[a-z_A-Z/]+)$/;
const ROUTES = new Set(['get', 'post', 'delete', 'all', 'put', 'options']);
const SPEAKS_HTTP = /Streamable|SSEServer|createMcpHandler|toNodeHandler|mcp-session-id|tools\/call|jsonrpc/i;

/** What the project's own source lets clients see. Read from the code, so what is computed at run time is missing. */
export function surfaceOf(project: Project): readonly SurfaceItem[] {
  const mcp = new McpModel(project);
  const items: SurfaceItem[] = [];
  for (const path of project.codeFiles()) {
    if (zoneOf(path) !== 'source' || !project.mentionsMcp(path)) continue;
    const file = project.source(path);
    if (file) new Reader(mcp, project, file, items).read();
  }
  return items;
}

class Reader {
  readonly #http: boolean;

  constructor(
    private readonly mcp: McpModel,
    private readonly project: Project,
    private readonly file: SourceFile,
    private readonly items: SurfaceItem[],
  ) {
    this.#http = SPEAKS_HTTP.test(file.text);
  }

  read(): void {
    const { calls, news } = indexOf(this.file);
    for (const call of calls) this.#call(call);
    for (const made of news) this.#made(made);
    for (const name of Object.keys(SENDERS)) for (const member of indexOf(this.file).members.get(name) ?? []) this.#sender(member, name);
    walkTree(this.file.program, node => {
      if (node.type === 'Literal') this.#literal(node);
      else if (node.type === 'ObjectExpression') this.#described(node);
    });
  }

  #call(call: TSESTree.CallExpression): void {
    const callee = innermost(call.callee);
    if (callee.type === 'Identifier') this.#entry(call, callee);
    const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
    this.#message(call);
    if (name === undefined) return;
    if (name in REGISTRATIONS) this.#registration(call, name);
    else if (name === 'setRequestHandler') this.#handler(call);
    else if (name === 'registerCapabilities') this.#capabilities(call.arguments[0]);
    else if (this.#http && ROUTES.has(name)) this.#route(call, name);
    else if (this.#http && (name === 'status' || name === 'sendStatus' || name === 'writeHead')) this.#status(call.arguments[0]);
  }

  #registration(call: TSESTree.CallExpression, member: string): void {
    const use = this.mcp.call(this.file, call);
    const [first, ...rest] = call.arguments;
    const kind = REGISTRATIONS[member];
    if (!use || !first || !kind || rest.length === 0 || !(isServerSide(use.owner) || /Experimental/.test(use.owner))) return;
    const name = this.mcp.text(this.file, first);
    if (name === undefined) return;
    const known = kind === 'tool' ? argumentsOf(this.mcp, this.file, schemaOf(member, rest)) : undefined;
    this.#add(kind, name, call, known);
  }

  /** Tools that are data: `{ name, description, inputSchema }`, as hand-written lists and helpers have them. */
  #described(node: TSESTree.ObjectExpression): void {
    const member = (wanted: string): TSESTree.Node | undefined => node.properties.flatMap(p => (p.type === 'Property' && keyName(p.key) === wanted ? [p.value] : []))[0];
    const [name, schema] = [member('name'), member('inputSchema')];
    if (!name || !schema) return;
    const text = this.mcp.text(this.file, name);
    if (text !== undefined) this.#add('tool', text, node, argumentsOf(this.mcp, this.file, schema));
  }

  /** Also where it is only passed on: whoever gets it calls it. */
  #sender(node: TSESTree.MemberExpression, member: string): void {
    const use = this.mcp.member(this.file, node);
    const role = use ? roleOf(use.owner) : undefined;
    if (role === 'server' || role === 'context' || role === 'protocol') this.#add('sends', SENDERS[member] ?? member, node);
  }

  #message(call: TSESTree.CallExpression): void {
    const sent = sentMessage(this.mcp, this.file, call);
    if (sent && sent.role !== 'client' && METHOD.test(sent.method)) this.#add('sends', sent.method, call);
  }

  #handler(call: TSESTree.CallExpression): void {
    const registration = handlerRegistration(this.mcp, this.file, call);
    if (registration && registration.role !== 'client') this.#add('method', registration.method, call);
  }

  #entry(call: TSESTree.CallExpression, callee: TSESTree.Identifier): void {
    for (const { value } of this.mcp.values(this.file, callee)) {
      if (value.kind !== 'sdk-export') continue;
      if (ENTRIES.has(value.name)) this.#add('entry', value.name, call);
      else if (value.name === 'inputRequired') this.#add('sends', 'input_required', call);
    }
  }

  #made(made: TSESTree.NewExpression): void {
    for (const { type } of this.mcp.types(this.file, made)) {
      const role = roleOf(type);
      if (role === 'server-transport') this.#add('entry', this.#withSessions(made) ? `${nameOfType(type)} with sessions` : nameOfType(type), made);
      if (role === 'server') {
        const options = made.arguments[1];
        const values = options ? this.mcp.values(this.file, options) : [];
        for (const { value } of this.mcp.infer.member(values, 'capabilities', undefined)) if (value.kind === 'object') this.#capabilityNames(value.node);
      }
    }
  }

  #withSessions(made: TSESTree.NewExpression): boolean {
    const [options] = made.arguments;
    if (options?.type !== 'ObjectExpression') return false;
    return options.properties.some(p => p.type === 'Property' && keyName(p.key) === 'sessionIdGenerator' && !(p.value.type === 'Identifier' && p.value.name === 'undefined'));
  }

  #capabilities(argument: TSESTree.Node | undefined): void {
    if (argument?.type === 'ObjectExpression') this.#capabilityNames(argument);
  }

  #capabilityNames(node: TSESTree.ObjectExpression): void {
    for (const p of node.properties) {
      const name = p.type === 'Property' ? keyName(p.key) : undefined;
      if (name === undefined || p.type !== 'Property') continue;
      this.#add('capability', name, p);
      if (p.value.type !== 'ObjectExpression') continue;
      for (const inner of p.value.properties) if (inner.type === 'Property' && !(inner.value.type === 'Literal' && inner.value.value === false)) this.#add('capability', `${name}.${keyName(inner.key) ?? '?'}`, inner);
    }
  }

  #route(call: TSESTree.CallExpression, verb: string): void {
    const [first] = call.arguments;
    if (!first || first.type === 'SpreadElement' || call.arguments.length < 2) return;
    const path = this.mcp.text(this.file, first);
    if (path?.startsWith('/')) this.#add('route', `${verb === 'all' ? 'ANY' : verb.toUpperCase()} ${path}`, call);
  }

  #status(argument: TSESTree.Node | undefined): void {
    if (argument?.type === 'Literal' && typeof argument.value === 'number' && argument.value >= 200 && argument.value < 600) this.#add('status', String(argument.value), argument);
  }

  #literal(node: TSESTree.Literal): void {
    if (typeof node.value === 'string') {
      if (HEADER.test(node.value.toLowerCase())) this.#add('header', node.value.toLowerCase(), node);
      else if (METHOD.test(node.value) && isCompared(node)) this.#add('method', node.value, node);
    } else if (typeof node.value === 'number' && this.#http) {
      if (node.value >= 32_000 && node.value <= 32_768 && node.parent.type === 'UnaryExpression' && node.parent.operator === '-') this.#add('code', `-${node.value}`, node);
      else if (node.parent.type === 'Property' && keyName(node.parent.key) === 'status') this.#status(node);
    }
  }

  #add(kind: WireKind, name: string, node: TSESTree.Node, known?: readonly Argument[]): void {
    const { line } = this.project.lines(this.file.path).position(node.range[0]);
    this.items.push({ kind, name, file: this.file.path, line, ...(known && { arguments: known }) });
  }
}

/** A dispatcher asks which method it was given. */
function isCompared(node: TSESTree.Literal): boolean {
  const { parent } = node;
  return (parent.type === 'SwitchCase' && parent.test === node) || (parent.type === 'BinaryExpression' && /^[!=]==?$/.test(parent.operator));
}

/** Where the arguments of a tool are written: a member of the configuration, or an argument of its own in the first SDK line. */
function schemaOf(member: string, rest: readonly TSESTree.CallExpressionArgument[]): TSESTree.Node | 'none' | undefined {
  if (member === 'tool') return rest.slice(0, -1).find(a => innermost(a).type !== 'Literal' && innermost(a).type !== 'TemplateLiteral');
  const config = rest[0] && innermost(rest[0]);
  if (config?.type !== 'ObjectExpression') return undefined;
  return config.properties.flatMap(p => (p.type === 'Property' && keyName(p.key) === 'inputSchema' ? [p.value] : []))[0] ?? 'none';
}
