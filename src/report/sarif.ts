import type { Location as SarifLocation, Log, Notification, PhysicalLocation, Region, ReportingDescriptor, Result, ThreadFlowLocation } from 'sarif';
import { clause, sepsOf, type Clause, type Severity } from '../catalogue/clauses.js';
import type { Evidence, Finding, Location } from '../finding.js';
import { HOMEPAGE, pathInUrl, ruleUrl, wellFormed } from './links.js';
import { worst, type Report } from './report.js';

export const SARIF_SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
export const FINGERPRINT_NAME = 'mcpStateless/v1';

export interface SarifOptions {
  /** From the repository's root to the audited folder, with a slash at its end, or empty. */
  readonly prefix: string;
  /** What a comparison with another state says about a finding. */
  readonly baseline?: (finding: Finding) => Result.baselineState;
}

const LEVEL = { error: 'error', warning: 'warning', info: 'note' } as const;
const PRECISION = { certain: 'very-high', likely: 'high', possible: 'low' } as const;
const PROBLEM = { error: 'error', warning: 'warning', info: 'recommendation' } as const;

/** SARIF 2.1.0, as code scanning services take it. */
export function sarifReport(report: Report, options: SarifOptions): string {
  return `${JSON.stringify(sarifLog(report, options), null, 2)}\n`;
}

function sarifLog(report: Report, options: SarifOptions): Log {
  const used = new Map<string, Finding[]>();
  for (const finding of report.findings) used.set(finding.rule, [...(used.get(finding.rule) ?? []), finding]);
  const rules = report.rules.filter(r => used.has(r.id)).map(r => descriptor(r.id, r.title, used.get(r.id) ?? []));
  const indexOf = new Map(rules.map((r, index) => [r.id, index]));
  return {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'mcp-stateless', semanticVersion: report.tool.split(' ')[1] ?? '0.0.0', informationUri: HOMEPAGE, rules } },
        automationDetails: { id: `mcp-stateless/${options.prefix}` },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: report.files.broken.map(b => notification(b, options.prefix)) }],
        results: report.findings.map(f => result(f, indexOf.get(f.rule) ?? -1, options)),
      },
    ],
  };
}

function notification({ file, line, column, message }: Report['files']['broken'][number], prefix: string): Notification {
  return {
    level: 'warning',
    message: { text: plain(`Syntax error: ${message}; what could be read of the file was audited.`) },
    locations: [{ physicalLocation: { artifactLocation: artifact(file, prefix), region: { startLine: line, startColumn: column } } }],
  };
}

function descriptor(id: string, title: string, findings: readonly Finding[]): ReportingDescriptor {
  const ids = [...new Set(findings.flatMap(f => f.clauses))].sort();
  const about = ids.map(clause);
  const level = worst(findings.map(f => f.severity));
  return {
    id,
    name: id.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: about.map(c => c.spec.requirement).join(' ') },
    helpUri: ruleUrl(id),
    help: { text: about.map(helpText).join('\n\n'), markdown: about.map(helpMarkdown).join('\n\n') },
    defaultConfiguration: { level: LEVEL[level] },
    properties: { tags: ['mcp', ...new Set(about.map(c => c.status))], precision: PRECISION.certain, 'problem.severity': PROBLEM[level] },
  };
}

function helpText(c: Clause): string {
  return [`${c.title} (${c.id})`, c.spec.requirement, `What to do: ${c.fix.summary}`, ...c.fix.steps.map(s => `- ${s}`)].join('\n');
}

function helpMarkdown(c: Clause): string {
  const origin = [c.status, sepsOf(c), datesOf(c)].filter(Boolean).join('; ');
  const code = (title: string, text: string): string[] => (text ? [`**${title}**`, `\`\`\`${c.examples.language}\n${text}\n\`\`\``] : []);
  return [
    `## ${c.title}`,
    `\`${c.id}\` (${origin})`,
    c.spec.url ? `${c.spec.requirement} [Specification](${c.spec.url})` : c.spec.requirement,
    `**What to do:** ${c.fix.summary}`,
    ...(c.fix.steps.length > 0 ? [c.fix.steps.map(s => `- ${s}`).join('\n')] : []),
    ...code('Before', c.examples.bad),
    ...code('After', c.examples.good),
  ].join('\n\n');
}

/** Dates only: what counts days would be another file each day. */
function datesOf({ status, dates }: Clause): string {
  if (status === 'removed' && dates.removed_in) return `removed in ${dates.removed_in}`;
  return status === 'deprecated' && dates.earliest_removal ? `a revision may drop it from ${dates.earliest_removal}` : '';
}

function result(finding: Finding, ruleIndex: number, { prefix, baseline }: SarifOptions): Result {
  const related = [...finding.because, ...finding.related];
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: LEVEL[finding.severity satisfies Severity],
    message: { text: messageOf(finding) },
    locations: [{ physicalLocation: physical(finding, prefix) }],
    ...(related.length > 0 && { relatedLocations: related.map((e, index) => evidence(e, index + 1, prefix)) }),
    ...(finding.because.length > 1 && {
      codeFlows: [{ threadFlows: [{ locations: [...finding.because.map((e): ThreadFlowLocation => ({ location: evidence(e, undefined, prefix) })), { location: { physicalLocation: physical(finding, prefix), message: { text: plain(finding.message) } } }] }] }],
    }),
    // The second is the only one that GitHub compares; ours does not change when lines move.
    partialFingerprints: { [FINGERPRINT_NAME]: finding.fingerprint, primaryLocationLineHash: `${finding.fingerprint}:1` },
    ...(baseline && { baselineState: baseline(finding) }),
    properties: { clause: finding.clause, clauses: finding.clauses, confidence: finding.confidence, precision: PRECISION[finding.confidence], subject: finding.subject, unit: finding.unit, zone: finding.zone, effort: finding.fix.level, ...(finding.fix.transform !== undefined && { transform: finding.fix.transform }) },
  };
}

/** What is there, what to do, and links to the places that it rests on. */
function messageOf(finding: Finding): string {
  const places = finding.related.slice(0, LINKED_PLACES).map((e, index) => `[${linkText(e.text)}](${index + 1 + finding.because.length})`);
  const more = finding.related.length - places.length;
  const see = places.length > 0 ? ` See ${places.join(', ')}${more > 0 ? ` and ${more} more` : ''}.` : '';
  return `${plain(finding.message)} ${plain(finding.fix.summary)}${see}`;
}

const LINKED_PLACES = 4;

function evidence(e: Evidence, id: number | undefined, prefix: string): SarifLocation {
  return { ...(id !== undefined && { id }), physicalLocation: physical(e, prefix), message: { text: plain(`${e.why}: ${e.text}`) } };
}

function physical(at: Location, prefix: string): PhysicalLocation {
  return { artifactLocation: artifact(at.file, prefix), region: region(at) };
}

function artifact(file: string, prefix: string): { uri: string; uriBaseId: string } {
  return { uri: pathInUrl(prefix + file), uriBaseId: '%SRCROOT%' };
}

function region({ line, column, endLine, endColumn }: Location): Region {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

/** Text that a viewer must take neither for a link nor for a place to fill in. */
function plain(text: string): string {
  return wellFormed(text).replaceAll('](', '\\](').replace(/\{(\d+)\}/g, '{{$1}}');
}

function linkText(text: string): string {
  return text === '' ? 'the place' : wellFormed(text).replace(/[[\]\\]/g, '\\$&').replace(/\{(\d+)\}/g, '{{$1}}');
}
