const BARS = '▁▂▃▄▅▆▇█';
const SHOWN = 60;

/** Scores from 0 to 100 as one line of text, the latest last. */
export function sparkline(scores: readonly number[]): string {
  return scores.slice(-SHOWN).map(score => BARS[Math.max(0, Math.min(BARS.length - 1, Math.floor((score / 100) * BARS.length)))] ?? '').join('');
}
