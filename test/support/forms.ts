// Servers that use sampling, log messages and roots in every form of call, in every place, made from one table.
import ts from 'typescript';
import type { Files } from './fixtures.js';

export const LINES = ['v1', 'v2'] as const;
export const PLACES = ['handler', 'helper', 'class', 'low-level'] as const;
export const LANGUAGES = ['ts', 'js'] as const;
export const MODULES = ['module', 'commonjs'] as const;

export type Line = (typeof LINES)[number];
export type Place = (typeof PLACES)[number];
export type Feature = 'sampling' | 'logging' | 'roots';

/** How the things are called where a form stands. */
interface Names {
  /** `McpServer`, or the low-level one where there is no other. */
  readonly server: string;
  /** The low-level server. */
  readonly low: string;
  readonly context: string;
  /** Makes of an expression what the function gives back. */
  readonly give: (expression: string) => string;
}

export interface Form {
  /** The tool that uses it. */
  readonly name: string;
  readonly feature: Feature;
  /** Absent: both. */
  readonly line?: Line;
  readonly takes: 'server' | 'context' | 'both';
  /** Of the module of types of the first line. */
  readonly schema?: string;
  readonly body: (names: Names) => string;
  /** What the module keeps for it. */
  readonly state?: string;
  /** Beside the tools, before them: with the server at hand. */
  readonly setup?: (names: Names) => string;
}

const PARAMS = `{ messages: [{ role: 'user', content: { type: 'text', text: 'the day' } }], maxTokens: 100 }`;
const TEXT = `content.type === 'text' ? content.text : 'nothing'`;
const URIS = `roots.map(root => root.uri).join(' ')`;
const sampled = (call: string) => ({ give }: Names): string => `const { content } = await ${call};\n${give(TEXT)}`;
const asked = (call: string, { give }: Names): string => `const { roots } = await ${call};\n${give(URIS)}`;
const message = (level: string, logger: string, data: string): string => `{ level: '${level}', logger: '${logger}', data: ${data} }`;
const notification = (level: string, logger: string, data: string): string => `{ method: 'notifications/message', params: ${message(level, logger, data)} }`;

