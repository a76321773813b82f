import type { ComparedFinding, ComparedUnit, Comparison, WireChange } from '../comparison/comparison.js';
import type { History } from '../comparison/history.js';
import { count, details } from './audit-markdown.js';
import { CLASS_WORDS, EFFORT_WORDS, KIND_WORDS, shortCommit, sign, STATUS_WORDS, total, UNIT_WORDS } from './comparison-words.js';
import { COMMENT_LIMIT, fold, type Foldable } from './fold.js';
import { htmlText, markdownCode, markdownLink, markdownText } from './markdown.js';
import { sparkline } from './trend.js';
import { verificationSentences } from './verification.js';

/** By this a comment of an earlier run is found again. */
export const COMMENT_MARK = '<!-- mcp-stateless-report -->';

const CIRCLE = { error: '🔴', warning: '🟡', info: '🔵' } as const;
const VERDICT_MARK = { ready: '✅', 'no-mcp': '✅', 'older-only': '🟠', breaks: '🔴' } as const;

/** For a comment on a pull request: the decision first, what speaks for it to unfold, always within the limit for comments. */
export function comparisonMarkdown(comparison: Comparison, history?: History): string {
  const parts: Foldable[] = [
    one(`${COMMENT_MARK}\n## ${title(comparison)}`),
    one(summaryTable(comparison)),
    ...(history && history.entries.length > 1 ? [one(trend(history))] : []),
    ...wirePart(comparison),
    ...unitParts(comparison),
    ...clausePart(comparison),
    ...countdownPart(comparison),
    ...dependencyPart(comparison),
    ...verificationPart(comparison),
    ...(comparison.notes.length > 0 ? [{ variants: [comparison.notes.map(n => `- ${markdownText(n)}`).join('\n'), count(comparison.notes.length, 'note')] as const }] : []),
    ...(comparison.next[0] !== undefined ? [one(`**Next:** ${markdownCode(comparison.next[0])}`)] : []),
  ];
  const { text, folded } = fold(parts, COMMENT_LIMIT);
  return `${text}\n${folded ? '\nSome lists are folded to fit a comment; the HTML and JSON reports have all of it.\n' : ''}`;
}

function one(text: string): Foldable {
  return { variants: [text] };
}

function title({ revision, base, head }: Comparison): string {
  const [before, after] = [base.readiness.score, head.readiness.score];
  return `MCP ${revision}: readiness ${before} → ${after} (${sign(after - before)})`;
}

function summaryTable({ base, head, totals }: Comparison): string {
  const side = (s: Comparison['base']): string => `${s.readiness.score}: ${markdownText(s.readiness.summary)}`;
  return [
    `${VERDICT_MARK[head.readiness.verdict]} **${markdownText(head.readiness.summary)}**; ${CLASS_WORDS[head.readiness.class]}`,
    '',
    `| | before (${commitCode(base)}) | after (${commitCode(head)}) |`,
    '| --- | --- | --- |',
    `| readiness | ${side(base)} | ${side(head)} |`,
    `| errors | ${base.counts.error} | ${head.counts.error} |`,
    `| warnings | ${base.counts.warning} | ${head.counts.warning} |`,
    `| info | ${base.counts.info} | ${head.counts.info} |`,
    `| units | ${base.units} | ${head.units} |`,
    '',
    `**${count(total(totals.fixed), 'finding')} fixed, ${total(totals.new).toLocaleString('en-US')} new, ${total(totals.left).toLocaleString('en-US')} left.**`,
  ].join('\n');
}

function commitCode({ name, commit }: Comparison['base']): string {
  const ref = markdownCode(name.length > 60 ? `${name.slice(0, 59)}…` : name).replaceAll('|', '\\|');
  return commit === undefined || commit.startsWith(name) ? ref : `${ref} ${markdownCode(shortCommit(commit))}`;
}

function trend({ entries }: History): string {
  const scores = entries.map(e => e.score);
  return `Readiness over ${count(scores.length, 'run')}: \`${sparkline(scores)}\` ${scores[0] ?? 0} → ${scores.at(-1) ?? 0}`;
}

function wirePart({ wire }: Comparison): readonly Foldable[] {
  if (wire.length === 0) return [one('**On the wire:** no change that the code shows.')];
  const summary = `<b>What changes on the wire</b> · ${count(wire.length, 'change')}`;
  const short = [...new Set(wire.map(w => w.kind))].map(kind => `- ${KIND_WORDS[kind]}: ${countsOf(wire.filter(w => w.kind === kind))}`).join('\n');
  return [{ variants: [details(summary, wire.map(wireRow).join('\n')), details(summary, wire.map(w => `- ${change(w)}`).join('\n')), details(summary, short)] }];
}

function wireRow(w: WireChange): string {
  const clients = w.modern === w.older ? ` ${w.modern}` : `\n  - modern clients: ${w.modern}\n  - older clients: ${w.older}`;
  return `- ${change(w)} (${markdownLink(markdownCode(`${w.file}:${w.line}`), w.url)})${clients.startsWith('\n') ? clients : `:${clients}`}`;
}

function change(w: WireChange): string {
  return `${KIND_WORDS[w.kind]} ${markdownCode(w.name)} ${w.change}${w.detail === undefined ? '' : `, ${markdownText(w.detail)}`}`;
}

function countsOf(changes: readonly WireChange[]): string {
  return (['added', 'removed', 'changed'] as const).map(c => [changes.filter(w => w.change === c).length, c] as const).filter(([n]) => n > 0).map(([n, c]) => `${n} ${c}`).join(', ');
}

