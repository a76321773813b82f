import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { indentAt, reindented } from '../edits/indent.js';
import { innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains } from '../mcp/nodes.js';
import type { FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { lineOf } from './closure.js';
import type { Draft } from './draft.js';
import { calledFunctions, isFresh } from './fresh.js';
import { obstacle, type Obstacle } from './obstacle.js';

/** `if (server) return server; server = new McpServer(...); ...; return server;`: made when it is asked for, once. */
export interface LazySingleton {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
  readonly variable: Variable;
  readonly declaration: TSESTree.Statement;
  readonly guard: TSESTree.IfStatement;
  readonly assignment: TSESTree.ExpressionStatement;
  readonly made: TSESTree.Expression;
}

export function lazySingleton(mcp: McpModel, file: SourceFile, node: TSESTree.Node): LazySingleton | undefined {
  const call = innermost(node);
  if (call.type !== 'CallExpression' || call.arguments.length > 0) return undefined;
  const [called, another] = calledFunctions(mcp, file, call);
  if (!called || another || called.node.body.type !== 'BlockStatement') return undefined;
  const { file: home, node: fn } = called;
  const body = called.node.body.body;
  const returned = body.at(-1);
  if (returned?.type !== 'ReturnStatement' || returned.argument?.type !== 'Identifier') return undefined;
  const variable = home.variableOf(returned.argument);
  const declarator = variable?.defs[0]?.node;
  if (!variable || declarator?.type !== 'VariableDeclarator' || contains(fn, declarator) || !isEmpty(declarator.init)) return undefined;
  const guard = body.find(s => s.type === 'IfStatement');
  if (guard?.type !== 'IfStatement' || guard.alternate) return undefined;
  const inside = asks(guard.test, variable, home) === 'absence' && guard.consequent.type === 'BlockStatement' ? guard.consequent.body : undefined;
  if (!inside && asks(guard.test, variable, home) !== 'presence') return undefined;
  const assignment = (inside ?? body).find(s => isAssignment(s, variable, home));
  if (assignment?.type !== 'ExpressionStatement' || assignment.expression.type !== 'AssignmentExpression') return undefined;
  const made = assignment.expression.right;
  if (!isFresh(mcp, home, made, 0, 'called-for-each') || variable.references.some(r => r.init !== true && !contains(fn, r.identifier))) return undefined;
  const statement = declarator.parent.parent.type === 'ExportNamedDeclaration' ? declarator.parent.parent : declarator.parent;
  return { file: home, fn, variable, declaration: statement, guard, assignment, made };
}

function isEmpty(init: TSESTree.Expression | null): boolean {
  return init === null || (init.type === 'Literal' && init.value === null) || (init.type === 'Identifier' && init.name === 'undefined');
}

function asks(test: TSESTree.Expression, variable: Variable, file: SourceFile): 'presence' | 'absence' | undefined {
  const isIt = (n: TSESTree.Node): boolean => n.type === 'Identifier' && file.variableOf(n) === variable;
  if (isIt(test)) return 'presence';
  if (test.type === 'UnaryExpression' && test.operator === '!' && isIt(test.argument)) return 'absence';
  if (test.type !== 'BinaryExpression' || !isIt(test.left)) return undefined;
  return test.operator.startsWith('!') ? 'presence' : 'absence';
}

function isAssignment(statement: TSESTree.Statement, variable: Variable, file: SourceFile): boolean {
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression' || statement.expression.operator !== '=') return false;
  const { left } = statement.expression;
  return left.type === 'Identifier' && file.variableOf(left) === variable;
}

/** Makes the function give a new server each time. `isServed`: a place that serves a request. */
export function makeAnew(mcp: McpModel, draft: Draft, { file, fn, variable, declaration, guard, assignment }: LazySingleton, isServed: (file: SourceFile, node: TSESTree.Node) => boolean): Obstacle | undefined {
  const other = mcp.infer.references.ofFunction(file, fn).find(p => p.node !== fn && !/^(?:Im|Ex)port/.test(p.node.parent.type) && !isServed(p.file, p.node));
  if (other) return obstacle(`${other.file.path}:${lineOf(other.file, other.node)} asks for the one server of this process too. Give it the server of the request.`);
  const elsewhere = mcp.infer.references.ofVariable(file, variable, 'all').find(p => p.file !== file);
  if (elsewhere) return obstacle(`${elsewhere.file.path} imports ${variable.name}. Make that code take the server as a parameter.`);
  const target = draft.of(file);
  const { eol } = target.editor.style;
  target.removeStatement(declaration);
  if (contains(guard, assignment) && guard.consequent.type === 'BlockStatement') {
    const base = indentAt(file, guard.range[0]);
    const [first] = guard.consequent.body;
    const last = guard.consequent.body.at(-1);
    if (!first || !last) return undefined;
    target.editor.replace(guard, reindented(file, [first.range[0], last.range[1]], base, [{ range: [assignment.range[0], assignment.range[0]], text: 'const ' }]).replaceAll(/\r?\n/g, eol));
  } else {
    target.removeStatement(guard);
    target.editor.insert(assignment.range[0], 'const ');
  }
  return undefined;
}
