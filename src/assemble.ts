import type { AuditOptions } from './audit-options.js';
import { zoneOf, type Zone } from './files/kinds.js';
import type { Project } from './project.js';
import { readinessOf, type Entries } from './readiness/readiness.js';
import { REVISION, type Report } from './report/report.js';
import type { Rule } from './rule.js';
import { VERSION } from './version.js';

interface Parts extends Pick<Report, 'mcp' | 'findings' | 'units' | 'suppressed' | 'notes'> {
  readonly broken: Report['files']['broken'];
  readonly entries: Entries;
}

type RuleAbout = Pick<Rule, 'id' | 'title' | 'clauses'>;

/** The report on a project, from all that an audit found out. */
export function assembled(project: Project, rules: readonly RuleAbout[], options: AuditOptions, { mcp, broken, findings, units, entries, suppressed, notes }: Parts): Report {
  return {
    schema: 1,
    tool: `mcp-stateless ${VERSION}`,
    revision: REVISION,
    root: project.root,
    files: { listed: project.tree.files.length, parsed: project.parsedCount, skipped: project.skipped, broken },
    mcp,
    findings,
    units,
    readiness: readinessOf({
      mcp,
      findings,
      units,
      entries,
      files: filesByZone(project),
      testsAudited: options.includeTests ?? false,
      today: options.today ?? new Date().toISOString().slice(0, 10),
    }),
    suppressed,
    notes,
    rules: rules.map(({ id, title, clauses }) => ({ id, title, clauses })),
  };
}

/** No rule has anything to say about such a project, and none has to be loaded to say so. */
export function withoutMcp(project: Project, rules: readonly RuleAbout[], options: AuditOptions): Report {
  return assembled(project, rules, options, { mcp: false, broken: [], findings: [], units: [], entries: { modern: false, stateless: false, firstLine: false }, suppressed: [], notes: [] });
}

function filesByZone(project: Project): ReadonlyMap<Zone, number> {
  const counts = new Map<Zone, number>();
  for (const path of project.codeFiles()) counts.set(zoneOf(path), (counts.get(zoneOf(path)) ?? 0) + 1);
  return counts;
}