/** The rows of the tables for sampling, log messages and roots. */
export const FORMS: readonly Form[] = [
  { name: 'sampleByMethod', feature: 'sampling', takes: 'server', body: n => sampled(`${n.low}.createMessage(${PARAMS})`)(n) },
  { name: 'sampleWithLimit', feature: 'sampling', takes: 'server', body: n => sampled(`${n.low}.createMessage(${PARAMS}, { timeout: 20_000 })`)(n) },
  { name: 'sampleBySendRequest', feature: 'sampling', line: 'v1', takes: 'context', schema: 'CreateMessageResultSchema', body: n => sampled(`${n.context}.sendRequest({ method: 'sampling/createMessage', params: ${PARAMS} }, CreateMessageResultSchema)`)(n) },
  { name: 'sampleByRequest', feature: 'sampling', line: 'v1', takes: 'server', schema: 'CreateMessageResultSchema', body: n => sampled(`${n.low}.request({ method: 'sampling/createMessage', params: ${PARAMS} }, CreateMessageResultSchema)`)(n) },
  { name: 'sampleByContext', feature: 'sampling', line: 'v2', takes: 'context', body: n => sampled(`${n.context}.mcpReq.requestSampling(${PARAMS})`)(n).replace('content.type', '!Array.isArray(content) && content.type') },
  { name: 'sampleBySend', feature: 'sampling', line: 'v2', takes: 'context', body: n => sampled(`${n.context}.mcpReq.send({ method: 'sampling/createMessage', params: ${PARAMS} })`)(n).replace('content.type', '!Array.isArray(content) && content.type') },
  { name: 'sampleGuarded', feature: 'sampling', takes: 'server', body: n => `if (!${n.low}.getClientCapabilities()?.sampling) ${n.give(`'no model'`)}\n${sampled(`${n.low}.createMessage(${PARAMS})`)(n)}` },
  {
    name: 'sampleInALoop',
    feature: 'sampling',
    takes: 'server',
    body: ({ low, give }) => `const messages: SamplingMessage[] = [{ role: 'user', content: { type: 'text', text: 'choose' } }];
for (let turn = 0; turn < 3; turn++) {
  const answer = await ${low}.createMessage({ messages, maxTokens: 50, tools: [{ name: 'pick', inputSchema: { type: 'object', properties: { n: { type: 'number' } } } }], toolChoice: { mode: 'auto' } });
  const blocks = Array.isArray(answer.content) ? answer.content : [answer.content];
  messages.push({ role: 'assistant', content: blocks });
  const results: { type: 'tool_result'; toolUseId: string; content: { type: 'text'; text: string }[] }[] = [];
  for (const block of blocks) if (block.type === 'tool_use') results.push({ type: 'tool_result', toolUseId: block.id, content: [{ type: 'text', text: JSON.stringify(block.input) }] });
  if (results.length === 0) ${give(`blocks.map(block => (block.type === 'text' ? block.text : '')).join('')`)}
  messages.push({ role: 'user', content: results });
}
${give(`'too many turns'`)}`,
  },
  { name: 'logByMethod', feature: 'logging', takes: 'server', body: n => `await ${n.server}.sendLoggingMessage(${message('info', 'a', `'one'`)});\n${n.give(`'logged'`)}` },
  { name: 'logForSession', feature: 'logging', takes: 'both', body: n => `await ${n.server}.sendLoggingMessage(${message('notice', 'b', '{ deep: [1, null] }')}, ${n.context}.sessionId);\n${n.give(`'logged'`)}` },
  { name: 'logAndForget', feature: 'logging', takes: 'server', body: n => `${n.low}.sendLoggingMessage(${message('warning', 'c', `['x']`)}).catch(() => {});\n${n.give(`'logged'`)}` },
  { name: 'logVoid', feature: 'logging', takes: 'server', body: n => `void ${n.server}.sendLoggingMessage({ level: 'error', data: 4 });\n${n.give(`'logged'`)}` },
  { name: 'logGuarded', feature: 'logging', takes: 'server', body: n => `try {\n  await ${n.server}.sendLoggingMessage(${message('critical', 'd', `'five'`)});\n} catch {\n  // Nobody listens.\n}\n${n.give(`'logged'`)}` },
  { name: 'logHeld', feature: 'logging', takes: 'server', body: n => `const entry = { level: 'alert' as const, logger: 'e', data: { six: true } };\nawait ${n.server}.sendLoggingMessage(entry);\n${n.give(`'logged'`)}` },
  { name: 'logBySendNotification', feature: 'logging', line: 'v1', takes: 'context', body: n => `await ${n.context}.sendNotification(${notification('emergency', 'f', `'seven'`)});\n${n.give(`'logged'`)}` },
  { name: 'logByNotification', feature: 'logging', takes: 'server', body: n => `await ${n.low}.notification(${notification('debug', 'g', `'eight'`)});\n${n.give(`'logged'`)}` },
  { name: 'logByNotify', feature: 'logging', line: 'v2', takes: 'context', body: n => `await ${n.context}.mcpReq.notify(${notification('info', 'h', `'nine'`)});\n${n.give(`'logged'`)}` },
  { name: 'logByContext', feature: 'logging', line: 'v2', takes: 'context', body: n => `await ${n.context}.mcpReq.log('warning', { ten: 10 }, 'i');\n${n.give(`'logged'`)}` },
  {
    name: 'logAboveOwnLevel',
    feature: 'logging',
    line: 'v1',
    takes: 'server',
    schema: 'SetLevelRequestSchema',
    state: `const LEVELS: string[] = ['debug', 'info', 'notice', 'warning', 'error'];\nlet minLevel = 'debug';`,
    setup: n => `${n.low}.setRequestHandler(SetLevelRequestSchema, async ({ params }) => {\n  minLevel = params.level;\n  return {};\n});`,
    body: n => `if (LEVELS.indexOf('error') >= LEVELS.indexOf(minLevel)) {\n  await ${n.server}.sendLoggingMessage(${message('error', 'j', `'eleven'`)});\n}\n${n.give(`'logged'`)}`,
  },
  { name: 'rootsByMethod', feature: 'roots', takes: 'server', body: n => asked(`${n.low}.listRoots()`, n) },
  { name: 'rootsWithLimit', feature: 'roots', takes: 'server', body: n => asked(`${n.low}.listRoots(undefined, { timeout: 20_000 })`, n) },
  { name: 'rootsBySendRequest', feature: 'roots', line: 'v1', takes: 'context', schema: 'ListRootsResultSchema', body: n => asked(`${n.context}.sendRequest({ method: 'roots/list' }, ListRootsResultSchema)`, n) },
  { name: 'rootsByRequest', feature: 'roots', line: 'v1', takes: 'server', schema: 'ListRootsResultSchema', body: n => asked(`${n.low}.request({ method: 'roots/list' }, ListRootsResultSchema)`, n) },
  { name: 'rootsBySend', feature: 'roots', line: 'v2', takes: 'context', body: n => asked(`${n.context}.mcpReq.send({ method: 'roots/list' })`, n) },
  { name: 'rootsGuarded', feature: 'roots', takes: 'server', body: n => `if (!${n.low}.getClientCapabilities()?.roots) ${n.give(`'none'`)}\n${asked(`${n.low}.listRoots()`, n)}` },
  {
    name: 'rootsKnownFromStart',
    feature: 'roots',
    line: 'v1',
    takes: 'server',
    schema: 'RootsListChangedNotificationSchema',
    state: 'let known: string[] = [];',
    setup: n => {
      const read = `const { roots } = await ${n.low}.listRoots();\n  known = roots.map(root => root.uri);`;
      return `${n.low}.oninitialized = async () => {\n  ${read}\n};\n${n.low}.setNotificationHandler(RootsListChangedNotificationSchema, async () => {\n  ${read}\n});`;
    },
    body: n => n.give(`known.join(' ')`),
  },
];

