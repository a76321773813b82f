import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '../../src/define-transform.js';
import { enclosingFunction, memberName, outermost } from '../../src/define-transform.js';
import { exportsOf } from '../../src/mcp/exports.js';
import { indexOf } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';
import { nearestClass } from '../../src/mcp/references.js';
import type { FunctionNode } from '../../src/mcp/values.js';
import type { SourceFile } from '../../src/parse/source.js';
import { contains } from '../../src/mcp/nodes.js';

/** What goes with a handler of logging/setLevel. */
export interface LevelPlan {
  /** The registration. */
  readonly statement: TSESTree.Statement;
  /** Tests of the level, declarations of what held it: whole statements and members of classes. */
  readonly removed: readonly TSESTree.Node[];
  /** `if (wanted(level)) { send(); }`: the test goes, the statements stay. */
  readonly unwrapped: readonly TSESTree.IfStatement[];
}

/** Undefined parts that cannot go have a reason. */
export function levelPlan(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): LevelPlan | string {
  const statement = call.parent.type === 'AwaitExpression' ? call.parent.parent : call.parent;
  if (statement.type !== 'ExpressionStatement') return 'The registration is part of a larger expression. Take it out by hand.';
  const last = call.arguments.at(-1);
  const handler = last?.type === 'ArrowFunctionExpression' || last?.type === 'FunctionExpression' ? last : undefined;
  if (!handler) return 'The handler of the level stands elsewhere. Take it out by hand.';
  const effects = effectsOf(file, handler);
  if (effects.other !== undefined) return `The handler ${effects.calls ? 'calls' : 'sets'} ${effects.other}. Let LOG_LEVEL ${effects.calls ? 'do what that does' : 'set it'}, then remove the handler.`;
  const removed: TSESTree.Node[] = [];
  const unwrapped: TSESTree.IfStatement[] = [];
  for (const target of effects.stored) {
    const plan = target.type === 'Identifier' ? variablePlan(file, target, handler) : fieldPlan(mcp, file, target, handler);
    if (typeof plan === 'string') return plan;
    removed.push(...plan.removed);
    unwrapped.push(...plan.unwrapped);
  }
  return { statement, removed, unwrapped };
}

interface Effects {
  readonly stored: readonly (TSESTree.Identifier | TSESTree.MemberExpression)[];
  /** What it does to the rest of the program, as it is written. */
  readonly other: string | undefined;
  /** Whether that is a call. */
  readonly calls: boolean;
}

/** What a handler changes outside of itself. Messages that it sends are somebody else's matter. */
function effectsOf(file: SourceFile, handler: FunctionNode): Effects {
  const stored: (TSESTree.Identifier | TSESTree.MemberExpression)[] = [];
  let other: string | undefined;
  const { assignments, calls } = indexOf(file);
  for (const { left } of assignments.filter(a => contains(handler, a))) {
    if (left.type === 'Identifier') {
      const scope = file.variableOf(left)?.defs[0]?.node;
      if (!scope || !contains(handler, scope)) stored.push(left);
    } else if (left.type === 'MemberExpression' && left.object.type === 'ThisExpression') stored.push(left);
    else other = file.text.slice(...left.range);
  }
  const assigns = other !== undefined;
  for (const call of calls.filter(c => contains(handler, c))) {
    const text = file.text.slice(...call.callee.range);
    if (!/^console\.|\.(?:includes|indexOf|toString|sendLoggingMessage|notification|sendNotification|has|hasOwn|hasOwnProperty|find|findIndex|some|keys|parse|safeParse)$|^String$|Error$/.test(text) && !isLogger(text)) other ??= text;
  }
  return { stored, other, calls: !assigns };
}

function isLogger(callee: string): boolean {
  return /(?:^|\.)(?:log|logger)\.(?:trace|debug|info|notice|warn|warning|error|log)$/i.test(callee);
}

interface Uses {
  readonly removed: readonly TSESTree.Node[];
  readonly unwrapped: readonly TSESTree.IfStatement[];
}

/** `let minLevel`, and what compares with it. */
function variablePlan(file: SourceFile, name: TSESTree.Identifier, handler: FunctionNode): Uses | string {
  const variable = file.variableOf(name);
  const declaration = variable?.defs[0]?.parent;
  if (!variable || declaration?.type !== 'VariableDeclaration' || declaration.declarations.length > 1 || isExported(file, variable)) return stored(name.name);
  const uses = usesOf(file, variable.references.flatMap(r => (r.init === true || contains(handler, r.identifier) ? [] : [r.identifier])), 0);
  return uses ? { removed: [...uses.removed, declaration], unwrapped: uses.unwrapped } : stored(name.name);
}

