import { defineTransform, type Finding } from '../../src/define-transform.js';
import { packageOf } from '../../src/emit/package.js';
import type { Manifest } from '../../src/graph/workspace.js';
import type { Decline, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';
import { LoggingRewrite } from './rewrite.js';
import { SENDS } from './sites.js';

export default defineTransform({
  id: 'logging-to-logger',
  title: 'Log with OpenTelemetry, to stderr, or with the logger of the project',
  tests: 'no log messages reach the client, and logging/setLevel is not answered',
  fixes: [{ rule: 'no-logging', clauses: ['logging-feature', 'logging-per-request-level', 'logging-set-level'] }],
  safety: 'review',
  rewriteProject(context, findings) {
    if (context.project.isPartial) return { rewrites: [], declines: [] };
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    const reader = findings.find(f => f.subject === 'logging:client-handler' && f.zone === 'source');
    for (const { manifest, findings: own } of byPackage(context, findings)) {
      if (reader && !context.choices.keepProtocolLogging && own.some(f => SENDS.has(f.subject))) {
        const reason = `A client of this project reads log messages (${reader.file}:${reader.line.toString()}), and would get none. Give it another way to them first, or keep them.`;
        declines.push(...own.map(f => ({ for: f.fingerprint, reason })));
        continue;
      }
      const result = new LoggingRewrite(context, manifest, own).result();
      if (result.rewrite) rewrites.push(result.rewrite);
      declines.push(...result.declines);
    }
    return { rewrites, declines };
  },
});

/** Each package gets a logger of its own. */
function byPackage({ project }: ProjectRewriteContext, findings: readonly Finding[]): readonly { readonly manifest: Manifest | undefined; readonly findings: readonly Finding[] }[] {
  const groups = new Map<string, { readonly manifest: Manifest | undefined; readonly findings: Finding[] }>();
  for (const finding of findings) {
    if (finding.subject === 'logging:client-handler' || finding.subject === 'logging:client-level') continue;
    const manifest = packageOf(project, finding.file);
    const key = manifest?.folder ?? '';
    const group = groups.get(key) ?? { manifest, findings: [] };
    group.findings.push(finding);
    groups.set(key, group);
  }
  return [...groups.values()];
}
