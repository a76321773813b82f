import type { ComparedUnit, Status, WireKind } from '../comparison/comparison.js';
import type { Counts, MigrationClass } from './report.js';

export const CLASS_WORDS: Readonly<Record<MigrationClass, string>> = {
  nothing: 'nothing to migrate',
  transport: 'transport only: what tools ask for and give back stays',
  design: 'design needed: some tools will ask for other things, or give back others',
  gateway: 'gateway: what it does for the servers behind it has to be designed anew',
};
export const EFFORT_WORDS = { auto: 'automatic', assisted: 'assisted', manual: 'by hand' } as const;
export const STATUS_WORDS: Readonly<Record<Status, string>> = { fixed: 'fixed', new: 'new', left: 'left' };
export const UNIT_WORDS: Readonly<Record<ComparedUnit['status'], string>> = { done: 'done', begun: 'begun', untouched: 'not touched', new: 'new' };
export const KIND_WORDS: Readonly<Record<WireKind, string>> = {
  entry: 'entry point',
  tool: 'tool',
  argument: 'argument',
  prompt: 'prompt',
  resource: 'resource',
  method: 'method answered',
  sends: 'message sent',
  capability: 'capability',
  header: 'header',
  route: 'HTTP route',
  status: 'HTTP status',
  code: 'error code',
};

export function total({ error, warning, info }: Counts): number {
  return error + warning + info;
}

export function sign(n: number): string {
  return n > 0 ? `+${n}` : n === 0 ? '±0' : `−${-n}`;
}

export function shortCommit(hash: string): string {
  return hash.slice(0, 10);
}