export interface Cell {
  readonly line: Line;
  readonly place: Place;
  readonly language: (typeof LANGUAGES)[number];
  readonly module: (typeof MODULES)[number];
}

export const CELLS: readonly Cell[] = LINES.flatMap(line => PLACES.flatMap(place => LANGUAGES.flatMap(language => MODULES.map(module => ({ line, place, language, module })))));

export function nameOf({ line, place, language, module }: Cell): string {
  return `${line} ${place} ${language} ${module}`;
}

export function formsIn({ line }: Pick<Cell, 'line'>): readonly Form[] {
  return FORMS.filter(f => (f.line ?? line) === line);
}

/** The program to start. */
export function entryOf({ language }: Pick<Cell, 'language'>): string {
  return `server.${language}`;
}

/** A server with a tool for each form, as a project. */
export function projectFor(cell: Cell): Files {
  const { line, place, language, module } = cell;
  const typed = place === 'handler' || place === 'low-level' ? { 'server.ts': oneFile(cell) } : twoFiles(cell, place);
  const sources = Object.entries(typed).map(([path, text]): readonly [string, string] => {
    if (language === 'ts') return [path, text];
    const script = asScript(text);
    return [path.replace(/ts$/, 'js'), module === 'commonjs' ? asCommonJs(script) : script];
  });
  const sdk = line === 'v1' ? { '@modelcontextprotocol/sdk': '^1.32.0' } : { '@modelcontextprotocol/server': '^2.4.0' };
  return { ...Object.fromEntries(sources), 'package.json': `${JSON.stringify({ name: 'forms', version: '1.0.0', private: true, type: module, dependencies: sdk }, null, 2)}\n` };
}

/** Types go; what is left is written as before. */
function asScript(text: string): string {
  return ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } }).outputText;
}

function asCommonJs(text: string): string {
  const names: string[] = [];
  const required = text
    .replace(/^import (\{[^}]*\}) from ('[^']*'|"[^"]*");/gm, (_, list: string, from: string) => `const ${list.replaceAll(' as ', ': ')} = require(${from});`)
    .replace(/^export (async function|function|class) (\w+)/gm, (_, kind: string, name: string) => {
      names.push(name);
      return `${kind} ${name}`;
    });
  return names.length === 0 ? required : `${required}\nmodule.exports = { ${names.join(', ')} };\n`;
}

