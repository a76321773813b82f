import { clauses, daysBetween } from '../catalogue/clauses.js';
import type { Zone } from '../files/kinds.js';
import type { Finding } from '../finding.js';
import { countBySeverity, type Deadline, type MigrationClass, type Readiness, type Unit, type UnitKind, type Verdict, type ZoneCount } from '../report/report.js';
import { KINDS } from '../units/kinds.js';

/** By which entry points the project's own servers speak. */
export interface Entries {
  /** Entry points of the second SDK line that answer the new revision. */
  readonly modern: boolean;
  /** HTTP transports of the first line, none of which keeps sessions. */
  readonly stateless: boolean;
  /** Something is imported from the first SDK line, which knows the older revisions only. */
  readonly firstLine: boolean;
}

export interface ReadinessInput {
  readonly mcp: boolean;
  readonly findings: readonly Finding[];
  readonly units: readonly Unit[];
  readonly entries: Entries;
  /** Files that could be audited, by zone. */
  readonly files: ReadonlyMap<Zone, number>;
  readonly testsAudited: boolean;
  /** ISO date. */
  readonly today: string;
}

const SEVERITY = { error: 10, warning: 4, info: 0 } as const;
const EFFORT = { auto: 0.5, assisted: 1, manual: 1.5 } as const;
/** Points at which the score is one half. */
const HALF = 30;
/** The score that a verdict leaves possible. */
const CEILING: Readonly<Record<Verdict, number>> = { 'no-mcp': 100, ready: 100, 'older-only': 90, breaks: 50 };
/** Units whose errors harm users as soon as requests of the new revision come in. */
const HARMFUL: ReadonlySet<UnitKind> = new Set(['hazards', 'state', 'elicitation', 'sampling', 'roots', 'lists', 'auth']);
/** Those that harm users of a server of the first line too, once it keeps no sessions. */
const HARMFUL_STATELESS: ReadonlySet<UnitKind> = new Set(['state', 'elicitation', 'sampling', 'roots']);
const ZONES: readonly Zone[] = ['source', 'example', 'doc', 'test'];

const SUMMARY: Readonly<Record<Verdict, string>> = {
  'no-mcp': 'nothing here uses MCP',
  ready: 'wire-ready for 2026-07-28',
  'older-only': 'runs on older connections only',
  breaks: 'will leak or break',
};

export function readinessOf(input: ReadinessInput): Readiness {
  const source = input.units.filter(u => u.zone === 'source');
  const { verdict, reasons } = verdictOf(input, source);
  return {
    score: scoreOf(source, verdict),
    verdict,
    summary: SUMMARY[verdict],
    reasons,
    class: classOf(source),
    today: input.today,
    countdown: !input.mcp ? [] : countdownOf(input.findings.filter(f => f.zone === 'source'), input.today),
    zones: ZONES.map(zone => zoneCount(zone, input)).filter(z => z.files > 0 || z.error + z.warning + z.info > 0),
  };
}

function verdictOf({ mcp, entries }: ReadinessInput, source: readonly Unit[]): { readonly verdict: Verdict; readonly reasons: readonly string[] } {
  if (!mcp) return { verdict: 'no-mcp', reasons: [] };
  const errors = source.filter(u => u.severity === 'error');
  const harmful = errors.filter(u => (entries.modern && HARMFUL.has(u.kind)) || (entries.stateless && HARMFUL_STATELESS.has(u.kind)));
  if (harmful.length > 0) return { verdict: 'breaks', reasons: harmful.map(u => u.title) };
  if (errors.length > 0) return { verdict: 'older-only', reasons: errors.map(u => u.title) };
  const older = source.find(u => u.severity === 'warning' && (u.kind === 'framework' || (u.kind === 'sdk' && !entries.modern)));
  if (older) return { verdict: 'older-only', reasons: [older.title] };
  return entries.firstLine && !entries.modern ? { verdict: 'older-only', reasons: ['Move to the second SDK line: the first knows the older revisions only'] } : { verdict: 'ready', reasons: [] };
}

/** Each unit costs by its severity and effort; the more has been lost, the less the next one costs. */
function scoreOf(source: readonly Unit[], verdict: Verdict): number {
  const points = source.reduce((sum, u) => sum + SEVERITY[u.severity] * EFFORT[u.effort], 0);
  return Math.min(CEILING[verdict], Math.round((100 * HALF) / (HALF + points)));
}

const CLASSES: readonly MigrationClass[] = ['nothing', 'transport', 'design', 'gateway'];

function classOf(source: readonly Unit[]): MigrationClass {
  const needed = source.filter(u => u.severity !== 'info').map(u => CLASSES.indexOf(KINDS[u.kind].needs));
  return CLASSES[Math.max(0, ...needed)] ?? 'nothing';
}

function countdownOf(findings: readonly Finding[], today: string): readonly Deadline[] {
  const found: Deadline[] = [];
  for (const { id, title, status, dates } of clauses().values()) {
    if (status !== 'deprecated' || !dates.earliest_removal) continue;
    const count = findings.filter(f => f.clauses.includes(id)).length;
    if (count > 0) found.push({ clause: id, title, from: dates.earliest_removal, days: daysBetween(today, dates.earliest_removal), findings: count });
  }
  return found.sort((a, b) => a.days - b.days || (a.clause < b.clause ? -1 : 1));
}

function zoneCount(zone: Zone, { findings, files, testsAudited }: ReadinessInput): ZoneCount {
  return { zone, files: files.get(zone) ?? 0, audited: zone !== 'test' || testsAudited, ...countBySeverity(findings.filter(f => f.zone === zone)) };
}
