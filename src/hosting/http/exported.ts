import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { lineOf } from '../closure.js';
import type { Draft } from '../draft.js';
import { obstacle, type Obstacle } from '../obstacle.js';
import { dotted } from '../purity.js';
import { innermost } from '../../mcp/file-index.js';
import { contains, statementAround } from '../../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { some, type SessionNames } from './names.js';
import type { Plumbing } from './plumbing.js';

interface Place {
  readonly file: SourceFile;
  readonly statement: TSESTree.Statement;
}

/** A function of the module that sweeps sessions with a timer, what it is declared with, and where it is started and stopped. */
export interface Sweeper {
  readonly declared: readonly TSESTree.ProgramStatement[];
  readonly places: readonly Place[];
}

/** `export function startCleanup() { timer = setInterval(...) }` around a use of the sessions. */
export function sweeperAround(names: SessionNames, file: SourceFile, plumbing: Plumbing, use: TSESTree.Node): Sweeper | Obstacle | undefined {
  const declared = file.program.body.find(s => contains(s, use));
  const fn = declared && functionOf(declared);
  if (!declared || !fn || !fn.name || !some(fn.node.body, n => n.type === 'CallExpression' && dotted(innermost(n.callee)) === 'setInterval')) return undefined;
  const timers = timersIn(file, fn.node);
  for (const { defs: [definition] } of timers) if (definition?.name.type === 'Identifier') names.add(definition.name);
  names.follow(fn.node);
  if (plumbing.foreign(fn.node.body)) return undefined;
  const own = file.variableOf(fn.name);
  const places: Place[] = [];
  for (const variable of [...(own ? [own] : []), ...timers]) {
    for (const { file: at, node } of names.mcp.infer.references.ofVariable(file, variable, 'all')) {
      if (at === file && (contains(declared, node) || isDeclaration(variable, node))) continue;
      const statement = statementAround(node);
      if (!statement || !startsOrStops(at, statement, node)) return obstacle(`${at.path}:${lineOf(at, node)} uses ${variable.name} of ${file.path}, which sweeps sessions.`, 'session-lifecycle');
      if (!places.some(p => p.statement === statement)) places.push({ file: at, statement });
    }
  }
  const timerStatements = timers.flatMap(t => file.program.body.find(s => t.defs[0] && contains(s, t.defs[0].name)) ?? []);
  return { declared: [declared, ...timerStatements], places };
}

function functionOf(statement: TSESTree.ProgramStatement): { readonly name: TSESTree.Identifier | null; readonly node: FunctionNode } | undefined {
  const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (inner?.type === 'FunctionDeclaration') return { name: inner.id, node: inner };
  const [declarator, another] = inner?.type === 'VariableDeclaration' ? inner.declarations : [];
  if (!declarator?.init || another || declarator.id.type !== 'Identifier' || !isFunctionNode(declarator.init)) return undefined;
  return { name: declarator.id, node: declarator.init };
}

/** `let timer`, which only timers are assigned to, and nothing else. */
function timersIn(file: SourceFile, fn: FunctionNode): readonly Variable[] {
  return file.scopes.scopes.flatMap(s => s.variables).filter(v => {
    const written = v.references.filter(r => r.isWrite() && r.init !== true);
    const isTimer = (value: TSESTree.Node | null | undefined): boolean => value?.type === 'CallExpression' && dotted(value.callee) === 'setInterval';
    return written.some(r => contains(fn, r.identifier) && isTimer(r.writeExpr)) && written.every(r => isTimer(r.writeExpr) || r.writeExpr?.type === 'Literal' || (r.writeExpr?.type === 'Identifier' && r.writeExpr.name === 'undefined'));
  });
}

function isDeclaration(variable: Variable, node: TSESTree.Node): boolean {
  return variable.defs.some(d => d.name === node);
}

/** `startCleanup();`, `clearInterval(timer);`, `if (timer) { clearInterval(timer); }`. */
function startsOrStops(file: SourceFile, statement: TSESTree.Statement, node: TSESTree.Node): boolean {
  if (statement.type === 'IfStatement') return statement.test === node && !statement.alternate && /^\{?\s*clearInterval\(\w+\);?(?:\s*\w+ = (?:undefined|null);?)?\s*\}?$/.test(file.text.slice(...statement.consequent.range));
  if (statement.type !== 'ExpressionStatement') return false;
  const call = innermost(statement.expression);
  return call.type === 'CallExpression' && (call.callee === node || dotted(call.callee) === 'clearInterval' || (call.callee.type === 'MemberExpression' && call.callee.object === node));
}

/** Names of sessions that are exported: they go when nobody outside of the file knows them. */
export function exportedNames(names: SessionNames, file: SourceFile): readonly TSESTree.ExportNamedDeclaration[] {
  return names.variables.flatMap(variable => {
    const name = variable.defs[0]?.name;
    const statement = file.program.body.find((s): s is TSESTree.ExportNamedDeclaration => s.type === 'ExportNamedDeclaration' && s.declaration?.type === 'VariableDeclaration' && s.declaration.declarations.length === 1 && s.declaration.declarations[0].id === name);
    if (!statement || names.mcp.infer.references.ofVariable(file, variable, 'all').some(p => p.file !== file)) return [];
    return [statement];
  });
}

export function removeElsewhere(draft: Draft, file: SourceFile, sweepers: readonly Sweeper[]): void {
  for (const place of sweepers.flatMap(s => s.places)) if (place.file !== file) draft.of(place.file).removeStatement(place.statement);
}
