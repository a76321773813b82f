import { clause, deadlineOf, sepsOf, type Clause } from '../../catalogue/clauses.js';
import type { Finding } from '../../finding.js';

/** What is there, why that is a problem, and what to do. `today` is an ISO date; without it nothing is counted down. */
export function messageOf(finding: Finding, today?: string): string {
  const found = clause(finding.clause);
  const origin = [sepsOf(found), dateOf(found, today)].filter(text => text !== undefined && text !== '').join('; ');
  return [finding.message, `Why: ${sentence(found.spec.requirement)}${origin === '' ? '' : ` (${origin})`}`, `To do: ${sentence(finding.fix.summary)}${wayOf(finding)}`].join(' ');
}

/** The command that makes the change, where one can. */
function wayOf({ fix, unit }: Finding): string {
  return fix.transform === undefined ? '' : ` \`${migrateCommand(unit)}\` does it.`;
}

export function migrateCommand(unit: string): string {
  return `npx mcp-stateless migrate --unit ${/^[\w:./@-]+$/.test(unit) ? unit : `'${unit.replaceAll("'", String.raw`'\''`)}'`}`;
}

function dateOf(found: Clause, today: string | undefined): string | undefined {
  if (today !== undefined) return deadlineOf(found, today);
  const { status, dates } = found;
  if (status === 'deprecated' && dates.earliest_removal) return `deprecated; a revision may drop it from ${dates.earliest_removal}`;
  return status === 'removed' && dates.removed_in ? `removed in ${dates.removed_in}` : undefined;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