const CONTEXT: Readonly<Record<Line, string>> = { v1: 'extra', v2: 'ctx' };
const CONTEXT_TYPE: Readonly<Record<Line, string>> = { v1: 'RequestHandlerExtra<ServerRequest, ServerNotification>', v2: 'ServerContext' };

function importsOf(line: Line, what: { readonly server: 'McpServer' | 'Server'; readonly asType?: boolean; readonly context?: boolean; readonly messages?: boolean; readonly serves?: boolean; readonly schemas: readonly string[] }): string {
  const { server, asType = false, context = false, messages = false, serves = false } = what;
  const schemas = [...new Set(what.schemas)].sort();
  const head = `import ${asType ? 'type ' : ''}{ ${server} } from`;
  const lines = line === 'v1' ? [`${head} '@modelcontextprotocol/sdk/server/${server === 'McpServer' ? 'mcp' : 'index'}.js';`] : [`${head} '@modelcontextprotocol/server';`];
  if (serves) lines.push(line === 'v1' ? `import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';` : `import { serveStdio } from '@modelcontextprotocol/server/stdio';`);
  if (schemas.length > 0) lines.push(`import { ${schemas.join(', ')} } from '@modelcontextprotocol/sdk/types.js';`);
  const types = [...(messages ? ['SamplingMessage'] : []), ...(context ? (line === 'v1' ? ['ServerNotification', 'ServerRequest'] : ['ServerContext']) : [])].sort();
  if (types.length > 0) lines.push(`import type { ${types.join(', ')} } from '@modelcontextprotocol/${line === 'v1' ? 'sdk/types.js' : 'server'}';`);
  if (context && line === 'v1') lines.push(`import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';`);
  return `${lines.join('\n')}\n`;
}

const CAPABILITIES = '{ capabilities: { tools: {}, logging: {} } }';
const ANSWER = `function text(value: string) {\n  return { content: [{ type: 'text' as const, text: value }] };\n}\n`;

function schemasOf(forms: readonly Form[]): readonly string[] {
  return forms.flatMap(f => (f.schema === undefined ? [] : [f.schema]));
}

function oneFile({ line, place }: Cell): string {
  const forms = formsIn({ line });
  const low = place === 'low-level';
  const context = CONTEXT[line];
  const names: Names = { server: 'server', low: low ? 'server' : 'server.server', context, give: expression => `return text(${expression});` };
  const made = low ? 'Server' : 'McpServer';
  const schemas = [...schemasOf(forms), ...(low && line === 'v1' ? ['CallToolRequestSchema', 'ListToolsRequestSchema'] : [])];
  const head = `${importsOf(line, { server: made, serves: true, messages: true, schemas })}\n${ANSWER}`;
  const tools = low ? lowLevel(forms, names, line) : forms.map(f => `server.registerTool('${f.name}', { description: '${f.name}' }, async (${f.takes === 'server' ? '' : context}) => {\n${indented(f.body(names))}\n});`).join('\n\n');
  return serving(line, made, head, [...statesOf(forms), ...setupsOf(forms, names), tools].join('\n\n'));
}

function statesOf(forms: readonly Form[]): readonly string[] {
  return forms.flatMap(f => (f.state === undefined ? [] : [f.state]));
}

function setupsOf(forms: readonly Form[], names: Names): readonly string[] {
  return forms.flatMap(f => (f.setup ? [f.setup(names)] : []));
}

/** The first line serves one server, the second makes one for each connection. */
function serving(line: Line, made: string, head: string, body: string): string {
  const server = `const server = new ${made}({ name: 'forms', version: '1.0.0' }, ${CAPABILITIES});`;
  if (line === 'v1') return `${head}\n${server}\n\n${body}\n\nasync function main(): Promise<void> {\n  await server.connect(new StdioServerTransport());\n}\n\nvoid main();\n`;
  return `${head}\nfunction createServer() {\n${indented(`${server}\n\n${body}\n\nreturn server;`)}\n}\n\nserveStdio(createServer);\n`;
}

