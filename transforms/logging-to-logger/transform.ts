import { defineTransform, type Finding } from '../../src/define-transform.js';
import { packageOf } from '../../src/emit/package.js';
import { dependenciesOf, type Manifest } from '../../src/graph/workspace.js';
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
    const groups = byPackage(context, findings);
    const reader = findings.find(f => f.subject === 'logging:client-handler' && f.zone === 'source');
    const isRead = reader !== undefined && !context.choices.keepProtocolLogging && groups.some(g => sends(g.findings));
    /** Packages in which messages still go through the protocol. */
    const sending = new Set<string>();
    const decline = (own: readonly Finding[], reason: string): void => {
      declines.push(...own.map(f => ({ for: f.fingerprint, reason })));
    };
    for (const { manifest, findings: own } of [...groups].sort((a, b) => Number(sends(b.findings)) - Number(sends(a.findings)))) {
      if (reader && isRead) {
        decline(own, `A client of this project reads log messages (${reader.file}:${reader.line.toString()}), and would get none. Give it another way to them first, or keep them.`);
        continue;
      }
      const used = manifest && !sends(own) ? [...dependenciesOf(manifest).keys()].find(name => sending.has(name)) : undefined;
      if (used !== undefined) {
        decline(own, `Some log messages still go through the protocol, in ${used}.`);
        continue;
      }
      const result = new LoggingRewrite(context, manifest, own).result();
      const left = new Set(result.declines.map(d => d.for));
      const name = manifest?.json['name'];
      if (typeof name === 'string' && own.some(f => SENDS.has(f.subject) && left.has(f.fingerprint))) sending.add(name);
      if (result.rewrite) rewrites.push(result.rewrite);
      declines.push(...result.declines);
    }
    return { rewrites, declines };
  },
});

/** What clients do, and servers without the SDK. */
const OF_OTHERS = new Set(['logging:client-handler', 'logging:client-level', 'logging:level-sent', 'logging:set-level-compare', 'logging:set-level-entry']);

function sends(findings: readonly Finding[]): boolean {
  return findings.some(f => SENDS.has(f.subject) && f.zone === 'source');
}

/** Each package gets a logger of its own. */
function byPackage({ project }: ProjectRewriteContext, findings: readonly Finding[]): readonly { readonly manifest: Manifest | undefined; readonly findings: readonly Finding[] }[] {
  const groups = new Map<string, { readonly manifest: Manifest | undefined; readonly findings: Finding[] }>();
  for (const finding of findings) {
    if (OF_OTHERS.has(finding.subject)) continue;
    const manifest = packageOf(project, finding.file);
    const key = manifest?.folder ?? '';
    const group = groups.get(key) ?? { manifest, findings: [] };
    group.findings.push(finding);
    groups.set(key, group);
  }
  return [...groups.values()];
}
