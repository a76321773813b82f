import { clause, sepsOf } from '../catalogue/clauses.js';
import { CAUSES } from '../prove/causes.js';
import type { CheckResult, CheckStatus } from '../prove/checks/check.js';
import type { Difference } from '../prove/differential.js';
import { MODES } from '../prove/modes.js';
import type { EraReport, ProofReport } from '../prove/report.js';
import { describeStep } from '../prove/script.js';
import { inert, type Paint } from './paint.js';

const ERA = { modern: 'modern client (2026-07-28)', older: 'older client (2025-11-25)' } as const;
const MARK: Readonly<Record<CheckStatus, string>> = { pass: 'pass', fail: 'FAIL', 'not-applicable': 'n/a', 'could-not-tell': '?' };

export function proofJson(report: ProofReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** For people: the verdict last, the reasons before it, what is in order in one line each. */
export function proofTerminal(report: ProofReport, style: Paint, verbose: boolean): string {
  const { target, server, script } = report;
  const what = server ? `${server.name} ${server.version}` : 'the server';
  const where = target.command.length > 0 ? target.command.join(' ') : target.urls.join(', ');
  const parts = [
    `${style.bold(inert(what))}  ${style.dim(inert(where))}`,
    // Over stdio processes are started as calls need them, whatever the number of replicas.
    style.dim(`${target.transport}, ${target.transport === 'stdio' ? '' : `${target.replicas} replica${target.replicas === 1 ? '' : 's'}, `}${script.steps.length} steps (${inert(script.origin)})`),
    '',
    ...report.eras.flatMap(era => eraLines(era, report, style)),
    ...checkLines(report.checks, style, verbose),
  ];
  if (verbose) parts.push(style.bold('Script'), ...script.steps.map((s, i) => `  ${String(i + 1).padStart(3)}  ${inert(describeStep(s))}`), '');
  if (report.notes.length > 0) parts.push(style.bold('Notes'), ...report.notes.map(n => `  ${inert(n)}`), '');
  const seconds = style.dim(`${(report.durationMs / 1000).toFixed(1)} s`);
  if (report.verdict === 'proven') parts.push(`${style.green('Proven:')} any replica served any request of this script. ${seconds}`);
  else parts.push(`${style.red('Not proven.')} ${seconds}`, ...report.reasons.map(r => `  ${inert(r)}`));
  return `${parts.join('\n')}\n`;
}

function eraLines(era: EraReport, report: ProofReport, style: Paint): readonly string[] {
  const head = style.bold(ERA[era.era]);
  if (!era.served) return [`${head}  ${style.yellow('not served')}: ${inert(era.refusal ?? '')}`, ''];
  const rows = era.modes.map(({ mode, differences, unsteady, hits }) => {
    const state = differences === 0 ? style.green('same   ') : style.red('differs');
    const spread = hits.length > 1 ? style.dim(` (requests per replica: ${hits.join(', ')})`) : '';
    return `  ${state}  ${MODES[mode]}${spread}${unsteady > 0 ? style.yellow(` ${unsteady} unsteady`) : ''}`;
  });
  const shown = report.differences.filter(d => d.era === era.era);
  return [`${head}${era.session ? '  gives out session ids' : ''}`, ...rows, ...byCause(merged(shown), style), ''];
}

const SHOWN_PER_CAUSE = 3;

function byCause(differences: readonly Shown[], style: Paint): readonly string[] {
  return [...new Set(differences.map(d => d.cause))].flatMap(cause => {
    const members = differences.filter(d => d.cause === cause);
    const rest = members.slice(SHOWN_PER_CAUSE);
    const rows = members.slice(0, SHOWN_PER_CAUSE).flatMap(d => differenceLines(d, style));
    return rest.length === 0 ? rows : [...rows, '', style.dim(`    and ${rest.length} more of this kind: ${rest.map(d => d.tool ?? d.call).join(', ')}`)];
  });
}

interface Shown extends Difference {
  readonly modes: readonly Difference['mode'][];
}

/** The same call with the same cause in several modes is one thing to tell. */
function merged(differences: readonly Difference[]): readonly Shown[] {
  const shown = new Map<string, Shown>();
  for (const difference of differences) {
    const key = `${difference.cause} ${difference.cause === 'session' ? '' : (difference.tool ?? difference.call)}`;
    const known = shown.get(key);
    if (known) shown.set(key, { ...known, modes: [...known.modes, difference.mode] });
    else shown.set(key, { ...difference, modes: [difference.mode] });
  }
  return [...shown.values()];
}

function differenceLines(difference: Shown, style: Paint): readonly string[] {
  const { cause, step, call, before, after, others, files, findings, modes } = difference;
  const { title, advice } = CAUSES[cause];
  const rows = [
    '',
    `  ${style.red(title)} ${style.dim(difference.clause)}`,
    `    step ${step + 1}  ${inert(call)}`,
    `    ${style.dim('one process')}  ${inert(before)}`,
    `    ${style.dim('otherwise')}    ${inert(after)}`,
    `    ${style.dim('seen with')}    ${modes.map(m => MODES[m]).join('; ')}`,
  ];
  if (others.length > 0) rows.push(style.dim(`    and in step${others.length === 1 ? '' : 's'} ${others.map(i => i + 1).join(', ')}`));
  if (files.length > 0) rows.push(`    ${style.dim('file')}         ${files.map(inert).join(', ')}`);
  for (const finding of findings) rows.push(`    ${style.dim('source')}       ${style.cyan(`${inert(finding.file)}:${finding.line}`)}  ${inert(finding.message)} ${style.dim(finding.clause)}`);
  rows.push(`    ${style.dim('do')}           ${advice}`);
  return rows;
}

function checkLines(checks: readonly CheckResult[], style: Paint, verbose: boolean): readonly string[] {
  if (checks.length === 0) return [];
  const count = (status: CheckStatus): number => checks.filter(c => c.status === status).length;
  const shown = verbose ? checks : checks.filter(c => c.status === 'fail' || c.status === 'could-not-tell');
  const width = Math.max(0, ...shown.map(c => c.clause.length));
  const rows = shown.map(c => {
    const mark = MARK[c.status].padEnd(4);
    const painted = c.status === 'fail' ? (c.severity === 'error' ? style.red(mark) : style.yellow(mark)) : c.status === 'pass' ? style.green(mark) : style.dim(mark);
    const sources = c.findings.map(f => `\n        ${' '.repeat(width)}          ${style.cyan(`${inert(f.file)}:${f.line}`)}  ${inert(f.message)}`);
    return `  ${painted}  ${c.clause.padEnd(width)}  ${style.dim(c.era.padEnd(6))}  ${inert(c.message)}${sources.join('')}`;
  });
  const summary = `${count('pass')} pass, ${count('fail')} fail, ${count('not-applicable')} not applicable, ${count('could-not-tell')} could not tell`;
  return [`${style.bold('Checks')}  ${style.dim(summary)}`, ...rows, ''];
}

/** For CI: one suite per kind of question, one case per check and per mode. */
export function proofJunit(report: ProofReport): string {
  const cases = [...report.eras.flatMap(era => eraCases(era, report)), ...report.checks.map(checkCase)];
  const failures = cases.filter(c => c.body.startsWith('<failure')).length;
  const skipped = cases.filter(c => c.body.startsWith('<skipped')).length;
  const seconds = (report.durationMs / 1000).toFixed(3);
  const numbers = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds}"`;
  const rows = cases.map(c => `    <testcase classname="${xml(c.suite)}" name="${xml(c.name)}"${c.body === '' ? '/>' : `>${c.body}</testcase>`}`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="mcp-stateless prove" ${numbers}>\n  <testsuite name="mcp-stateless prove" ${numbers}>\n${rows.join('\n')}\n  </testsuite>\n</testsuites>\n`;
}

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly body: string;
}

function eraCases(era: EraReport, { differences }: ProofReport): readonly Case[] {
  const suite = `prove.differential.${era.era}`;
  if (!era.served) return [{ suite, name: 'served', body: skippedBody(era.refusal ?? 'not served') }];
  return era.modes.map(({ mode }) => {
    const found = differences.filter(d => d.era === era.era && d.mode === mode);
    const [first] = found;
    const text = found.map(d => [`step ${d.step + 1}: ${d.call}`, `one process: ${d.before}`, `otherwise: ${d.after}`, ...d.findings.map(f => `source: ${f.file}:${f.line} ${f.message}`)].join('\n')).join('\n\n');
    return { suite, name: MODES[mode], body: first ? `<failure type="${xml(first.clause)}" message="${xml(CAUSES[first.cause].title)}">${xml(text)}</failure>` : '' };
  });
}

function checkCase({ check, clause: id, era, status, message }: CheckResult): Case {
  const body =
    status === 'pass' ? '' : status === 'fail' ? `<failure type="${xml(id)}" message="${xml(message)}">${xml(`${clause(id).spec.requirement} (${sepsOf(clause(id))})`)}</failure>` : skippedBody(message);
  return { suite: `prove.check.${era}`, name: `${id} (${check})`, body };
}

function skippedBody(message: string): string {
  return `<skipped message="${xml(message)}"/>`;
}

// Control characters have no place in XML at all.
 
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function xml(text: string): string {
  return text.replaceAll(UNPRINTABLE, '�').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
