import type { JsonObject, JsonValue } from '../finding.js';
import { isList, isObject, parseJson } from './json.js';

/** A value in an earlier result, and how a script says where it is. */
export interface Place {
  readonly key: string | undefined;
  readonly value: string | number;
  readonly reference: JsonObject;
}

const LABELLED = /([A-Za-z_][\w-]*)["']?\s*(?::|=|is)\s*["']?([A-Za-z0-9][\w.:-]{2,})/g;
const WORD = /[A-Za-z0-9][\w-]{5,}/g;

/** Every value of a result that a later call might pass on. Nearer to the top comes first. */
export function placesIn(result: JsonObject, as: string): readonly Place[] {
  const places: Place[] = [];
  const structured = result['structuredContent'];
  if (structured !== undefined) walk(structured, [as, 'structuredContent'], undefined, places);
  for (const [key, value] of Object.entries(result)) if (!['structuredContent', '_meta', 'resultType', 'requestState'].includes(key)) walk(value, [as, key], undefined, places);
  return places;
}

function walk(value: JsonValue, path: readonly string[], key: string | undefined, places: Place[]): void {
  if (isList(value)) value.forEach((v, i) => walk(v, [...path, String(i)], key, places));
  else if (isObject(value)) for (const [k, v] of Object.entries(value)) walk(v, [...path, k], k, places);
  else if (typeof value === 'number') places.push({ key, value, reference: { $from: path.join('.') } });
  else if (typeof value === 'string') {
    if (key !== 'text') places.push({ key, value, reference: { $from: path.join('.') } });
    else textPlaces(value, path.join('.'), places);
  }
}

/** Values in a text are cut out by what stands before them, so that the next run finds its own. */
function textPlaces(text: string, from: string, places: Place[]): void {
  const inner = parseJson(text);
  if (isObject(inner)) {
    for (const [key, value] of Object.entries(inner))
      if (typeof value === 'string') places.push({ key, value, reference: { $from: from, match: `"${escaped(key)}"\\s*:\\s*"([^"]+)"` } });
    return;
  }
  for (const [, key = '', value = ''] of text.matchAll(LABELLED)) places.push({ key, value, reference: { $from: from, match: `${escaped(key)}["']?\\s*(?::|=|is)\\s*["']?([A-Za-z0-9][\\w.:-]{2,})` } });
  for (const { 0: value, index } of text.matchAll(WORD)) {
    const before = text.slice(Math.max(0, index - 24), index);
    if (/\d/.test(value)) places.push({ key: undefined, value, reference: { $from: from, match: `${escaped(before)}([A-Za-z0-9][\\w-]{5,})` } });
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Too short or too plain a value is the same by chance. */
function isTelling(value: string | number): boolean {
  return typeof value === 'string' && value.length >= 6 && /[\d_-]/.test(value);
}

/** Arguments of a recorded call, with what an earlier result gave put in as references. */
export function threaded(value: JsonValue, places: readonly Place[], key?: string): JsonValue {
  if (isList(value)) return value.map(v => threaded(v, places, key));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, threaded(v, places, k)]));
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const same = places.filter(p => p.value === value);
  const named = same.find(p => p.key !== undefined && key !== undefined && sameName(p.key, key));
  const found = named ?? (isTelling(value) ? same[0] : undefined);
  return found ? found.reference : value;
}

export function sameName(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
