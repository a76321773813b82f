import type { Location } from '../finding.js';
import type { LineIndex } from '../parse/source.js';
import { inert, type Paint } from './paint.js';

const CONTEXT_LINES = 1;
const MAX_WIDTH = 140;

/** The lines around a place, with the place underlined. */
export function codeFrame(lines: LineIndex, at: Location, style: Paint): string {
  const first = Math.max(1, at.line - CONTEXT_LINES);
  const last = Math.min(lines.count, at.line + CONTEXT_LINES);
  const width = String(last).length;
  const rows: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = lines.line(number);
    const label = String(number).padStart(width);
    if (number !== at.line) {
      if (text.trim() !== '') rows.push(style.dim(`  ${label} | ${clip(text)}`));
      continue;
    }
    rows.push(`${style.red('>')} ${label} | ${clip(text)}`);
    const start = at.column - 1;
    const end = at.endLine === at.line ? at.endColumn - 1 : text.length;
    const lead = text.slice(0, start).replace(/[^\t]/g, ' ');
    if (start < MAX_WIDTH) rows.push(`  ${' '.repeat(width)} | ${lead}${style.red('^'.repeat(Math.max(1, Math.min(end, MAX_WIDTH) - start)))}`);
  }
  return rows.join('\n');
}

function clip(text: string): string {
  return inert(text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH)}…` : text);
}
