// Where tests and scripts of the repository call tools, directly or through a function of their own.
import { enclosingFunction, innermost, keyName, outermost, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { propertyOf, propertyValue } from '../../src/mcp/exports.js';
import type { McpModel } from '../../src/mcp/model.js';
import { returnExpressions } from '../../src/mcp/nodes.js';
import type { FunctionNode } from '../../src/mcp/values.js';
import type { ProjectRewriteContext } from '../../src/transform.js';

/** Types that have all that a result has. */
export const OF_RESULTS = /CallToolResult|\bany\b|ReturnType</;

export interface ToolCall {
  readonly file: SourceFile;
  readonly node: TSESTree.CallExpression;
  readonly tool: string;
  /** The arguments of the tool, as they are given; undefined when there are none. */
  readonly given: TSESTree.Node | undefined;
  /** How it is written; undefined when another tool cannot simply be called in the same way, with the result of the SDK. */
  readonly way: Way | undefined;
}

export interface Way {
  /** Whose session it was: the client, as it is written and as it is declared. */
  readonly client: string;
  readonly declared: { readonly file: SourceFile; readonly name: TSESTree.Identifier } | undefined;
  /** A call of another tool, without arguments. */
  readonly call: (tool: string, quote: string) => string;
  /** Where arguments would go, when there are none. */
  readonly open: { readonly at: number; readonly text: (object: string) => string } | undefined;
}

/** Functions of the project that call the tool of which they get the name. */
interface Wrapper {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
  readonly name: number;
  readonly given: number | undefined;
  /** The client that it uses; the place of the parameter when it is given one. */
  readonly client: TSESTree.Expression | undefined;
  readonly clientAt: number;
  /** It gives back what the SDK gave. */
  readonly plain: boolean;
}

export function toolCalls({ project, mcp }: ProjectRewriteContext): readonly ToolCall[] {
  const mentions = (path: string): boolean => project.hasWord(path, 'callTool') || (project.text(path)?.includes('tools/call') ?? false);
  return project.codeFiles().filter(mentions).flatMap(path => {
    const file = project.source(path);
    if (!file || file.problems.length > 0) return [];
    return indexOf(file).calls.flatMap(node => callsAt(mcp, file, node));
  });
}

function callsAt(mcp: McpModel, file: SourceFile, node: TSESTree.CallExpression): readonly ToolCall[] {
  const parameters = parametersOf(node);
  const name = parameters && propertyValue(parameters, 'name');
  if (!name) return named(mcp, file, node);
  const wrapper = wrapperOf(mcp, file, node, parameters, name);
  if (wrapper) return callsOf(mcp, wrapper);
  const tool = mcp.text(file, name);
  if (tool === undefined) return [];
  const given = propertyValue(parameters, 'arguments');
  const client = clientOf(mcp, file, node);
  const way = client && {
    ...identityOf(file, client),
    call: (other: string, quote: string) => `${file.text.slice(...node.callee.range)}({ name: ${quote}${other}${quote} })`,
    open: { at: propertyOf(parameters, 'name')?.range[1] ?? node.range[1], text: (object: string) => `, arguments: ${object}` },
  };
  return [{ file, node, tool, given, way }];
}

/** `rpc('tools/call', { name, arguments })`, `callTool('name', arguments)`: what they give back is not known. */
function named(mcp: McpModel, file: SourceFile, node: TSESTree.CallExpression): readonly ToolCall[] {
  const [first, ...others] = node.arguments.map(a => (a.type === 'SpreadElement' ? undefined : innermost(a)));
  const callee = innermost(node.callee);
  if (first?.type === 'Literal' && first.value === 'tools/call') {
    const parameters = others.find(o => o?.type === 'ObjectExpression' && propertyOf(o, 'name'));
    const name = parameters?.type === 'ObjectExpression' ? propertyValue(parameters, 'name') : undefined;
    const tool = name ? mcp.text(file, name) : undefined;
    return tool === undefined || parameters?.type !== 'ObjectExpression' ? [] : [{ file, node, tool, given: propertyValue(parameters, 'arguments'), way: undefined }];
  }
  if (callee.type !== 'MemberExpression' || keyName(callee.property) !== 'callTool' || first?.type !== 'Literal' || typeof first.value !== 'string') return [];
  return [{ file, node, tool: first.value, given: others[0], way: undefined }];
}

/** `client.callTool({ name, arguments })`, `request({ method: 'tools/call', params: { name, arguments } })`. */
function parametersOf({ callee, arguments: [first] }: TSESTree.CallExpression): TSESTree.ObjectExpression | undefined {
  const given = first && first.type !== 'SpreadElement' ? innermost(first) : undefined;
  if (given?.type !== 'ObjectExpression') return undefined;
  const inner = innermost(callee);
  if (inner.type === 'MemberExpression' && keyName(inner.property) === 'callTool') return given;
  const method = propertyValue(given, 'method');
  const params = propertyValue(given, 'params');
  const within = params ? innermost(params) : undefined;
  return method?.type === 'Literal' && method.value === 'tools/call' && within?.type === 'ObjectExpression' ? within : undefined;
}

/** The client of the SDK whose `callTool` this is. */
function clientOf(mcp: McpModel, file: SourceFile, node: TSESTree.CallExpression): TSESTree.Expression | undefined {
  const callee = innermost(node.callee);
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super' || keyName(callee.property) !== 'callTool') return undefined;
  return /Client$/.test(mcp.call(file, node)?.owner ?? '') ? callee.object : undefined;
}

function identityOf(file: SourceFile, client: TSESTree.Expression): Pick<Way, 'client' | 'declared'> {
  const inner = innermost(client);
  return { client: file.text.slice(...inner.range), declared: inner.type === 'Identifier' ? { file, name: inner } : undefined };
}

function wrapperOf(mcp: McpModel, file: SourceFile, node: TSESTree.CallExpression, parameters: TSESTree.ObjectExpression, name: TSESTree.Node): Wrapper | undefined {
  const fn = enclosingFunction(node);
  const at = fn ? parameterAt(file, fn, name) : -1;
  if (!fn || at === -1) return undefined;
  const given = propertyValue(parameters, 'arguments');
  const written = given && innermost(given);
  const bare = written?.type === 'LogicalExpression' ? written.left : given;
  const givenAt = bare ? parameterAt(file, fn, bare) : -1;
  const client = clientOf(mcp, file, node);
  const clientAt = client ? parameterAt(file, fn, client) : -1;
  return { file, fn, name: at, given: givenAt === -1 ? undefined : givenAt, client: clientAt === -1 ? client : undefined, clientAt, plain: client !== undefined && givenAt !== -1 && isGivenBack(file, fn, node) };
}

/** Which parameter an expression is. */
function parameterAt(file: SourceFile, fn: FunctionNode, node: TSESTree.Node): number {
  const inner = innermost(node);
  const definition = inner.type === 'Identifier' ? file.variableOf(inner)?.defs[0] : undefined;
  if (definition?.type !== 'Parameter' || definition.node !== fn) return -1;
  return fn.params.findIndex(p => p === definition.name || (p.type === 'AssignmentPattern' && p.left === definition.name));
}

/** `return client.callTool(...)`, `const result = await client.callTool(...); return result`. */
function isGivenBack(file: SourceFile, fn: FunctionNode, call: TSESTree.CallExpression): boolean {
  if (fn.returnType && !OF_RESULTS.test(file.text.slice(...fn.returnType.range))) return false;
  const expressions = returnExpressions(fn);
  return expressions.length > 0 && expressions.every(e => isResult(file, e, call));
}

function isResult(file: SourceFile, expression: TSESTree.Node, call: TSESTree.CallExpression): boolean {
  const inner = innermost(expression);
  if (inner === call) return !hasOtherType(file, call);
  const definition = inner.type === 'Identifier' ? file.variableOf(inner)?.defs[0]?.node : undefined;
  return definition?.type === 'VariableDeclarator' && definition.init !== null && definition.id.type === 'Identifier' && !definition.id.typeAnnotation && isResult(file, definition.init, call);
}

/** `(await client.callTool(...)) as { content: ... }`: what else is in the result is out of sight for the compiler. */
export function hasOtherType(file: SourceFile, call: TSESTree.CallExpression): boolean {
  const whole = outermost(call);
  const casts: TSESTree.Node[] = [];
  for (let n: TSESTree.Node = call; n !== whole && n.parent; n = n.parent) if (n.parent.type === 'TSAsExpression') casts.push(n.parent.typeAnnotation);
  return casts.some(type => !OF_RESULTS.test(file.text.slice(...type.range)));
}

function callsOf(mcp: McpModel, wrapper: Wrapper): readonly ToolCall[] {
  return mcp.infer.references.ofFunction(wrapper.file, wrapper.fn).flatMap(({ file, node }) => {
    const outer = outermost(node);
    const call = outer.parent;
    if (call?.type !== 'CallExpression' || call.callee !== outer || call.arguments.some(a => a.type === 'SpreadElement')) return [];
    const name = call.arguments[wrapper.name];
    const tool = name ? mcp.text(file, name) : undefined;
    if (tool === undefined) return [];
    return [{ file, node: call, tool, given: wrapper.given === undefined ? undefined : call.arguments[wrapper.given], way: wayOf(wrapper, file, call) }];
  });
}

function wayOf({ file: own, name, given, client, clientAt, plain }: Wrapper, file: SourceFile, call: TSESTree.CallExpression): Way | undefined {
  if (!plain || given === undefined) return undefined;
  const passed = clientAt === -1 ? undefined : call.arguments[clientAt];
  if (clientAt !== -1 && (passed === undefined || passed.type === 'SpreadElement' || innermost(passed).type !== 'Identifier')) return undefined;
  const whose = passed && passed.type !== 'SpreadElement' ? identityOf(file, passed) : client ? identityOf(own, client) : undefined;
  // What else it is given cannot be made up for another tool.
  const others = call.arguments.some((_, i) => i !== name && i !== given && i !== clientAt);
  if (!whose || others) return undefined;
  const last = call.arguments.at(-1);
  return {
    ...whose,
    call: (tool, quote) => {
      const args = Array.from({ length: Math.max(name, given, clientAt) + 1 }, (_, i) => (i === name ? `${quote}${tool}${quote}` : i === clientAt ? whose.client : '{}'));
      return `${file.text.slice(...call.callee.range)}(${args.join(', ')})`;
    },
    open: last && call.arguments.length === given ? { at: last.range[1], text: object => `, ${object}` } : undefined,
  };
}
