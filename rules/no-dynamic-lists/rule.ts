import { indexOf } from '../../src/mcp/file-index.js';
import { chain, type Step } from '../../src/mcp/values.js';
import { capabilityGuard } from '../../src/mcp/capability-guards.js';
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
  const guard = capabilityGuard(file, call);
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
