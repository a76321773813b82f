import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../../mcp/exports.js';
import { enclosingClass, indexOf, innermost, memberName } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { contains } from '../../mcp/nodes.js';
import type { ClassNode, FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import type { Draft } from '../draft.js';
import { calledFunctions } from '../fresh.js';
import { isField } from '../classes.js';
import type { ServerOfSession } from './body.js';
import { some, type SessionNames } from './names.js';

/** A class of the project that holds a server, and has a `connect` of its own. */
export interface Holder {
  readonly file: SourceFile;
  /** What gives the server: `.server`, `.getServer()`. */
  readonly access: string;
  /** The field, where nobody outside may read it yet. */
  readonly hidden?: TSESTree.PropertyDefinition;
}

/** `const proxy = await makeProxy(...); await proxy.connect(transport)`, where that connects a server and does nothing else. */
export function holderOfSession(mcp: McpModel, file: SourceFile, fn: FunctionNode, names: SessionNames): ServerOfSession | undefined {
  for (const call of indexOf(file).calls) {
    const callee = innermost(call.callee);
    const [transport] = call.arguments;
    if (callee.type !== 'MemberExpression' || memberName(callee) !== 'connect' || callee.object.type !== 'Identifier' || !transport || !contains(fn, call) || !names.isRootedIn(transport)) continue;
    const declarator = file.variableOf(callee.object)?.defs[0]?.node;
    if (declarator?.type !== 'VariableDeclarator' || !declarator.init || !contains(fn, declarator) || mcp.member(file, callee)) continue;
    const holder = holderOf(mcp, file, call);
    if (holder) return { declarator, made: declarator.init, at: declarator.parent, setup: [], holder };
  }
  return undefined;
}

function holderOf(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): Holder | undefined {
  const [called, another] = calledFunctions(mcp, file, call);
  if (!called || another || called.node.body.type !== 'BlockStatement') return undefined;
  const cls = enclosingClass(called.node);
  const parameter = called.node.params[0];
  const connection = called.node.body.body.filter(s => !isLog(called.file, s));
  const [only, more] = connection;
  if (!cls || parameter?.type !== 'Identifier' || !only || more) return undefined;
  const value = only.type === 'ExpressionStatement' ? only.expression : only.type === 'ReturnStatement' ? only.argument : undefined;
  const inner = value?.type === 'AwaitExpression' ? value.argument : value;
  if (inner?.type !== 'CallExpression' || inner.callee.type !== 'MemberExpression' || memberName(inner.callee) !== 'connect' || !mcp.member(called.file, inner.callee)) return undefined;
  const [given] = inner.arguments;
  const field = innermost(inner.callee.object);
  if (!isField(field) || given?.type !== 'Identifier' || given.name !== parameter.name) return undefined;
  return accessOf(called.file, cls, keyName(field.property) ?? '');
}

function isLog(file: SourceFile, statement: TSESTree.Statement): boolean {
  return statement.type === 'ExpressionStatement' && /^(?:console|[\w.]*[lL]og(?:ger)?)\b/.test(file.text.slice(...statement.range));
}

/** How code outside of the class gets at the server: a field that it may read, or a method that returns it. */
function accessOf(file: SourceFile, cls: ClassNode, field: string): Holder | undefined {
  for (const member of cls.body.body) {
    if (member.type !== 'MethodDefinition' || member.static || isHidden(member) || member.value.params.length > 0 || member.value.type !== 'FunctionExpression') continue;
    const [only, more] = member.value.body.body;
    const name = keyName(member.key);
    const returned = only?.type === 'ReturnStatement' && !more && only.argument ? innermost(only.argument) : undefined;
    if (!returned || !isField(returned) || keyName(returned.property) !== field || name === undefined || member.value.async) continue;
    return { file, access: member.kind === 'get' ? `.${name}` : `.${name}()` };
  }
  const property = cls.body.body.find((m): m is TSESTree.PropertyDefinition => m.type === 'PropertyDefinition' && keyName(m.key) === field);
  if (!property || property.key.type === 'PrivateIdentifier' || property.static) return undefined;
  return { file, access: `.${field}`, ...(isHidden(property) && { hidden: property }) };
}

function isHidden({ accessibility, key }: TSESTree.MethodDefinition | TSESTree.PropertyDefinition): boolean {
  return accessibility === 'private' || accessibility === 'protected' || key.type === 'PrivateIdentifier';
}

/** `private server: Server` becomes `readonly server: Server`. */
export function makeReadable(draft: Draft, { file, hidden }: Holder): void {
  if (!hidden) return;
  const word = /^(?:private|protected)\s+/.exec(file.text.slice(...hidden.range));
  if (word) draft.of(file).replace({ range: [hidden.range[0], hidden.range[0] + word[0].length] }, hidden.readonly ? '' : 'readonly ');
}

/**
 * Statements of the branch that opens a session on which the server depends: values that are taken from the request, and checks who may
 * come in. Without sessions every request opens, so they stand in front of all of it.
 */
export function feeding(file: SourceFile, names: SessionNames, { made, at, setup }: ServerOfSession, outer: readonly TSESTree.Statement[]): readonly TSESTree.Statement[] {
  const block = at.parent;
  if (block?.type !== 'BlockStatement') return [];
  const isOuter = outer.some(s => s === at);
  const needed = new Set<Variable>();
  for (const node of [made, ...setup]) addUsed(file, node, needed);
  const found: TSESTree.Statement[] = [];
  for (const statement of (isOuter ? [...outer] : block.body).filter(s => s.range[1] <= at.range[0]).reverse()) {
    if (names.mentions(statement) || !(gives(statement, needed) || (!isOuter && isGuard(statement)))) continue;
    addUsed(file, statement, needed);
    found.unshift(statement);
  }
  return found;
}

function addUsed(file: SourceFile, node: TSESTree.Node, into: Set<Variable>): void {
  for (const scope of file.scopes.scopes) for (const v of scope.variables) if (v.references.some(r => contains(node, r.identifier))) into.add(v);
}

/** It declares one of the variables, or assigns to it. */
function gives(statement: TSESTree.Statement, needed: ReadonlySet<Variable>): boolean {
  return [...needed].some(v => v.defs.some(d => contains(statement, d.name)) || v.references.some(r => r.isWrite() && contains(statement, r.identifier)));
}

/** `if (...) { res.status(401)...; return; }`: the same question for each request. */
function isGuard(statement: TSESTree.Statement): boolean {
  if (statement.type !== 'IfStatement' || statement.alternate) return false;
  return some(statement.consequent, n => n.type === 'Literal' && (n.value === 401 || n.value === 403)) && some(statement.consequent, n => n.type === 'ReturnStatement');
}
