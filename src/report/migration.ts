import { clause } from '../catalogue/clauses.js';
import type { CheckedPlan } from '../migrate/checked.js';
import type { Finding } from '../finding.js';
import type { PassedProof } from '../migrate/last.js';

export interface SummaryOptions {
  /** `npm install`, or what the project uses instead. */
  readonly install: string;
  /** How the project is built and started, as far as its manifest says. */
  readonly build: string | undefined;
  readonly start: string | undefined;
  readonly choices: readonly string[];
  /** What showed it already. */
  readonly proof?: PassedProof | undefined;
  /** Nothing has been written yet. */
  readonly planned: boolean;
}

/** What was done, what is left, and how to go on: Markdown, for a pull request or a file. */
export function migrationSummary(plan: CheckedPlan, options: SummaryOptions): string {
  const parts = [
    `# Migration to 2026-07-28\n`,
    options.choices.length > 0 ? `Chosen: ${options.choices.map(c => `\`${c}\``).join(', ')}.\n` : '',
    section(options.planned ? 'What will be done' : 'What was done', done(plan)),
    section('What is left for a person', left(plan)),
    section('Tests to adapt', tests(plan)),
    section('What to know', plan.notes.map(n => `- ${n}`)),
    section('Dependencies', dependencies(plan, options)),
    section('Environment', plan.variables.map(v => `- \`${v.name}\`${v.required ? '' : ' (optional)'}: ${v.purpose}${v.example === undefined ? '' : ` Such as \`${v.example}\`.`}`)),
    section('Does it compile', types(plan)),
    section('Is it stateless', options.proof ? proven(options.proof) : []),
    section('How to prove it', prove(options)),
  ];
  return parts.filter(p => p !== '').join('\n');
}

function section(title: string, rows: readonly string[]): string {
  return rows.length === 0 ? '' : `## ${title}\n\n${rows.join('\n')}\n`;
}

function done({ steps }: CheckedPlan): readonly string[] {
  const groups = new Map<string, { readonly title: string; readonly files: Set<string>; places: number }>();
  for (const { transform, title, changes, verdict } of steps) {
    if (transform === 'markers') continue;
    const key = `${transform}\0${title}`;
    const group = groups.get(key) ?? { title, files: new Set<string>(), places: 0 };
    for (const { file } of changes) group.files.add(file);
    group.places += verdict.gone;
    groups.set(key, group);
  }
  const rows = [...groups.values()].map(({ title, files, places }) => `- ${title}${places > 0 ? ` (${count(places, 'place')})` : ''}: ${[...files].sort().map(link).join(', ')}`);
  return rows.length > 0 ? rows : ['- Nothing: no transform fits what was found.'];
}

function left(plan: CheckedPlan): readonly string[] {
  const rows: string[] = [];
  for (const { unit, transform, reason } of plan.dropped) rows.push(`- Not done: ${unit ?? transform} (${transform}): ${reason}`);
  const byFingerprint = new Map(plan.left.map(f => [f.fingerprint, f]));
  const said = new Set<string>();
  for (const { for: fingerprint, reason } of plan.declines) {
    const finding = byFingerprint.get(fingerprint);
    if (!finding || said.has(fingerprint)) continue;
    said.add(fingerprint);
    rows.push(`- ${place(finding)} ${reason}`);
  }
  for (const { file, line, text } of plan.markers) rows.push(`- [${file}:${line.toString()}](${encodeURI(file)}#L${line.toString()}) ${text}`);
  const others = plan.left.filter(f => !said.has(f.fingerprint));
  const shown = others.slice(0, MAX_FINDINGS);
  for (const finding of shown) rows.push(`- ${place(finding)} ${finding.message} ${clause(finding.clause).fix.summary} (\`${finding.clause}\`)`);
  if (others.length > shown.length) rows.push(`- And ${count(others.length - shown.length, 'place')} more: \`npx mcp-stateless audit\`.`);
  for (const { file, line, message } of plan.types.added) rows.push(`- [${file}:${line.toString()}](${encodeURI(file)}#L${line.toString()}) does not compile: ${message}`);
  return rows;
}

/** Those that fail now have a reason; the others may look no deeper than they have to. */
function tests({ tests: found }: CheckedPlan): readonly string[] {
  return found.length === 0 ? [] : ['What the migration changes on purpose, these tests may see:', '', ...found.map(({ file, because }) => `- ${link(file)}: ${because.join('; ')}`)];
}

const MAX_FINDINGS = 100;

function place({ file, line }: Finding): string {
  return `[${file}:${line.toString()}](${encodeURI(file)}#L${line.toString()})`;
}

function link(file: string): string {
  return `[${file}](${encodeURI(file)})`;
}

function dependencies({ dependencies: changes }: CheckedPlan, { install }: SummaryOptions): readonly string[] {
  if (changes.length === 0) return [];
  const rows = changes.map(({ name, range, dev }) => (range === undefined ? `- \`${name}\` goes` : `- \`${name}\` ${range}${dev ? ' (development)' : ''}`));
  return [...new Set(rows), '', 'They are in the manifest. Install them with', '', '```sh', install, '```'];
}

function types({ types: found }: CheckedPlan): readonly string[] {
  if (found.verdict === 'not checked') return ['Not checked: there is no tsconfig that covers these files, or the packages of the project are not installed, or nobody wanted it.'];
  const rows = [`${count(found.files, 'file')} checked against the project's own tsconfig: ${count(found.added.length, 'new error')}, ${found.after.toString()} in all.`];
  if (found.unchecked.length > 0) rows.push(`Not covered: ${found.unchecked.map(link).join(', ')}.`);
  return rows;
}

function proven({ command, transport, replicas, eras, steps, checks, notes, seconds }: PassedProof): readonly string[] {
  const clients = eras.map(era => (era === 'modern' ? 'modern' : 'older')).join(' and ');
  const where = transport === 'http' ? `over ${count(replicas, 'replica')}` : 'in new processes';
  return [
    `Proven in ${seconds.toFixed(1)} s: ${count(steps, 'step')} gave the same answers ${where}, for ${clients} clients. ${count(checks.pass, 'check')} passed, ${checks.fail.toString()} failed, ${checks.untold.toString()} could not tell.`,
    '',
    '```sh',
    `npx mcp-stateless prove ${command}`,
    '```',
    ...(notes.length > 0 ? ['', ...notes.map(n => `- ${n}`)] : []),
  ];
}

function prove({ build, start, proof }: SummaryOptions): readonly string[] {
  if (proof) return [];
  return ['```sh', ...(build === undefined ? [] : [build]), `npx mcp-stateless prove -- ${start ?? 'node <the built server>'}`, 'npx mcp-stateless audit', '```'];
}

function count(n: number, what: string): string {
  return `${n.toString()} ${what}${n === 1 ? '' : 's'}`;
}
