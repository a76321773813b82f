import type { Comparison } from '../../comparison/comparison.js';
import type { History } from '../../comparison/history.js';
import { html, type Markup } from './markup.js';

const WIDTH = 560;

/** Two bars for each group: before and after. The numbers stand beside them. */
export function barChart(title: string, rows: readonly { readonly name: string; readonly before: number; readonly after: number }[]): Markup {
  const most = Math.max(1, ...rows.flatMap(r => [r.before, r.after]));
  const [label, step] = [190, 40];
  const scale = (n: number): number => Math.round((n / most) * (WIDTH - label - 50));
  const bars = rows.map(({ name, before, after }, index) => {
    const y = index * step;
    return html`<text x="0" y="${y + 20}">${name}</text><rect class="bar-before" x="${label}" y="${y + 4}" width="${scale(before)}" height="13"/><text x="${label + scale(before) + 6}" y="${y + 15}">${before}</text><rect class="bar-after" x="${label}" y="${y + 20}" width="${scale(after)}" height="13"/><text x="${label + scale(after) + 6}" y="${y + 31}">${after}</text>`;
  });
  const words = rows.map(r => `${r.name} ${r.before} before, ${r.after} after`).join('; ');
  return html`<svg viewBox="0 0 ${WIDTH} ${rows.length * step + 4}" width="${WIDTH}" role="img" aria-label="${title}: ${words}"><title>${title}</title>${bars}</svg>`;
}

/** Readiness over the runs of a history, as far as they fit. */
export function trendChart({ entries }: History): Markup {
  const shown = entries.slice(-200);
  const [height, left] = [160, 34];
  const x = (index: number): number => Math.round(left + (shown.length === 1 ? 0 : (index / (shown.length - 1)) * (WIDTH - left - 40)));
  const y = (score: number): number => Math.round(10 + (1 - Math.max(0, Math.min(100, score)) / 100) * (height - 30));
  const points = shown.map((e, index) => `${x(index)},${y(e.score)}`).join(' ');
  const [first, last] = [shown[0], shown.at(-1)];
  const grid = [0, 50, 100].map(score => html`<line class="axis" x1="${left}" x2="${WIDTH - 40}" y1="${y(score)}" y2="${y(score)}"/><text x="0" y="${y(score) + 4}">${score}</text>`);
  const dots = shown.map((e, index) => html`<circle class="dot" cx="${x(index)}" cy="${y(e.score)}" r="3"><title>${e.date}: ${e.score}</title></circle>`);
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img" aria-label="Readiness over ${shown.length} runs, from ${first?.score ?? 0} on ${first?.date ?? ''} to ${last?.score ?? 0} on ${last?.date ?? ''}">${grid}<polyline class="curve" points="${points}"/>${dots}<text x="${left}" y="${height - 2}">${first?.date ?? ''}</text><text x="${WIDTH - 40}" y="${height - 2}" text-anchor="end">${last?.date ?? ''}</text></svg>`;
}

const GROUPS_SHOWN = 14;

/** Findings by the group of their clause; groups beyond the largest ones together. */
export function groupRows({ clauses }: Comparison, groupOf: (clause: string) => string): readonly { readonly name: string; readonly before: number; readonly after: number }[] {
  const groups = new Map<string, { before: number; after: number }>();
  for (const c of clauses) {
    const group = groups.get(groupOf(c.clause)) ?? { before: 0, after: 0 };
    groups.set(groupOf(c.clause), { before: group.before + c.before, after: group.after + c.after });
  }
  const rows = [...groups].map(([name, counts]) => ({ name, ...counts })).sort((a, b) => b.before + b.after - a.before - a.after || (a.name < b.name ? -1 : 1));
  const rest = rows.slice(GROUPS_SHOWN);
  if (rest.length === 0) return rows;
  const sum = (key: 'before' | 'after'): number => rest.reduce((n, r) => n + r[key], 0);
  return [...rows.slice(0, GROUPS_SHOWN), { name: 'other', before: sum('before'), after: sum('after') }];
}
