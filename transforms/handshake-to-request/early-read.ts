// A read directly behind the connection: the client has not said anything yet.
import { innermost, memberName, walkTree, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { enclosingFunction, indexOf } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';
import { contains } from '../../src/mcp/nodes.js';
import { isFunctionNode } from '../../src/mcp/values.js';
import type { Read } from './sites.js';

export interface EarlyRead {
  /** `server.getClientVersion()?.name ?? 'unknown'`. */
  readonly whole: TSESTree.LogicalExpression;
  /** What was there for a client that has not said anything. */
  readonly instead: TSESTree.Expression;
}

/** `await server.connect(new StdioServerTransport())`, and in the same turn `server.getClientVersion()?.name ?? 'unknown'`. */
export function earlyRead(mcp: McpModel, { file, call, server }: Read): EarlyRead | undefined {
  const whole = withDefault(call);
  const named = file.text.slice(...server.range).replace(/\.server$/, '');
  const connected = indexOf(file).calls.some(c => connects(mcp, file, c, named) && isNextTurn(c, call));
  return whole && connected ? { whole, instead: whole.right } : undefined;
}

/** The expression around the read and its `?.`, when it has something in its place. */
function withDefault(call: TSESTree.CallExpression): TSESTree.LogicalExpression | undefined {
  let node: TSESTree.Expression = call;
  while (node.parent.type === 'MemberExpression' && node.parent.object === node) {
    if (node === call && !node.parent.optional) return undefined;
    node = node.parent;
  }
  if (node.parent.type === 'ChainExpression') node = node.parent;
  const { parent } = node;
  return parent.type === 'LogicalExpression' && parent.left === node && parent.operator !== '&&' ? parent : undefined;
}

function connects(mcp: McpModel, file: SourceFile, { callee, arguments: [transport] }: TSESTree.CallExpression, server: string): boolean {
  const member = innermost(callee);
  if (member.type !== 'MemberExpression' || memberName(member) !== 'connect' || !transport) return false;
  return file.text.slice(...member.object.range).replace(/\.server$/, '') === server && isStdio(mcp, file, transport);
}

function isStdio(mcp: McpModel, file: SourceFile, transport: TSESTree.Node): boolean {
  const inner = innermost(transport);
  const declared = inner.type === 'Identifier' ? file.variableOf(inner)?.defs[0]?.node : undefined;
  const made = declared?.type === 'VariableDeclarator' ? declared.init : inner;
  return made?.type === 'NewExpression' && /#StdioServerTransport$/.test(mcp.constructed(file, made)?.type ?? '');
}

/** The connection is awaited, and nothing else is between it and the read, so no message has been taken. */
function isNextTurn(connect: TSESTree.CallExpression, read: TSESTree.Node): boolean {
  const statement = connect.parent.type === 'AwaitExpression' ? connect.parent.parent : undefined;
  const block = statement?.parent;
  if (statement?.type !== 'ExpressionStatement' || (block?.type !== 'BlockStatement' && block?.type !== 'Program') || enclosingFunction(connect) !== enclosingFunction(read)) return false;
  const later = block.body.slice(block.body.indexOf(statement) + 1);
  const at = later.findIndex(s => contains(s, read));
  return at !== -1 && later.slice(0, at + 1).every(s => !awaitsBefore(s, read));
}

function awaitsBefore(statement: TSESTree.Statement, read: TSESTree.Node): boolean {
  let found = false;
  walkTree(statement, node => {
    if (isFunctionNode(node) || found) return false;
    found ||= (node.type === 'AwaitExpression' && node.range[1] <= read.range[0]) || (node.type === 'ForOfStatement' && node.await) || /^(?:While|DoWhile|For|ForIn|ForOf)Statement$/.test(node.type);
    return !found;
  });
  return found;
}
