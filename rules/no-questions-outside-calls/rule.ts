import { indexOf } from '../../src/mcp/file-index.js';
import { isServerSide } from '../../src/mcp/roles.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import type { Handler } from '../../src/state/handlers.js';
import { defineRule, innermost, memberName, type ProjectContext, type SdkUse, type SourceFile, type TSESTree } from '../../src/rule.js';

const QUESTIONS = new Set(['elicitInput', 'createMessage', 'listRoots']);
const IN_TEXT = /\b(?:elicitInput|createMessage|listRoots|inputRequired)\b/;
/** What may be answered by a question. */
const ASKING = new Set(['tools/call', 'prompts/get', 'resources/read']);
const TIMERS = /^(?:setInterval|setTimeout|setImmediate)$/;
const EVENTS = /^(?:on|once|addListener|addEventListener|subscribe|schedule|scheduleJob|process|consume)$/;
const ROUTES = /^(?:get|post|put|patch|delete|all)$/;
const MAX_DEPTH = 3;

export default defineRule({
  id: 'no-questions-outside-calls',
  title: 'Clients are asked only in answer to a call',
  clauses: ['push-request-outside-handler', 'mrtr-unsupported-method'],
  words: [],
  project(context) {
    const { project } = context;
    for (const path of project.codeFiles()) {
      if (!IN_TEXT.test(project.text(path) ?? '') || !project.mentionsMcp(path)) continue;
      const file = project.source(path);
      if (file) for (const call of indexOf(file).calls) reportCall(context, file, call);
    }
  },
});

function reportCall(context: ProjectContext, file: SourceFile, call: TSESTree.CallExpression): void {
  const question = questionOf(context, file, call);
  if (!question) return;
  const { state, report } = context;
  const from = [...state.reach.leadingTo(call)].filter(h => h.kind !== 'http');
  const wrong = state.reach.covers(call) && from.length > 0 && from.every(h => isOther(h)) ? from[0] : undefined;
  if (wrong?.kind === 'request') {
    report(file, call.callee, {
      clause: 'mrtr-unsupported-method',
      subject: 'hazard:question-in-list',
      message: `This asks the client in answer to ${wrong.name}; only tools, prompts and reads of resources can.`,
      because: question.because,
      confidence: 'likely',
    });
    return;
  }
  if (from.length > 0 && !wrong) return;
  // That servers learn of roots in this way is told by the rule about roots.
  if (wrong && question.member === 'listRoots') return;
  const background = wrong ? { file, node: call.callee, what: wrong.kind === 'hook' ? 'when the handshake ends' : `on the notification ${wrong.name}` } : backgroundOf(context, file, call, 0);
  if (!background) return;
  report(background.file, background.node, {
    clause: 'push-request-outside-handler',
    subject: 'hazard:question-outside',
    message: `Clients are asked ${background.what}, when no request of theirs is being served: on the new revision there is nobody to ask.`,
    because: question.because,
    confidence: 'likely',
    related: background.node === call.callee ? [] : [{ file, node: call.callee, note: 'the question' }],
  });
}

function questionOf({ mcp }: ProjectContext, file: SourceFile, call: TSESTree.CallExpression): Pick<SdkUse, 'because' | 'member'> | undefined {
  const callee = innermost(call.callee);
  if (callee.type === 'MemberExpression' && QUESTIONS.has(memberName(callee) ?? '')) {
    const use = mcp.call(file, call);
    return use && isServerSide(use.owner) ? use : undefined;
  }
  const asked = callee.type === 'Identifier' && callee.name === 'inputRequired' ? mcp.export(file, callee, /^inputRequired$/) : undefined;
  return asked?.id.startsWith('server#') ? { because: asked.because, member: asked.name } : undefined;
}

/** A handler whose answer cannot be a question: of a list, a completion, a notification, the handshake. */
function isOther({ kind, name }: Handler): boolean {
  if (kind === 'request') return !ASKING.has(name) && /^(?:tools|prompts|resources|completion|logging)\/|^(?:ping|initialize)$/.test(name);
  return kind === 'hook' ? name === 'oninitialized' : kind === 'notification';
}

interface Background {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  readonly what: string;
}

/** The timer, event or route whose callback a place is in, or whose callbacks alone call the function around it. */
function backgroundOf(context: ProjectContext, file: SourceFile, node: TSESTree.Node, depth: number): Background | undefined {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (!isFunctionNode(n)) continue;
    const given = n.parent.type === 'CallExpression' && n.parent.arguments.some(a => a === n) ? n.parent : undefined;
    const what = given && kindOfCallback(context, file, given);
    if (given && what !== undefined) return { file, node: given.callee, what };
    if (depth < MAX_DEPTH && isNamed(n)) return backgroundOfUses(context, file, n, depth);
  }
  return undefined;
}

function backgroundOfUses(context: ProjectContext, file: SourceFile, fn: FunctionNode, depth: number): Background | undefined {
  let first: Background | undefined;
  for (const use of context.mcp.infer.references.ofFunction(file, fn)) {
    if (use.node === fn || (use.file === file && use.node.range[0] >= fn.range[0] && use.node.range[1] <= fn.range[1])) continue;
    const call = use.node.parent;
    const what = call.type === 'CallExpression' && call.arguments.some(a => a === use.node) ? kindOfCallback(context, use.file, call) : undefined;
    const found = call.type === 'CallExpression' && what !== undefined ? { file: use.file, node: call.callee, what } : backgroundOf(context, use.file, use.node, depth + 1);
    if (!found) return undefined;
    first ??= found;
  }
  return first;
}

function kindOfCallback({ mcp, project }: ProjectContext, file: SourceFile, call: TSESTree.CallExpression): string | undefined {
  const callee = innermost(call.callee);
  // In tests everything is called by the test.
  if (callee.type === 'Identifier') return TIMERS.test(callee.name) && !file.variableOf(callee)?.defs.length ? 'by a timer' : undefined;
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return undefined;
  const name = memberName(callee) ?? '';
  const [first] = call.arguments;
  const text = first && first.type !== 'SpreadElement' ? mcp.text(file, first) : undefined;
  if (ROUTES.test(name)) return text?.startsWith('/') && !/mcp|sse|message|rpc/i.test(text) && project.mentionsMcp(file.path) ? `by the route ${text}` : undefined;
  if (!EVENTS.test(name) || text === undefined) return undefined;
  // Events of a server or transport of the SDK belong to the protocol.
  return mcp.types(file, callee.object).length > 0 ? undefined : `by the event ${text}`;
}

function isNamed(fn: FunctionNode): boolean {
  if (fn.type === 'FunctionDeclaration') return true;
  return fn.parent.type === 'VariableDeclarator' && fn.parent.id.type === 'Identifier';
}
