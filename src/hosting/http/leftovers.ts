import type { TSESTree } from '@typescript-eslint/types';
import { lineOf } from '../closure.js';
import { calledFunctions } from '../fresh.js';
import type { FileDraft } from '../draft.js';
import { withComments } from '../../edits/indent.js';
import { isObstacle, obstacle, type Obstacle } from '../obstacle.js';
import { keyName } from '../../mcp/exports.js';
import { enclosingClass, enclosingFunction, indexOf, memberName } from '../../mcp/file-index.js';
import { contains, statementAround } from '../../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { dotted } from '../purity.js';
import { exportedNames, sweeperAround, type Sweeper } from './exported.js';
import { handedOut, type SessionTest } from './handed-out.js';
import { some, type SessionNames } from './names.js';
import { Plumbing, REPLIES, REQUESTS } from './plumbing.js';

const LOG_LINE = /(?:^|\.)(?:console|log(?:ger)?)\.\w+$/i;

/** What is left of the sessions outside of the routes: sweepers, counters, the loop that closes all of them. */
export interface Leftovers {
  readonly remove: readonly TSESTree.Node[];
  readonly properties: readonly TSESTree.Property[];
  /** Names that callers had for sessions which were given back, and what types said of them. */
  readonly taken: readonly TSESTree.Property[];
  readonly members: readonly TSESTree.TSPropertySignature[];
  readonly tests: readonly SessionTest[];
  /** Arguments that carried the sessions to a function, with its parameters. */
  readonly carried: readonly Carried[];
  /** Fields that held the sessions. */
  readonly fields: readonly TSESTree.PropertyDefinition[];
  /** Functions that swept the sessions, also those that other files started. */
  readonly sweepers: readonly Sweeper[];
  /** Statements that closed the sessions: the handler is closed in the place of the first of a function. */
  readonly close: readonly TSESTree.Statement[];
}

interface Carried {
  readonly call: TSESTree.CallExpression;
  readonly argument: TSESTree.Node;
  readonly fn: FunctionNode;
  readonly parameter: TSESTree.Parameter;
}

/** `gone` are the routes and functions that go in any case. */
export function leftoversOf(names: SessionNames, file: SourceFile, gone: (node: TSESTree.Node) => boolean): Leftovers | Obstacle {
  const remove: TSESTree.Node[] = [];
  const properties: TSESTree.Property[] = [];
  const taken: TSESTree.Property[] = [];
  const members: TSESTree.TSPropertySignature[] = [];
  const tests: SessionTest[] = [];
  const close: TSESTree.Statement[] = [];
  const carried: Carried[] = [];
  const sweepers: Sweeper[] = [];
  const plumbing = new Plumbing(names, file, REPLIES, REQUESTS);
  const uses = [...usesOf(names, file)];
  const fields = fieldsOf(names, file);
  if ('reason' in fields) return fields;
  for (const use of uses) {
    if (gone(use) || [...remove, ...properties, ...close].some(r => contains(r, use))) continue;
    const carrier = carriedBy(names, file, use, gone);
    if (carrier) {
      carried.push(carrier);
      continue;
    }
    const sweeper = sweeperAround(names, file, plumbing, use);
    if (sweeper && isObstacle(sweeper)) return sweeper;
    if (sweeper) {
      sweepers.push(sweeper);
      remove.push(...sweeper.declared, ...sweeper.places.flatMap(p => (p.file === file ? [p.statement] : [])));
      continue;
    }
    const property = propertyAround(use);
    const out = property?.value === use ? handedOut(names.mcp, file, property) : undefined;
    if (out && isObstacle(out)) return out;
    if (property) {
      properties.push(...(out?.properties ?? [property]));
      taken.push(...(out?.taken ?? []));
      members.push(...(out?.members ?? []));
      tests.push(...(out?.tests ?? []));
      continue;
    }
    const statement = statementAround(use);
    if (!statement) return obstacle(`The sessions are used at ${file.path}:${lineOf(file, use)} in a way that is not understood.`, 'session-lifecycle');
    const whole = timerAround(statement) ?? statement;
    names.follow(whole);
    const gauge = gaugeIn(whole);
    if (gauge) {
      names.uncounted.add(gauge);
      remove.push(whole);
      continue;
    }
    const foreign = plumbing.foreign(whole) ?? returned(whole);
    if (foreign) return obstacle(`Line ${lineOf(file, foreign)} of ${file.path} uses the sessions for more than to serve them.`, 'session-lifecycle');
    if (closes(file, whole) && whole === statement) close.push(statement);
    else {
      remove.push(whole);
      // `sweeper.unref()`, `clearInterval(sweeper)`.
      uses.push(...usesOfDeclared(names, file, whole));
    }
  }
  for (const statement of exportedNames(names, file)) if (!remove.includes(statement)) remove.push(statement);
  return { sweepers, remove: remove.filter((r, i) => remove.indexOf(r) === i && !remove.some(o => o !== r && contains(o, r))), properties, taken, members, tests, close, carried, fields };
}

