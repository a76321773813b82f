import { innermost, memberName, type Finding, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import { enclosingFunction, indexOf } from '../../src/mcp/file-index.js';
import { contains } from '../../src/mcp/nodes.js';
import type { FunctionNode } from '../../src/mcp/values.js';

export type Question = 'clientCapabilities' | 'clientInfo';

/** `server.getClientVersion()`. */
export interface Read {
  readonly finding: Finding;
  readonly file: SourceFile;
  readonly call: TSESTree.CallExpression;
  readonly server: TSESTree.Expression;
  readonly question: Question;
}

export function readOf(finding: Finding, file: SourceFile): Read | undefined {
  const callee = nodeAt(file, finding.range);
  const member = callee ? innermost(callee) : undefined;
  const call = callee?.parent;
  if (member?.type !== 'MemberExpression' || call?.type !== 'CallExpression' || call.callee !== callee) return undefined;
  const name = memberName(member);
  if (name !== 'getClientCapabilities' && name !== 'getClientVersion') return undefined;
  return { finding, file, call, server: member.object, question: name === 'getClientVersion' ? 'clientInfo' : 'clientCapabilities' };
}

/** `server.oninitialized = () => {...}`, or the handler of the notification. */
export interface Hook {
  readonly statement: TSESTree.ExpressionStatement;
  readonly fn: FunctionNode | undefined;
}

/** The hook that some code stands in. */
export function hookAround(node: TSESTree.Node): TSESTree.Node | undefined {
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    const { parent } = fn;
    if (parent.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression' && memberName(parent.left) === 'oninitialized') return fn;
    const [method] = parent.type === 'CallExpression' ? parent.arguments : [];
    if (method?.type === 'Literal' && method.value === 'notifications/initialized') return fn;
  }
  return undefined;
}

/** `if (server.getClientCapabilities()?.sampling) server.registerTool(...)`. */
export interface Conditional {
  readonly statement: TSESTree.IfStatement;
  /** `const capabilities = ...` that only this condition needs, in order. */
  readonly known: readonly TSESTree.VariableDeclaration[];
  readonly registrations: readonly Registration[];
}

export interface Registration {
  readonly statement: TSESTree.ExpressionStatement;
  readonly handler: FunctionNode & { readonly body: TSESTree.BlockStatement };
}

/** The condition around a registration, when all of it can move into the handlers. A string says why it cannot. */
export function conditionalOf(file: SourceFile, registration: TSESTree.Node): Conditional | string {
  const statement = ifAround(registration);
  if (!statement) return 'What this condition asks cannot be told apart from the rest.';
  if (statement.alternate) return 'Something else is done for clients without the capability. Decide what is registered always.';
  const inside = statement.consequent.type === 'BlockStatement' ? statement.consequent.body : [statement.consequent];
  const registrations: Registration[] = [];
  for (const s of inside) {
    const one = registrationOf(s);
    if (!one) return 'More than tools is registered under this condition. Register each always, and answer with an error where the capability is missing.';
    registrations.push(one);
  }
  const known = knownFor(file, statement);
  return typeof known === 'string' ? known : { statement, known, registrations };
}

function ifAround(node: TSESTree.Node): TSESTree.IfStatement | undefined {
  for (let n: TSESTree.Node | undefined = node; n; n = n.parent) if (n.type === 'IfStatement' && n.test.range[1] <= node.range[0]) return n;
  return undefined;
}

function registrationOf(statement: TSESTree.Statement): Registration | undefined {
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') return undefined;
  const { callee, arguments: args } = statement.expression;
  const handler = args.at(-1);
  if (callee.type !== 'MemberExpression' || !/^(?:tool|registerTool)$/.test(memberName(callee) ?? '')) return undefined;
  if (handler?.type !== 'ArrowFunctionExpression' && handler?.type !== 'FunctionExpression') return undefined;
  return hasBlock(handler) ? { statement, handler } : undefined;
}

function hasBlock(fn: FunctionNode): fn is FunctionNode & { readonly body: TSESTree.BlockStatement } {
  return fn.body.type === 'BlockStatement';
}

/** The variables that the condition is made of, when nothing else in sight needs them. */
function knownFor(file: SourceFile, statement: TSESTree.IfStatement): readonly TSESTree.VariableDeclaration[] | string {
  const known: TSESTree.VariableDeclaration[] = [];
  const waiting: TSESTree.Node[] = [statement.test];
  for (const node of waiting) {
    for (const scope of file.scopes.scopes) {
      for (const variable of scope.variables) {
        const declarator = variable.defs[0]?.node;
        if (declarator?.type !== 'VariableDeclarator' || declarator.parent.parent !== statement.parent || known.includes(declarator.parent) || !variable.references.some(r => r.init !== true && contains(node, r.identifier))) continue;
        if (!asksClient(file, declarator)) continue;
        if (declarator.parent.declarations.length > 1) return 'What the condition asks is declared together with other things.';
        known.unshift(declarator.parent);
        waiting.push(declarator);
      }
    }
  }
  const inside = [statement, ...known];
  const outside = known.flatMap(d => file.scopes.scopes.flatMap(s => s.variables.filter(v => v.defs.some(def => contains(d, def.name))))).some(v => v.references.some(r => !inside.some(n => contains(n, r.identifier))));
  return outside ? 'What the condition asks is used for other things as well.' : known.sort((a, b) => a.range[0] - b.range[0]);
}

/** Reads the capabilities, or something that was made of them. */
function asksClient(file: SourceFile, declarator: TSESTree.VariableDeclarator, depth = 0): boolean {
  if (indexOf(file).calls.some(c => contains(declarator, c) && c.callee.type === 'MemberExpression' && memberName(c.callee) === 'getClientCapabilities')) return true;
  if (depth > 2) return false;
  return file.scopes.scopes.some(scope => scope.variables.some(v => v.references.some(r => r.init !== true && contains(declarator, r.identifier)) && v.defs.some(d => d.node.type === 'VariableDeclarator' && d.node !== declarator && asksClient(file, d.node, depth + 1))));
}

/** `sampling` of `capabilities.sampling !== undefined`, for the message; of several, all. */
export function capabilityIn(text: string): string | undefined {
  const named = (pattern: RegExp): readonly string[] => [...new Set([...text.matchAll(pattern)].map(m => m[1] ?? ''))];
  const read = named(/\.\s*(sampling|elicitation|roots|tasks|experimental)\b/g);
  return read.length > 0 ? read.join(' and ') : named(/\b(sampling|elicitation|roots|tasks|experimental)\b/g)[0];
}
