import type { Finding } from './finding.js';
import { worst, type Unit } from './report/report.js';

const EFFORT = { auto: 0, assisted: 1, manual: 2 } as const;

/** Groups findings into the things that a person migrates in one go. The unit with the most serious finding comes first. */
export function unitsOf(findings: readonly Finding[], titleOf: (finding: Finding) => string): readonly Unit[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.unit);
    if (group) group.push(finding);
    else groups.set(finding.unit, [finding]);
  }
  const units = [...groups].map(([id, members]): Unit => {
    const first = members[0];
    return {
      id,
      title: first ? titleOf(first) : id,
      effort: members.map(f => f.fix.level).reduce((a, b) => (EFFORT[b] > EFFORT[a] ? b : a)),
      severity: worst(members.map(f => f.severity)),
      findings: members.map(f => f.fingerprint),
    };
  });
  const order = { error: 0, warning: 1, info: 2 };
  return units.sort((a, b) => order[a.severity] - order[b.severity] || (a.id < b.id ? -1 : 1));
}