/** `setSessionsProvider(() => Object.keys(sessions).length)`: somebody asks for the number later. */
function gaugeIn(statement: TSESTree.Statement): TSESTree.CallExpression | undefined {
  const call = statement.type === 'ExpressionStatement' ? statement.expression : undefined;
  const [asked, more] = call?.type === 'CallExpression' ? call.arguments : [];
  if (call?.type !== 'CallExpression' || more || asked?.type !== 'ArrowFunctionExpression' || asked.params.length > 0) return undefined;
  return asked.body.type === 'MemberExpression' && /^(?:length|size)$/.test(memberName(asked.body) ?? '') ? call : undefined;
}

/** What is declared in a statement that goes is about the sessions as well. */
function usesOfDeclared(names: SessionNames, file: SourceFile, statement: TSESTree.Statement): readonly TSESTree.Node[] {
  if (statement.type !== 'VariableDeclaration') return [];
  return statement.declarations.flatMap(({ id }) => {
    const variable = id.type === 'Identifier' ? file.variableOf(id) : undefined;
    if (!variable || id.type !== 'Identifier') return [];
    names.add(id);
    return variable.references.filter(r => r.init !== true).map(r => r.identifier);
  });
}

/** `{ port, sessions: KEEPS_SESSIONS }` in a log line, when the setting decides nothing any more. */
export function toldSettings(file: SourceFile, gone: (node: TSESTree.Node) => boolean): readonly TSESTree.Property[] {
  return file.scopes.scopes.flatMap(scope =>
    scope.variables.flatMap(v => {
      const declarator = v.defs[0]?.node;
      if (declarator?.type !== 'VariableDeclarator' || !declarator.init || !/\bprocess\.env\b/.test(file.text.slice(...declarator.init.range))) return [];
      const uses = v.references.filter(r => r.init !== true).map(r => r.identifier);
      const left = uses.filter(u => !gone(u));
      const told = left.flatMap(u => (u.parent.type === 'Property' && u.parent.value === u && isLogged(u.parent) ? [u.parent] : []));
      return left.length > 0 && left.length < uses.length && told.length === left.length ? told : [];
    }),
  );
}

function isLogged({ parent }: TSESTree.Property): boolean {
  const call = parent.type === 'ObjectExpression' ? parent.parent : undefined;
  return call?.type === 'CallExpression' && call.arguments.length > 1 && LOG_LINE.test(dotted(call.callee));
}

/** The fields that hold the sessions; they go when nobody outside of the class knows them. */
function fieldsOf(names: SessionNames, file: SourceFile): readonly TSESTree.PropertyDefinition[] | Obstacle {
  const found: TSESTree.PropertyDefinition[] = [];
  for (const name of names.fields) {
    const member = indexOf(file).members.get(name)?.find(m => m.object.type === 'ThisExpression');
    const cls = member ? enclosingClass(member) : undefined;
    if (!cls) continue;
    const outside = names.mcp.infer.references.ofMember(file, cls, name).find(p => p.file !== file || !contains(cls, p.node));
    if (outside) return obstacle(`${outside.file.path}:${lineOf(outside.file, outside.node)} uses the sessions of the class too.`, 'session-lifecycle');
    for (const m of cls.body.body) if (m.type === 'PropertyDefinition' && keyName(m.key) === name && (m.accessibility === 'private' || m.key.type === 'PrivateIdentifier' || m.accessibility === undefined)) found.push(m);
  }
  return found;
}

/** `handle(req, res, sessions)`, where the function does not use them any more. */
function carriedBy(names: SessionNames, file: SourceFile, use: TSESTree.Node, gone: (node: TSESTree.Node) => boolean): Carried | undefined {
  const call = use.parent;
  if (call?.type !== 'CallExpression') return undefined;
  const index = call.arguments.findIndex(a => a === use);
  const [called] = calledFunctions(names.mcp, file, call);
  const parameter = called?.node.params[index];
  if (!called || called.file !== file || parameter?.type !== 'Identifier') return undefined;
  const uses = file.variableOf(parameter)?.references.filter(r => r.init !== true) ?? [];
  return uses.every(r => gone(r.identifier)) ? { call, argument: use, fn: called.node, parameter } : undefined;
}