function unitParts({ units, findings }: Comparison): readonly Foldable[] {
  if (units.length === 0) return [];
  const byKey = new Map<string, ComparedFinding>(findings.map(f => [`${f.status} ${f.finding.fingerprint}`, f]));
  const rows = units.map(u => unitPart(u, byKey));
  const smallest = rows.reduce((sum, r) => sum + (r.variants.at(-1)?.length ?? 0) + 2, 0);
  if (smallest < COMMENT_LIMIT / 2) return [one('### Units'), ...rows];
  const counts = (['done', 'begun', 'untouched', 'new'] as const).map(s => `- ${count(units.filter(u => u.status === s).length, 'unit')} ${UNIT_WORDS[s]}`);
  return [one(`### Units\n\n${counts.join('\n')}`)];
}

function unitPart(unit: ComparedUnit, byKey: ReadonlyMap<string, ComparedFinding>): Foldable {
  const numbers = [unit.fixed.length > 0 && `${unit.fixed.length} fixed`, unit.new.length > 0 && `${unit.new.length} new`, unit.left.length > 0 && `${unit.left.length} left`].filter(Boolean).join(', ');
  const mark = unit.status === 'done' ? '✅' : CIRCLE[unit.severity];
  const summary = `${mark} <b>${htmlText(unit.title)}</b> · ${UNIT_WORDS[unit.status]}: ${numbers} · ${EFFORT_WORDS[unit.effort]}, ${unit.risk} risk`;
  const owners = unit.owners.length > 0 ? `Owners: ${unit.owners.map(markdownCode).join(', ')}` : '';
  const rows = (['new', 'left', 'fixed'] as const).flatMap(status => unit[status].flatMap(f => byKey.get(`${status} ${f}`) ?? []));
  const places = unit.files.length <= 8 ? unit.files.map(f => `- ${markdownCode(f)}`).join('\n') : `In ${count(unit.files.length, 'file')}.`;
  return {
    variants: [
      details(summary, [...rows.map(findingRow), '', owners].join('\n')),
      details(summary, `${places}\n\n${owners}`),
      `${mark} ${markdownText(unit.title)}: ${numbers}; ${EFFORT_WORDS[unit.effort]}, ${unit.risk} risk.`,
    ],
  };
}

function findingRow({ status, finding, url, from }: ComparedFinding): string {
  const was = from ? ` (was ${markdownCode(`${from.file}:${from.line}`)})` : '';
  return `- ${STATUS_WORDS[status]} ${markdownLink(markdownCode(`${finding.file}:${finding.line}`), url)}${status === 'left' ? was : ''} ${markdownText(finding.message)} ${markdownCode(finding.clause)}`;
}

function clausePart({ clauses }: Comparison): readonly Foldable[] {
  if (clauses.length === 0) return [];
  const rows = clauses.map(c => `| ${markdownCode(c.clause)} ${markdownText(c.title)} | ${c.before} | ${c.after} | ${c.fixed} | ${c.new} | ${c.left} |`);
  const table = ['| clause | before | after | fixed | new | left |', '| --- | --: | --: | --: | --: | --: |', ...rows].join('\n');
  const summary = `<b>By clause of the revision</b> · ${count(clauses.length, 'clause')}`;
  return [{ variants: [details(summary, table), `${count(clauses.length, 'clause')} of the revision concerned.`] }];
}

function countdownPart({ head }: Comparison): readonly Foldable[] {
  const { countdown } = head.readiness;
  if (countdown.length === 0) return [];
  const rows = countdown.map(d => `- ${markdownText(d.title)}: ${d.days > 0 ? `a revision may drop it from ${d.from}, ${count(d.days, 'day')} left` : `any revision may drop it since ${d.from}`} (${count(d.findings, 'place')})`);
  return [{ variants: [details('<b>Deprecated features still in use</b>', rows.join('\n')), `${count(countdown.length, 'deprecated feature')} still in use.`] }];
}

function dependencyPart({ dependencies, environment }: Comparison): readonly Foldable[] {
  if (dependencies.length === 0 && environment.length === 0) return [];
  const packages = dependencies.map(d => `- ${markdownCode(d.name)} ${d.before === null ? `added (${markdownCode(d.after ?? '')})` : d.after === null ? `removed (was ${markdownCode(d.before)})` : `${markdownCode(d.before)} → ${markdownCode(d.after)}`} in ${markdownCode(d.manifest)}, ${d.field}`);
  const variables = environment.map(e => `- variable ${markdownCode(e.name)} ${e.change} (${markdownLink(markdownCode(`${e.file}:${e.line}`), e.url)})`);
  const summary = `<b>Dependencies and environment</b> · ${count(dependencies.length, 'package')}, ${count(environment.length, 'variable')}`;
  return [{ variants: [details(summary, [...packages, ...variables].join('\n')), `${count(dependencies.length, 'package')} and ${count(environment.length, 'environment variable')} changed.`] }];
}

function verificationPart({ verification }: Comparison): readonly Foldable[] {
  if (!verification) return [];
  const told = verificationSentences(verification);
  if (told) return [{ variants: [details('<b>How the migration was checked</b>', told.map(s => `- ${markdownText(s)}`).join('\n')), 'How the migration was checked is in the JSON report.'] }];
  const text = JSON.stringify(verification, null, 2);
  return [{ variants: [details('<b>Checks stored by migrate</b>', `~~~json\n${text.replaceAll('~~~', '\\u007e~~')}\n~~~`), 'The checks that migrate stored are in the JSON report.'] }];
}
