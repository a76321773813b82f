import { defineTransform, type Finding } from '../../src/define-transform.js';
import type { Decline, ProjectRewrite } from '../../src/transform.js';
import { guardedCall } from './guard.js';
import { negotiating } from './negotiate.js';
import { withoutId } from './session-id.js';
import { listening } from './subscribe.js';
import type { Change, Place } from './change.js';

const WAYS: Readonly<Record<string, (place: Place) => Change | string>> = {
  'version:client': negotiating,
  'ping:call': guardedCall,
  'logging:client-level': guardedCall,
  'client:terminate': guardedCall,
  'roots:sent-change': guardedCall,
  'subscription:client': listening,
  'client:given-id': withoutId,
  'client:kept-id': withoutId,
};

export default defineTransform({
  id: 'client-calls-to-eras',
  title: 'Let clients agree on a revision, and call what is gone on older connections only',
  fixes: [
    { rule: 'use-version-negotiation', clauses: ['client-version-negotiation'] },
    { rule: 'no-client-session' },
    { rule: 'no-ping' },
    { rule: 'no-logging', clauses: ['logging-set-level'] },
    { rule: 'no-resource-subscriptions', clauses: ['resources-subscribe'] },
  ],
  safety: 'review',
  scope: 'finding',
  targets: ['2026-07-28'],
  rewriteProject({ project, mcp }, findings) {
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    for (const finding of findings) {
      const file = project.source(finding.file);
      const way = WAYS[finding.subject];
      if (!file || !way || finding.era === 'older') continue;
      const change = way({ project, mcp, file, finding });
      if (typeof change === 'string') {
        if (change !== '') declines.push({ for: finding.fingerprint, reason: change, ...markerOf(finding) });
      } else rewrites.push({ unit: finding.unit, answers: [finding.fingerprint], edits: new Map([[file.path, change.edits]]), ...(change.notes && { notes: change.notes }), removedComments: new Map([[file.path, change.removedComments ?? []]]) });
    }
    return { rewrites, declines };
  },
});

function markerOf({ subject }: Finding): { readonly marker?: string } {
  return subject === 'client:given-id' || subject === 'client:kept-id' ? { marker: 'session-store' } : {};
}
