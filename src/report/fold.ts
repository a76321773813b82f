/** A part of a document in several lengths, the fullest first. Each of them is complete: nothing is ever cut. */
export interface Foldable {
  readonly variants: readonly [string, ...string[]];
}

/** What GitHub takes for a comment is 65,536 characters; some room is left for what others put around it. */
export const COMMENT_LIMIT = 65_000;

const BETWEEN = '\n\n';

/** The fullest document that fits: parts at the end are folded first, and all of them once before one of them twice. */
export function fold(parts: readonly Foldable[], limit: number): { readonly text: string; readonly folded: boolean } {
  const levels = parts.map(() => 0);
  const length = (index: number): number => variantAt(parts[index], levels[index] ?? 0).length + BETWEEN.length;
  let total = parts.reduce((sum, _, index) => sum + length(index), 0);
  const deepest = Math.max(0, ...parts.map(p => p.variants.length - 1));
  for (let level = 1; level <= deepest && total > limit; level++) {
    for (let index = parts.length - 1; index >= 0 && total > limit; index--) {
      if ((parts[index]?.variants.length ?? 0) <= level) continue;
      total -= length(index);
      levels[index] = level;
      total += length(index);
    }
  }
  const texts = parts.map((part, index) => variantAt(part, levels[index] ?? 0)).filter(t => t !== '');
  return { text: texts.join(BETWEEN), folded: levels.some(level => level > 0) };
}

function variantAt(part: Foldable | undefined, level: number): string {
  return part?.variants[level] ?? '';
}
