import { defineTransform, type Finding } from '../../src/define-transform.js';
import { packageOf } from '../../src/emit/package.js';
import type { Decline, ProjectRewrite } from '../../src/transform.js';
import { SamplingRewrite } from './rewrite.js';

/** What asks the client for a model. */
const ASKS = new Set(['sampling:createMessage', 'sampling:requestSampling', 'sampling:request', 'sampling:createMessageStream']);

export default defineTransform({
  id: 'sampling-to-provider',
  title: 'Call a model provider instead of sampling through the client',
  tests: 'the server calls a model itself, and asks no client for it',
  fixes: [{ rule: 'no-sampling', clauses: ['push-sampling', 'sampling-include-context'] }],
  safety: 'review',
  rewriteProject(context, findings) {
    if (context.project.isPartial) return { rewrites: [], declines: [] };
    const groups = new Map<string, Finding[]>();
    for (const finding of findings) {
      const folder = packageOf(context.project, finding.file)?.folder ?? '';
      groups.set(folder, [...(groups.get(folder) ?? []), finding]);
    }
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    for (const own of groups.values()) {
      const asks = own.filter(f => ASKS.has(f.subject));
      const [first] = asks;
      if (!first) continue;
      const contexts = own.filter(f => f.subject === 'sampling:includeContext');
      const result = new SamplingRewrite(context, packageOf(context.project, first.file), asks, contexts).result();
      if (result.rewrite) rewrites.push(result.rewrite);
      declines.push(...result.declines);
    }
    return { rewrites, declines };
  },
});