/** `private level = ...` of the class that registers the handler. */
function fieldPlan(mcp: McpModel, file: SourceFile, target: TSESTree.MemberExpression, handler: FunctionNode): Uses | string {
  const name = memberName(target);
  const cls = nearestClass(target);
  if (name === undefined || !cls) return stored('its level');
  const field = cls.body.body.find(m => m.type === 'PropertyDefinition' && memberKey(m) === name);
  if (!field) return stored(name);
  const places = mcp.infer.references.ofMember(file, cls, name).filter(p => !(p.file === file && contains(handler, p.node)));
  if (places.some(p => p.file !== file)) return stored(name);
  const uses = usesOf(file, places.map(p => p.node), 0);
  return uses ? { removed: [...uses.removed, field], unwrapped: uses.unwrapped } : stored(name);
}

function memberKey(member: TSESTree.PropertyDefinition): string | undefined {
  return member.key.type === 'Identifier' || member.key.type === 'PrivateIdentifier' ? (member.key.type === 'PrivateIdentifier' ? `#${member.key.name}` : member.key.name) : undefined;
}

function stored(name: string): string {
  return `The handler stores the level in ${name}, which other code reads. Let LOG_LEVEL set it, then remove the handler.`;
}

/** Every use only decides whether something is logged. */
function usesOf(file: SourceFile, uses: readonly TSESTree.Node[], depth: number): Uses | undefined {
  const removed: TSESTree.Node[] = [];
  const unwrapped: TSESTree.IfStatement[] = [];
  for (const use of uses) {
    const test = testAround(use);
    if (test) {
      if (isWayOut(test.consequent) && !test.alternate) removed.push(test);
      else if (!test.alternate) unwrapped.push(test);
      else return undefined;
      continue;
    }
    const question = depth === 0 ? questionAround(file, use) : undefined;
    const inner = question ? usesOf(file, question.calls, 1) : undefined;
    if (!question || !inner) return undefined;
    removed.push(...inner.removed, question.declaration);
    unwrapped.push(...inner.unwrapped);
  }
  return { removed: [...new Set(removed)], unwrapped: [...new Set(unwrapped)] };
}

/** The `if` of which this is part of the test, when nothing else is asked there. */
function testAround(node: TSESTree.Node): TSESTree.IfStatement | undefined {
  for (let n: TSESTree.Node = node; n.parent; n = n.parent) {
    const { parent } = n;
    if (parent.type === 'IfStatement') return parent.test === n ? parent : undefined;
    if (!/^(?:BinaryExpression|UnaryExpression|CallExpression|MemberExpression|ChainExpression|TSNonNullExpression|TSAsExpression)$/.test(parent.type)) return undefined;
  }
  return undefined;
}

function isWayOut(node: TSESTree.Statement): boolean {
  if (node.type === 'BlockStatement') return node.body.length === 1 && node.body.every(isWayOut);
  if (node.type !== 'ReturnStatement') return node.type === 'ContinueStatement';
  return !node.argument || isResolved(node.argument);
}

/** `return Promise.resolve();` */
function isResolved(node: TSESTree.Expression): boolean {
  return node.type === 'CallExpression' && node.arguments.length === 0 && node.callee.type === 'MemberExpression' && memberName(node.callee) === 'resolve' && node.callee.object.type === 'Identifier' && node.callee.object.name === 'Promise';
}

/** `function isWanted(level) { return rank(level) >= rank(minLevel); }`, and its calls. */
function questionAround(file: SourceFile, node: TSESTree.Node): { readonly declaration: TSESTree.Node; readonly calls: readonly TSESTree.Node[] } | undefined {
  const fn = enclosingFunction(node);
  if (!fn || !isOneReturn(fn)) return undefined;
  const declared = fn.type === 'FunctionDeclaration' ? fn.id : outermost(fn).parent?.type === 'VariableDeclarator' ? fn.parent : undefined;
  const id = declared?.type === 'VariableDeclarator' ? (declared.id.type === 'Identifier' ? declared.id : undefined) : declared?.type === 'Identifier' ? declared : undefined;
  const variable = id ? file.variableOf(id) : undefined;
  const declaration = fn.type === 'FunctionDeclaration' ? fn : fn.parent.parent;
  if (!variable || !declaration || isExported(file, variable) || (declaration.type === 'VariableDeclaration' && declaration.declarations.length > 1)) return undefined;
  const calls = variable.references.filter(r => r.init !== true).map(r => r.identifier);
  return calls.every(c => c.parent.type === 'CallExpression' && c.parent.callee === c) ? { declaration, calls: calls.map(c => c.parent) } : undefined;
}

function isOneReturn(fn: FunctionNode): boolean {
  if (fn.body.type !== 'BlockStatement') return true;
  return fn.body.body.length === 1 && fn.body.body[0]?.type === 'ReturnStatement';
}

function isExported(file: SourceFile, variable: Variable): boolean {
  return [...exportsOf(file).names.values()].some(origin => (origin.kind === 'local' && file.variableOf(origin.node) === variable) || (origin.kind === 'declaration' && variable.defs.some(d => d.node === origin.node)));
}
