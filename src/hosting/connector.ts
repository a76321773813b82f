import type { TSESTree } from '@typescript-eslint/types';
import { indentAt, withComments } from '../edits/indent.js';
import { innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains } from '../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import { callOn, lineOf } from './closure.js';
import type { Draft, FileDraft } from './draft.js';
import type { Factory } from './factory.js';
import { calledFunctions, isFresh } from './fresh.js';
import { obstacle, type Obstacle } from './obstacle.js';

const MAX_DEPTH = 4;
const WAITS = /\boninitialized\b|InitializedNotificationSchema|notifications\/initialized|(['"`])initialized\1/;
const PINGS = /\.ping\(|method:\s*(['"`])ping\1|\bsetInterval\(/;

/** `export async function connect(factory, transport) { const server = create(factory); await server.connect(transport); }`. */
export interface Connector {
  readonly file: SourceFile;
  readonly fn: TSESTree.FunctionDeclaration;
  readonly name: TSESTree.Identifier;
  /** The parameter that is the transport. */
  readonly index: number;
  readonly server: TSESTree.Identifier;
  /** What makes the server, and sets it up. */
  readonly made: readonly TSESTree.Statement[];
}

/** The function that makes a server and connects it to the transport that it is given; undefined when the call is of another kind. */
export function connectorOf(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression, transport: TSESTree.Node): Connector | Obstacle | undefined {
  const index = call.arguments.findIndex(a => innermost(a) === transport);
  const [called, another] = calledFunctions(mcp, file, call);
  if (index < 0 || !called || another || called.node.type !== 'FunctionDeclaration' || !called.node.id) return undefined;
  const { file: home, node: fn } = called;
  const parameter = fn.params[index];
  const uses = parameter?.type === 'Identifier' ? (home.variableOf(parameter)?.references.map(r => r.identifier) ?? []) : [];
  const [use] = uses;
  const connecting = use?.parent;
  const receiver = connecting?.type === 'CallExpression' && connecting.callee.type === 'MemberExpression' ? innermost(connecting.callee.object) : undefined;
  if (!use || connecting?.type !== 'CallExpression' || receiver?.type !== 'Identifier' || callOn(receiver, /^connect$/)?.node !== connecting) return undefined;
  const where = `${home.path}:${lineOf(home, fn)}`;
  const body = fn.body.body;
  const at = body.findIndex(s => contains(s, connecting));
  const connect = body[at];
  if (uses.length > 1 || connect?.type !== 'ExpressionStatement') return obstacle(`${where} does more with the transport than to connect it.`, 'session-lifecycle');
  const made = body.slice(0, at);
  const declared = home.variableOf(receiver)?.defs[0]?.node;
  if (declared?.type !== 'VariableDeclarator' || !declared.init || !made.includes(declared.parent) || !isFresh(mcp, home, declared.init, 0, 'called-for-each')) return obstacle(`${where} connects a server that it does not make.`);
  const [later] = body.slice(at + 1);
  if (later) return obstacle(`Line ${lineOf(home, later)} of ${home.path} runs once the server is connected. Decide when it should run.`, 'session-lifecycle');
  if (fn.params.some(p => p.type !== 'Identifier') || made.some(returns) || home.program.body.every(s => s !== fn && !(s.type === 'ExportNamedDeclaration' && s.declaration === fn))) return obstacle(`What ${where} makes the server from is not understood.`);
  return { file: home, fn, name: called.node.id, index, server: receiver, made };
}

/** Why servers that are made there do not answer without a handshake, or need a client that stays. */
export function needsSession(mcp: McpModel, { file, fn }: Connector): Obstacle | undefined {
  for (const part of reached(mcp, file, fn)) {
    const text = part.file.text.slice(...part.node.range);
    if (/\bnew Promise\b/.test(text) && WAITS.test(text)) return obstacle(`The server that ${part.file.path}:${lineOf(part.file, part.node)} makes waits for a client to say that it is initialized, which clients of the new revision do not say. Do that work when the first request comes.`, 'session-lifecycle');
    if (PINGS.test(text)) return obstacle(`Line ${lineOf(part.file, part.node)} of ${part.file.path} pings the client for as long as its session lives. Nothing is there to be pinged between requests.`, 'session-lifecycle');
  }
  return undefined;
}

function reached(mcp: McpModel, file: SourceFile, fn: FunctionNode, depth = 0, seen = new Set<FunctionNode>()): readonly { readonly file: SourceFile; readonly node: FunctionNode }[] {
  if (seen.has(fn) || depth > MAX_DEPTH) return [];
  seen.add(fn);
  const found = [{ file, node: fn }];
  walkTree(fn.body, n => {
    if (n.type === 'CallExpression') for (const f of calledFunctions(mcp, file, n)) found.push(...reached(mcp, f.file, f.node, depth + 1, seen));
    return true;
  });
  return found;
}

function returns(statement: TSESTree.Statement): boolean {
  let found = false;
  walkTree(statement, n => {
    if (n.type === 'ReturnStatement') found = true;
    return !isFunctionNode(n);
  });
  return found;
}

/** A call of a connector, in code that goes. */
export interface ConnectorCall {
  readonly connector: Connector;
  readonly call: TSESTree.CallExpression;
  /** What it is given beside the transport, as the factory says it. */
  readonly args: readonly string[];
  /** Whether a place in the file of the call goes as well. */
  readonly isOwn: (node: TSESTree.Node) => boolean;
}

/** The part of the connector that makes the server, called from the file that hosts. */
export function factoryOfConnector({ mcp, draft, file }: { readonly mcp: McpModel; readonly draft: Draft; readonly file: SourceFile }, { connector, call, args, isOwn }: ConnectorCall): Factory {
  const variable = connector.file.variableOf(connector.name);
  const uses = variable ? mcp.infer.references.ofVariable(connector.file, variable, 'all') : [];
  const isOnly = variable !== undefined && uses.every(u => (u.file === file && isOwn(u.node)) || u.node.parent.type === 'ExportSpecifier');
  const { name, isAsync } = splitConnector(draft, connector, isOnly);
  const { callee } = call;
  if (callee.type === 'Identifier' && connector.file !== file) {
    const specifier = file.variableOf(callee)?.defs[0];
    if (specifier?.type === 'ImportBinding' && specifier.parent.type === 'ImportDeclaration') draft.of(file).addImport(name, specifier.parent.source.value);
  }
  const called = callee.type === 'MemberExpression' ? `${file.text.slice(...callee.object.range)}.${name}` : name;
  const written = `${called}(${args.join(', ')})`;
  return { expression: args.length === 0 && connector.fn.params.length === 1 ? called : `() => ${written}`, call: written, isAsync };
}

/** A function that only makes the server: beside the one that connects it, or in its place when nothing else calls that one. */
function splitConnector(draft: Draft, connector: Connector, isOnly: boolean): { readonly name: string; readonly isAsync: boolean } {
  const { file, fn, index, server, made } = connector;
  const home = draft.of(file);
  const { editor } = home;
  const { eol, indent, semicolon } = editor.style;
  const name = home.freeName('createServer', 'createMcpServer', 'buildMcpServer');
  const isAsync = made.some(s => /\bawait\b/.test(editor.text(s)));
  const params = fn.params.filter((_, i) => i !== index);
  const declaration = fn.parent.type === 'ExportNamedDeclaration' ? fn.parent : fn;
  const head = `${declaration === fn ? '' : 'export '}${isAsync ? 'async ' : ''}function ${name}(${params.map(p => editor.text(p)).join(', ')}) {`;
  const text = `${head}${eol}${makingLines(home, connector).map(l => indent + l + eol).join('')}}`;
  if (isOnly) {
    home.replace(declaration, text, [...params, ...made]);
    return { name, isAsync };
  }
  const [start] = withComments(file, declaration);
  editor.insert(start, `${text}${eol}${eol}`);
  const [first] = made;
  const last = made.at(-1);
  const given = params.map(p => (p.type === 'Identifier' ? p.name : '')).join(', ');
  if (first && last) editor.replace({ range: [withComments(file, first)[0], last.range[1]] }, `const ${server.name} = ${isAsync ? 'await ' : ''}${name}(${given})${semicolon}`);
  return { name, isAsync };
}

/** `return create(factory)`, or all statements with the server at the end. */
function makingLines({ file, editor }: FileDraft, { fn, server, made }: Connector): readonly string[] {
  const { indent, semicolon } = editor.style;
  const [only, another] = made;
  const [declarator] = only?.type === 'VariableDeclaration' ? only.declarations : [];
  if (!another && declarator?.init) return [`return ${editor.text(declarator.init)}${semicolon}`];
  const from = indentAt(file, made[0]?.range[0] ?? fn.range[0]);
  const lines = made.map(s => editor.text({ range: withComments(file, s) }));
  return [...(from === indent ? lines : lines.map(l => l.replaceAll(`\n${from}`, `\n${indent}`))), `return ${server.name}${semicolon}`];
}
