import type { Result, Tests } from './record.js';

/** The results as a table in Markdown: ours beside the official codemod's. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map(r => {
    const codemodErrors = r.codemod ? count(r.codemod.newErrors?.length) : count(r.record.errors);
    const codemodTests = tests(r.codemod?.tests ?? r.record.tests);
    const human = typeof r.record.humanTests === 'string' ? r.record.humanTests : tests(r.record.humanTests);
    return `| ${[r.alias === r.repo.replace('/', '__') ? r.repo : `${r.alias} ${r.repo}`, count(r.ours?.files), `${count(r.before?.errors)} → ${count(r.ours?.errors)}`, `${count(r.ours?.newErrors?.length)} / ${codemodErrors}`, tests(r.before?.tests), `${tests(r.ours?.tests)} / ${codemodTests}`, unnamed(r), `${tests(r.humanTests)} / ${human}`, `${percent(r.closed)} / ${percent(r.record.closed)}`, count(r.ours?.markers), again(r), r.problem ?? (r.ours?.install ?? '')].map(cell).join(' | ')} |`;
  });
  return ['| repository | files | type errors | new errors: ours / codemod | tests before | tests after: ours / codemod | failing, not named in the summary | tests of people on the result | distance closed | markers | second run | problem |', `|${' --- |'.repeat(12)}`, ...rows].join('\n');
}

function unnamed({ ours }: Result): string {
  return ours?.tests ? (ours.unnamed.length === 0 ? 'none' : ours.unnamed.join(', ')) : '-';
}

function again({ ours }: Result): string {
  return ours ? (ours.again === 0 ? 'no change' : `${String(ours.again)} files`) : '';
}

function cell(text: string): string {
  return text.replace(/\|/g, '/').replace(/\s+/g, ' ').slice(0, 160);
}

function count(value: number | undefined): string {
  return value === undefined ? '-' : String(value);
}

function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${(value * 100).toFixed(1)}%`;
}

function tests(value: Tests | undefined): string {
  if (!value) return '-';
  return `${String(value.pass)}/${String(value.pass + value.fail)}${value.failedSuites ? `, ${String(value.failedSuites)} suites fail` : ''}`;
}
