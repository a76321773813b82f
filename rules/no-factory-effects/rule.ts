import { indexOf } from '../../src/mcp/file-index.js';
import { factoriesOf } from '../../src/mcp/factories.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import { defineRule, enclosingFunction, innermost, memberName, walkTree, type ProjectContext, type SourceFile, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'no-factory-effects',
  title: 'What builds a server for each request starts nothing that stays',
  clauses: ['connection-state-closure'],
  words: [],
  project(context) {
    const seen = new Set<TSESTree.Node>();
    for (const { file, fn, per, call } of factoriesOf(context.mcp)) if (per === 'request') follow(context, { file, fn, depth: 0, from: { file, call } }, seen);
  },
});

interface Place {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
  readonly depth: number;
  /** The entry point that runs the factory. */
  readonly from: { readonly file: SourceFile; readonly call: TSESTree.CallExpression };
}

const MAX_DEPTH = 3;

/** What runs while the server is built: the factory and the functions that it calls, without the handlers that it registers. */
function follow(context: ProjectContext, place: Place, seen: Set<TSESTree.Node>): void {
  const { file, fn, depth } = place;
  if (seen.has(fn)) return;
  seen.add(fn);
  for (const call of indexOf(file).calls) {
    if (enclosingFunction(call) !== fn) continue;
    const effect = effectOf(context, file, call);
    if (effect) report(context, place, call, effect);
    else if (depth < MAX_DEPTH) for (const { value } of context.mcp.values(file, call.callee)) if (value.kind === 'function' && !context.state.reach.isHandler(value.node)) follow(context, { ...place, file: value.file, fn: value.node, depth: depth + 1 }, seen);
  }
}

function report({ report: tell }: ProjectContext, { file, from }: Place, call: TSESTree.CallExpression, effect: string): void {
  tell(file, call.callee, {
    clause: 'connection-state-closure',
    subject: 'hazard:factory-effect',
    message: `This ${effect} for each request: the function that builds the server runs anew every time.`,
    confidence: 'likely',
    related: [{ file: from.file, node: from.call.callee, note: 'runs the factory' }],
  });
}

const PROCESS_EVENTS = new Set(['on', 'once', 'addListener', 'prependListener']);

function effectOf({ mcp }: ProjectContext, file: SourceFile, call: TSESTree.CallExpression): string | undefined {
  const callee = innermost(call.callee);
  if (callee.type === 'Identifier') return callee.name === 'setInterval' && isGlobal(file, callee) && !isStopped(call) ? 'starts a timer' : ofModule(exportsBehind(mcp, file, callee));
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return undefined;
  const name = memberName(callee) ?? '';
  const object = innermost(callee.object);
  if (object.type === 'Identifier' && object.name === 'process' && (isGlobal(file, object) || isModule(mcp, file, object, /^(?:node:)?process$/))) return PROCESS_EVENTS.has(name) ? 'adds a listener to the process' : undefined;
  if (isModule(mcp, file, object, /^(?:node-)?cron$|^node-schedule$/) && /^schedule(?:Job)?$/.test(name)) return 'starts a timer';
  return isModule(mcp, file, object, /^(?:node:)?fs$|^chokidar$/) && /^watch(?:File)?$/.test(name) ? 'starts to watch files' : undefined;
}

function exportsBehind(mcp: ProjectContext['mcp'], file: SourceFile, callee: TSESTree.Identifier): readonly string[] {
  return mcp.values(file, callee).flatMap(({ value }) => (value.kind === 'external' ? [`${value.module} ${value.path.join('.')}`] : []));
}

function ofModule(names: readonly string[]): string | undefined {
  if (names.some(n => /^(?:node:)?timers setInterval$/.test(n))) return 'starts a timer';
  return names.some(n => /^(?:(?:node:)?fs watch(?:File)?|chokidar watch)$/.test(n)) ? 'starts to watch files' : undefined;
}

function isModule(mcp: ProjectContext['mcp'], file: SourceFile, node: TSESTree.Node, module: RegExp): boolean {
  return mcp.values(file, node).some(({ value }) => value.kind === 'external' && module.test(value.module));
}

function isGlobal(file: SourceFile, name: TSESTree.Identifier): boolean {
  return !file.variableOf(name)?.defs.length;
}

/** `const timer = setInterval(...)` with a `clearInterval(timer)` in sight: somebody thinks of its end. */
function isStopped(call: TSESTree.CallExpression): boolean {
  const { parent } = call;
  const kept = parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : undefined;
  if (kept === undefined) return false;
  for (let n: TSESTree.Node | undefined = call.parent; n; n = n.parent) if (isFunctionNode(n)) return clearsIn(n).has(kept);
  return false;
}

function clearsIn(node: FunctionNode): ReadonlySet<string> {
  const names = new Set<string>();
  walkTree(node.body, n => {
    if (n.type === 'CallExpression' && n.callee.type === 'Identifier' && n.callee.name === 'clearInterval' && n.arguments[0]?.type === 'Identifier') names.add(n.arguments[0].name);
  });
  return names;
}
