import type { Comparison } from './comparison.js';

/** One run, as one line of a history file. */
export interface HistoryEntry {
  readonly schema: 1;
  /** ISO date of the run. */
  readonly date: string;
  readonly commit: string | null;
  readonly score: number;
  readonly verdict: string;
  readonly error: number;
  readonly warning: number;
  readonly info: number;
  readonly units: number;
}

export function entryOf({ today, head }: Comparison): HistoryEntry {
  const { error, warning, info } = head.counts;
  return { schema: 1, date: today, commit: head.commit ?? null, score: head.readiness.score, verdict: head.readiness.verdict, error, warning, info, units: head.units };
}

export interface History {
  readonly entries: readonly HistoryEntry[];
  /** Numbers of lines that are no entries: they stay in the file and are not drawn. */
  readonly unreadable: readonly number[];
}

export function readHistory(text: string): History {
  const entries: HistoryEntry[] = [];
  const unreadable: number[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const entry = parseEntry(line);
    if (entry) entries.push(entry);
    else unreadable.push(index + 1);
  });
  return { entries, unreadable };
}

function parseEntry(line: string): HistoryEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEntry(value) ? value : undefined;
}

function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== 'object' || value === null) return false;
  const member = (name: string): unknown => Reflect.get(value, name) as unknown;
  const { length } = ['score', 'error', 'warning', 'info', 'units'].filter(name => Number.isFinite(member(name)));
  const commit = member('commit');
  return length === 5 && /^\d{4}-\d{2}-\d{2}$/.test(String(member('date'))) && typeof member('verdict') === 'string' && (commit === null || typeof commit === 'string');
}

/** What is written at the end of a file that may lack its last line end. */
export function appended(before: string, entry: HistoryEntry): string {
  return `${before === '' || before.endsWith('\n') ? '' : '\n'}${JSON.stringify(entry)}\n`;
}
