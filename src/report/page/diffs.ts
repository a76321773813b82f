import { structuredPatch } from 'diff';
import type { ComparedFinding } from '../../comparison/comparison.js';
import { html, type Markup } from './markup.js';

export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
}

export type TextOf = (side: 'base' | 'head', file: string) => string | undefined;

/** Above this, a file is not compared line by line: it would take seconds and nobody would read it. */
const MAX_TEXT = 400_000;
const MAX_EDITS = 4_000;

/** Changed parts of files, worked out once for each file. Undefined: too much has changed. */
export class Diffs {
  readonly #hunks = new Map<string, readonly Hunk[] | undefined>();

  constructor(private readonly textOf: TextOf) {}

  hunks(file: string): readonly Hunk[] | undefined {
    if (!this.#hunks.has(file)) this.#hunks.set(file, this.#compare(this.textOf('base', file) ?? '', this.textOf('head', file) ?? ''));
    return this.#hunks.get(file);
  }

  #compare(before: string, after: string): readonly Hunk[] | undefined {
    if (before === after) return [];
    if (before.length + after.length > MAX_TEXT) return undefined;
    // Without an answer within so many edits the library gives none.
    const patch: { readonly hunks: readonly Hunk[] } | undefined = structuredPatch('a', 'b', before, after, '', '', { context: 2, maxEditLength: MAX_EDITS });
    return patch?.hunks;
  }

  /** Those in which something was fixed or has come. */
  about(file: string, findings: readonly ComparedFinding[]): readonly Hunk[] | undefined {
    return this.hunks(file)?.filter(hunk =>
      findings.some(({ status, finding }) => {
        const [start, length] = status === 'fixed' ? [hunk.oldStart, hunk.oldLines] : [hunk.newStart, hunk.newLines];
        return finding.file === file && finding.endLine >= start && finding.line < start + Math.max(1, length);
      }),
    );
  }
}

interface Row {
  readonly old?: readonly [number, string];
  readonly now?: readonly [number, string];
  readonly same: boolean;
}

/** Side by side; lines that took each other's place stand beside each other. */
export function diffTable(file: string, hunk: Hunk): Markup {
  const rows = rowsOf(hunk).map(({ old, now, same }) => {
    const cell = (side: Row['old'], name: string): Markup =>
      side ? html`<td class="no ${same ? '' : name}">${side[0]}</td><td class="code ${same ? '' : name}">${side[1]}</td>` : html`<td class="no empty"></td><td class="code empty"></td>`;
    return html`<tr>${cell(old, 'old')}${cell(now, 'new')}</tr>`;
  });
  return html`<table class="diff"><caption class="sr">${file}, before and after</caption><colgroup><col class="no"><col><col class="no"><col></colgroup><thead class="sr"><tr><th scope="col">line before</th><th scope="col">before</th><th scope="col">line after</th><th scope="col">after</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function rowsOf({ oldStart, newStart, lines }: Hunk): readonly Row[] {
  const rows: Row[] = [];
  let [old, now] = [oldStart, newStart];
  let gone: (readonly [number, string])[] = [];
  let come: (readonly [number, string])[] = [];
  const flush = (): void => {
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      const [a, b] = [gone[i], come[i]];
      rows.push({ ...(a && { old: a }), ...(b && { now: b }), same: false });
    }
    gone = [];
    come = [];
  };
  for (const line of lines) {
    const text = line.slice(1);
    if (line.startsWith('-')) gone.push([old++, text]);
    else if (line.startsWith('+')) come.push([now++, text]);
    else if (line.startsWith(' ')) {
      flush();
      rows.push({ old: [old++, text], now: [now++, text], same: true });
    }
  }
  flush();
  return rows;
}