function usesOf(names: SessionNames, file: SourceFile): readonly TSESTree.Node[] {
  const variables = names.variables.flatMap(v => v.references.filter(r => r.init !== true).map(r => r.identifier as TSESTree.Node));
  const fields = names.fields.flatMap(f => (indexOf(file).members.get(f) ?? []).filter(m => m.object.type === 'ThisExpression'));
  return [...variables, ...fields].sort((a, b) => a.range[0] - b.range[0]);
}

/** `{ sessions: transports.size }`. */
function propertyAround(use: TSESTree.Node): TSESTree.Property | undefined {
  let n = use.parent;
  while (n && (n.type === 'MemberExpression' || n.type === 'CallExpression')) n = n.parent;
  return n?.type === 'Property' && n.parent.type === 'ObjectExpression' && contains(n.value, use) && !some(n.value, isFunctionNode) ? n : undefined;
}

/** `setInterval(() => ...)`, with everything in it. */
function timerAround(statement: TSESTree.Statement): TSESTree.Statement | undefined {
  for (let n: TSESTree.Node | undefined = statement.parent; n; n = n.parent) {
    if (n.type === 'CallExpression' && n.callee.type === 'Identifier' && /^set(?:Interval|Timeout)$/.test(n.callee.name)) return statementAround(n);
  }
  return undefined;
}

function returned(node: TSESTree.Node): TSESTree.Node | undefined {
  return node.type === 'ReturnStatement' ? node : undefined;
}

function closes(file: SourceFile, statement: TSESTree.Statement): boolean {
  const value = statement.type === 'ExpressionStatement' ? statement.expression : undefined;
  // `manager.onExpired = id => ...`, `manager.onExpired(id => ...)`: a listener, not the end.
  if (value?.type === 'AssignmentExpression' && isFunctionNode(value.right)) return false;
  if (value?.type === 'CallExpression' && value.callee.type === 'MemberExpression' && value.arguments.some(isFunctionNode) && /^(?:on|once|add|set|register|subscribe)(?:[A-Z]\w*)?$/.test(memberName(value.callee) ?? '')) return false;
  return /\.(?:close|clear)\s*\(|\bdelete\b|\b(?:close|shutdown|destroy|dispose)\w*(?:Sessions|Transports)\s*\(/.test(file.text.slice(...statement.range));
}

/** Takes the leftovers out, and closes the handler where the sessions were closed. */
export function writeLeftovers(draft: FileDraft, leftovers: Leftovers, handler: string): void {
  for (const node of [...leftovers.remove, ...leftovers.fields]) draft.removeStatement(node);
  if (leftovers.properties.length > 0) {
    for (const property of leftovers.properties) draft.gone(property);
    const objects = new Set(leftovers.properties.map(p => p.parent));
    for (const object of objects) draft.editor.removeProperties(leftovers.properties.filter(p => p.parent === object));
  }
  for (const name of leftovers.taken) {
    draft.editor.removeElements([name], name.parent);
    draft.gone(name);
  }
  for (const member of leftovers.members) removeMember(draft, member);
  for (const { call, argument, fn, parameter } of leftovers.carried) {
    draft.editor.removeElements([argument], call);
    draft.gone(argument);
    draft.dropParameter(fn, fn.params.indexOf(parameter));
  }
  const done = new Set<TSESTree.Node | undefined>();
  for (const statement of leftovers.close) {
    const fn = enclosingFunction(statement);
    if (done.has(fn)) {
      draft.removeStatement(statement);
      continue;
    }
    done.add(fn);
    const isAsync = fn === undefined || (isFunctionNode(fn) && fn.async);
    dropComments(draft, statement);
    draft.replace(statement, `${isAsync ? 'await' : 'void'} ${handler}.close()${draft.end}`);
  }
}

/** `// Close all transports`, in front of what closes them. */
function dropComments({ file, editor }: FileDraft, statement: TSESTree.Statement): void {
  const [start] = withComments(file, statement);
  if (/\b(?:sessions?|transports?)\b/i.test(file.text.slice(start, statement.range[0]))) editor.replace({ range: [start, statement.range[0]] }, '');
}

/** A line of a type, or `{ app: Express; sessions: Sessions }` in one. */
function removeMember(draft: FileDraft, member: TSESTree.TSPropertySignature): void {
  const { file: { text }, editor } = draft;
  const { parent } = member;
  const members = parent.type === 'TSInterfaceBody' ? parent.body : parent.members;
  const at = members.indexOf(member);
  const before = members[at - 1];
  const after = members[at + 1];
  if (text.slice(...parent.range).includes('\n') || (!before && !after)) {
    draft.removeStatement(member);
    return;
  }
  draft.gone(member);
  const end = before ? before.range[1] - (/[;,]$/.test(text.slice(...before.range)) ? 1 : 0) : 0;
  editor.replace({ range: after ? [member.range[0], after.range[0]] : [end, member.range[1]] }, '');
}
