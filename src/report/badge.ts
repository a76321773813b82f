import type { Readiness } from './report.js';

const COLOURS = { ready: 'brightgreen', 'no-mcp': 'lightgrey', 'older-only': 'orange', breaks: 'red' } as const;
const HEX = { brightgreen: '#3fb618', lightgrey: '#6b6b6b', orange: '#b85c00', red: '#c62828' } as const;
const LABEL = 'MCP 2026-07-28';

/** What shields.io draws for `https://img.shields.io/endpoint?url=...`. */
export function badgeJson(readiness: Readiness): string {
  return `${JSON.stringify({ schemaVersion: 1, label: LABEL, message: message(readiness), color: COLOURS[readiness.verdict] }, null, 2)}\n`;
}

export function badgeSvg(readiness: Readiness): string {
  const text = message(readiness);
  const [left, right] = [width(LABEL), width(text)];
  const all = left + right;
  const words = (x: number, length: number, t: string): string => `<text x="${x}" y="14" textLength="${length}">${t}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${all}" height="20" role="img" aria-label="${LABEL}: ${text}"><title>${LABEL}: ${text}</title><clipPath id="r"><rect width="${all}" height="20" rx="3"/></clipPath><g clip-path="url(#r)"><rect width="${left}" height="20" fill="#444"/><rect x="${left}" width="${right}" height="20" fill="${HEX[COLOURS[readiness.verdict]]}"/></g><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${words(left / 2, left - 12, LABEL)}${words(left + right / 2, right - 12, text)}</g></svg>\n`;
}

/** Digits and words of ours only: nothing of a project gets into a badge. */
function message({ verdict, score }: Readiness): string {
  if (verdict === 'no-mcp') return 'no MCP';
  return verdict === 'ready' && score === 100 ? 'ready' : `${score}%${verdict === 'breaks' ? ' breaks' : verdict === 'older-only' ? ' older only' : ''}`;
}

function width(text: string): number {
  return Math.round(text.length * 6.8) + 12;
}
