import { defineTransform, type Finding } from '../../src/define-transform.js';
import { packageOf } from '../../src/emit/package.js';
import type { Decline, ProjectRewrite } from '../../src/transform.js';
import { HandshakeRewrite } from './rewrite.js';

const TAKEN = /^(?:handshake:(?:getClientCapabilities|getClientVersion|getNegotiatedProtocolVersion|oninitialized|initialized-handler|connect-event)|list:by-capability)$/;

export default defineTransform({
  id: 'handshake-to-request',
  title: 'Ask each request what its client can do, instead of the handshake',
  tests: 'what a client can do comes with each request, and tools are there whatever it can do',
  fixes: [
    { rule: 'no-initialize-handshake', clauses: ['client-identity-from-handshake', 'handshake-initialized-notification'] },
    { rule: 'no-dynamic-lists', clauses: ['capability-conditional-registration'] },
  ],
  safety: 'review',
  targets: ['2026-07-28'],
  after: ['sampling-to-provider', 'roots-to-params'],
  rewriteProject(context, findings) {
    if (context.project.isPartial) return { rewrites: [], declines: [] };
    const groups = new Map<string, Finding[]>();
    for (const finding of findings.filter(f => TAKEN.test(f.subject))) {
      const folder = packageOf(context.project, finding.file)?.folder ?? '';
      groups.set(folder, [...(groups.get(folder) ?? []), finding]);
    }
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    for (const [folder, own] of groups) {
      const result = new HandshakeRewrite(context, folder, own).result();
      rewrites.push(...result.rewrites);
      declines.push(...result.declines);
    }
    return { rewrites, declines };
  },
});
