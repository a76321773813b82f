import { indexOf } from '../../src/mcp/file-index.js';
import { chain, type Step } from '../../src/mcp/values.js';
import { isServerSide } from '../../src/mcp/roles.js';
import { defineRule, innermost, memberName, type ProjectContext, type SourceFile, type TSESTree } from '../../src/rule.js';

const REGISTRATIONS = new Set(['tool', 'registerTool', 'registerToolTask', 'prompt', 'registerPrompt', 'resource', 'registerResource']);
const CALLS = new Set(['tool', 'prompt', 'resource', 'request']);

export default defineRule({
  id: 'no-dynamic-lists',
  title: 'Lists do not depend on earlier requests or on the connection',
  clauses: ['list-mutated-by-request', 'capability-conditional-registration'],
  words: [],
  project(context) {
    const files = new Set(context.state.reach.functions.map(r => r.file));
    for (const handler of context.state.handlers) files.add(handler.file);
    for (const file of files) for (const call of indexOf(file).calls) reportRegistration(context, file, call);
  },
});

function reportRegistration(context: ProjectContext, file: SourceFile, call: TSESTree.CallExpression): void {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression' || !REGISTRATIONS.has(memberName(callee) ?? '')) return;
  const { mcp, state, report } = context;
  const during = state.reach.covers(call) ? [...state.reach.leadingTo(call)].filter(h => CALLS.has(h.kind)) : [];
  const guard = capabilityGuard(context, file, call);
  if (during.length === 0 && !guard) return;
  const use = mcp.call(file, call);
  if (!use || !isServerSide(use.owner)) return;
  if (guard) {
    report(file, call.callee, {
      clause: 'capability-conditional-registration',
      subject: 'list:by-capability',
      message: 'This is registered only for clients that announced a capability in the handshake; register it always and answer with an error where the capability is missing.',
      because: use.because,
      confidence: use.confidence,
      related: [{ file, node: guard, note: 'the condition' }],
    });
  } else if (!isMadeDuringCall(context, use.because)) {
    report(file, call.callee, {
      clause: 'list-mutated-by-request',
      subject: 'list:mutated',
      message: `This adds to the list while ${during[0]?.name ?? 'a request'} is served: over HTTP it is gone with the request, and lists must not depend on earlier ones.`,
      because: use.because,
      confidence: 'likely',
    });
  }
}

/** A server that the call itself builds is nobody else's. */
function isMadeDuringCall({ project, state }: ProjectContext, because: Step | undefined): boolean {
  const made = chain(because).find(s => s.why === 'new');
  const file = made ? project.source(made.file) : undefined;
  if (!made || !file) return false;
  return indexOf(file).news.some(n => n.range[0] === made.range[0] && n.range[1] === made.range[1] && (state.reach.isLocal(n) || [...state.reach.leadingTo(n)].some(h => CALLS.has(h.kind))));
}

/** `if (server.getClientCapabilities()?.roots) server.registerTool(...)`. */
function capabilityGuard({ mcp }: ProjectContext, file: SourceFile, call: TSESTree.Node): TSESTree.Node | undefined {
  if (!file.text.includes('getClientCapabilities')) return undefined;
  for (let n: TSESTree.Node | undefined = call.parent; n; n = n.parent) {
    if (n.type === 'IfStatement' && n.test.range[1] < call.range[0] && readsCapabilities(mcp, file, n.test, 0)) return n.test;
    if (/Function/.test(n.type) && n.parent?.type !== 'CallExpression') break;
  }
  return undefined;
}

function readsCapabilities(mcp: ProjectContext['mcp'], file: SourceFile, node: TSESTree.Node, depth: number): boolean {
  const text = file.text.slice(...node.range);
  if (/getClientCapabilities/.test(text)) return true;
  if (depth > 2) return false;
  for (const match of text.matchAll(/[A-Za-z_$][\w$]*/g)) {
    const declared = declarationOf(file, node, match[0]);
    if (declared && readsCapabilities(mcp, file, declared, depth + 1)) return true;
  }
  return false;
}

/** The initialiser of a local name that is used in a condition. */
function declarationOf(file: SourceFile, inside: TSESTree.Node, name: string): TSESTree.Node | undefined {
  for (const scope of file.scopes.scopes) {
    const variable = scope.set.get(name);
    const definition = variable?.defs[0];
    if (!variable?.references.some(r => inside.range[0] <= r.identifier.range[0] && r.identifier.range[1] <= inside.range[1])) continue;
    return definition?.node.type === 'VariableDeclarator' ? (definition.node.init ?? undefined) : undefined;
  }
  return undefined;
}