function lowLevel(forms: readonly Form[], names: Names, line: Line): string {
  const [list, call] = line === 'v1' ? ['ListToolsRequestSchema', 'CallToolRequestSchema'] : [`'tools/list'`, `'tools/call'`];
  const cases = forms.map(f => `case '${f.name}': {\n${indented(f.body(names))}\n}`).join('\n');
  const tools = `['${forms.map(f => f.name).join(`', '`)}'].map(name => ({ name, inputSchema: { type: 'object' as const } }))`;
  return `server.setRequestHandler(${list}, async () => ({ tools: ${tools} }));\n\nserver.setRequestHandler(${call}, async (request, ${names.context}) => {\n  switch (request.params.name) {\n${indented(indented(cases))}\n    default:\n      return text('unknown');\n  }\n});`;
}

function twoFiles({ line }: Cell, place: 'helper' | 'class'): Files {
  const forms = formsIn({ line });
  const context = CONTEXT[line];
  const holder = place === 'class' ? 'this.server' : 'server';
  const names: Names = { server: holder, low: `${holder}.server`, context, give: expression => `return ${expression};` };
  const tools = `${importsOf(line, { server: 'McpServer', asType: true, context: true, messages: true, schemas: schemasOf(forms) })}\n${statesOf(forms).map(t => `${t}\n\n`).join('')}${place === 'class' ? baseClass(forms, names, line) : helpers(forms, names, line)}`;
  const prepares = place === 'helper' && setupsOf(forms, names).length > 0;
  const head = `${importsOf(line, { server: 'McpServer', serves: true, schemas: [] })}import { ${place === 'class' ? 'Base' : [...forms.map(f => f.name), ...(prepares ? ['prepare'] : [])].join(', ')} } from './tools.js';\n\n${ANSWER}`;
  const calls = forms.map(f => `${place === 'class' ? 'this.' : ''}server.registerTool('${f.name}', { description: '${f.name}' }, async (${f.takes === 'server' ? '' : context}) => text(await ${place === 'class' ? 'this.' : ''}${f.name}(${given(f, place, context).join(', ')})));`).join('\n');
  if (place === 'helper') return { 'tools.ts': tools, 'server.ts': serving(line, 'McpServer', head, `${prepares ? 'prepare(server);\n\n' : ''}${calls}`) };
  const desk = `class Desk extends Base {\n  register(): void {\n${indented(indented(calls))}\n  }\n}\n`;
  return { 'tools.ts': tools, 'server.ts': serving(line, 'McpServer', `${head}\n${desk}`, 'new Desk(server).register();') };
}

function given({ takes }: Form, place: Place, context: string): readonly string[] {
  return [...(place === 'helper' && takes !== 'context' ? ['server'] : []), ...(takes === 'server' ? [] : [context])];
}

function helpers(forms: readonly Form[], names: Names, line: Line): string {
  const setups = setupsOf(forms, names);
  const prepare = setups.length > 0 ? `\nexport function prepare(server: McpServer): void {\n${indented(setups.join('\n\n'))}\n}\n` : '';
  return prepare + forms.map(f => `export async function ${f.name}(${given(f, 'helper', names.context).map(n => `${n}: ${n === 'server' ? 'McpServer' : CONTEXT_TYPE[line]}`).join(', ')}): Promise<string> {\n${indented(f.body(names))}\n}\n`).join('\n');
}

function baseClass(forms: readonly Form[], names: Names, line: Line): string {
  const methods = forms.map(f => `protected async ${f.name}(${given(f, 'class', names.context).map(n => `${n}: ${CONTEXT_TYPE[line]}`).join(', ')}): Promise<string> {\n${indented(f.body(names))}\n}`).join('\n\n');
  const setups = setupsOf(forms, names);
  const body = setups.length > 0 ? `{\n${indented(indented(setups.join('\n\n')))}\n  }` : '{}';
  return `export class Base {\n  constructor(protected readonly server: McpServer) ${body}\n\n${indented(methods)}\n}\n`;
}

function indented(text: string): string {
  return text.split('\n').map(line => (line === '' ? line : `  ${line}`)).join('\n');
}
