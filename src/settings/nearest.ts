import { closest, distance } from 'fastest-levenshtein';

/** What somebody meant who wrote this, when it is near enough. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || given === '') return undefined;
  const lower = given.toLowerCase();
  const found = closest(lower, [...known]);
  if (distance(lower, found.toLowerCase()) <= Math.max(2, Math.floor(given.length / 3))) return found;
  // Half of a name is most often the telling half.
  const partial = lower.length > 3 ? known.filter(name => name.toLowerCase().includes(lower)) : [];
  return partial.length === 1 ? partial[0] : undefined;
}
