import type { Place } from '../rule.js';
import type { StateGroup } from './model.js';

const MAX_NAMES = 4;
const MAX_PLACES = 12;

/** `add_item and view_cart`, `add_item, view_cart and 3 more`. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'the server';
  const shown = names.slice(0, MAX_NAMES);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  const last = shown.at(-1) ?? '';
  return shown.length === 1 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** Where the state is written and read, writes first. */
export function places({ cells }: StateGroup): readonly Place[] {
  const accesses = cells.flatMap(c => c.accesses);
  const ordered = [...accesses.filter(a => a.mode === 'write'), ...accesses.filter(a => a.mode === 'read')];
  return ordered.slice(0, MAX_PLACES).map(({ file, node, mode }) => ({ file, node, note: mode === 'write' ? 'written here' : 'read here' }));
}
