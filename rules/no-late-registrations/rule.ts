import { indexOf } from '../../src/mcp/file-index.js';
import { capabilityGuard } from '../../src/mcp/capability-guards.js';
import { isServerSide } from '../../src/mcp/roles.js';
import { defineRule, innermost, memberName, type ProjectContext, type SourceFile, type TSESTree } from '../../src/rule.js';

const REGISTRATIONS = new Set(['tool', 'registerTool', 'registerToolTask', 'prompt', 'registerPrompt', 'resource', 'registerResource', 'setRequestHandler']);

export default defineRule({
  id: 'no-late-registrations',
  title: 'Nothing is registered after the handshake',
  clauses: ['handshake-initialized-notification'],
  words: [],
  project(context) {
    const files = new Set(context.state.reach.functions.flatMap(({ file, from }) => ([...from].some(isHandshake) ? [file] : [])));
    for (const file of files) for (const call of indexOf(file).calls) reportRegistration(context, file, call);
  },
});

/** Runs when a client has said that it is initialized. */
function isHandshake({ kind, name }: { readonly kind: string; readonly name: string }): boolean {
  return (kind === 'hook' && name === 'oninitialized') || (kind === 'notification' && name === 'notifications/initialized');
}

/** A registration that only the handshake leads to. */
function reportRegistration({ mcp, state, report }: ProjectContext, file: SourceFile, call: TSESTree.CallExpression): void {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression' || !REGISTRATIONS.has(memberName(callee) ?? '') || !state.reach.covers(call)) return;
  const from = [...state.reach.leadingTo(call)];
  if (from.length === 0 || !from.every(isHandshake)) return;
  const use = mcp.call(file, call);
  // What depends on a capability of the client is told as that.
  if (!use || !isServerSide(use.owner) || capabilityGuard(file, call)) return;
  report(file, call.callee, {
    clause: 'handshake-initialized-notification',
    subject: 'hazard:late-registration',
    message: 'This is registered after the handshake, which clients of the new revision do not make: they never see it.',
    because: use.because,
    confidence: use.confidence,
  });
}
