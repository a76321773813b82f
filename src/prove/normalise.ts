import type { JsonValue } from '../finding.js';
import { isList, isObject, parseJson, textAt, without } from './json.js';
import type { StepRecord } from './run.js';

/**
 * A run in a form in which two runs can be compared: per step, each smallest part of the answer under its path.
 * Values that are made up anew by each run become placeholders, named by their first appearance, so that the same
 * value is the same placeholder wherever it turns up again. The place of the first appearance is its name: one value
 * more somewhere renames no other.
 */
export interface Comparable {
  readonly steps: readonly ReadonlyMap<string, string>[];
}

export function comparable(steps: readonly StepRecord[]): Comparable {
  const names = new Placeholders();
  return {
    steps: steps.map((record, index) => {
      names.enter(index);
      const parts = new Map<string, string>();
      spread(parts, '', { ...plainOutcome(record), asked: record.asked.filter(isQuestion) }, names);
      return parts;
    }),
  };
}

/** Roots are asked for when a connection begins, whichever call that is. */
function isQuestion(asked: JsonValue): boolean {
  return textAt(asked, 'method') !== 'roots/list';
}

/** What a caller can see. Members that differ between the eras by design, or tell of the server's age, are left out. */
function plainOutcome({ outcome }: StepRecord): { readonly [key: string]: JsonValue } {
  switch (outcome.kind) {
    case 'result': {
      return { kind: 'result', result: without(outcome.result, '_meta', 'resultType', 'ttlMs', 'cacheScope', 'requestState') };
    }
    case 'error':
      return { kind: 'error', code: outcome.code, message: outcome.message, ...(outcome.data !== undefined && { data: outcome.data }) };
    case 'refused':
      return { kind: 'refused', status: outcome.status, text: outcome.text };
    case 'silent':
      return { kind: 'silent' };
  }
}

function spread(parts: Map<string, string>, path: string, value: JsonValue, names: Placeholders): void {
  if (isList(value)) {
    parts.set(`${path}.length`, String(value.length));
    value.forEach((v, i) => spread(parts, `${path}.${i}`, v, names));
  } else if (isObject(value)) {
    for (const key of Object.keys(value).sort()) spread(parts, `${path}.${names.replace(key)}`, value[key] ?? null, names);
  } else if (typeof value === 'string') spreadText(parts, path, value, names);
  else if (typeof value === 'number') parts.set(path, isNow(value) ? '<time>' : String(value));
  else parts.set(path, String(value));
}

/** JSON inside a text is compared as JSON, other text word by word: one word that is noise hides no other. */
function spreadText(parts: Map<string, string>, path: string, text: string, names: Placeholders): void {
  const inner = /^\s*[[{]/.test(text) ? parseJson(text) : undefined;
  if (isObject(inner) || isList(inner)) {
    spread(parts, `${path}.json`, inner, names);
    return;
  }
  const words = names.replace(text).match(/<[a-z]+(?: \d+)*>|[\p{L}\p{N}_]+(?:[.\-][\p{L}\p{N}_]+)*|[^\s]/gu) ?? [];
  parts.set(`${path}.words`, String(words.length));
  words.forEach((word, i) => parts.set(`${path} word ${i + 1}`, word));
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const TOKEN = /(?<![\w-])[A-Za-z0-9_-]{16,}(?:={0,2})(?![\w-])/g;
const TIMES: readonly RegExp[] = [
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g,
  /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:[A-Z][a-z]{2} \d{1,2}|\d{1,2} [A-Z][a-z]{2}),? \d{4},? \d\d:\d\d:\d\d(?: (?:GMT|UTC)(?:[+-]\d{4})?(?: \([^)]*\))?)?/g,
  /\b\d{1,2}\/\d{1,2}\/\d{4},? \d{1,2}:\d\d:\d\d(?: [AP]M)?/g,
  /\b\d{1,2}:\d\d:\d\d(?:\.\d+)?(?: [AP]M)?\b/g,
];
const DURATION = /\b\d+(?:\.\d+)?(?:e-?\d+)? ?(?:ms|msec|milliseconds?|µs|us|microseconds?|ns|s|sec|secs|seconds?)\b/g;
const DIGITS = /\b\d{10}(?:\d{3})?(?:\.\d+)?\b/g;

/** Made-up values are named by where they first turn up. */
class Placeholders {
  readonly #names = new Map<string, string>();
  #step = 0;
  #count = 0;

  enter(step: number): void {
    this.#step = step;
    this.#count = 0;
  }

  replace(text: string): string {
    let out = text;
    for (const pattern of TIMES) out = out.replaceAll(pattern, '<time>');
    out = out.replaceAll(DURATION, '<duration>').replaceAll(DIGITS, digits => (isNow(Number(digits)) ? '<time>' : digits));
    return out.replaceAll(UUID, id => this.#name(id)).replaceAll(TOKEN, token => (looksRandom(token) ? this.#name(token) : token));
  }

  #name(value: string): string {
    const key = value.toLowerCase();
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = `<id ${this.#step + 1} ${++this.#count}>`;
    this.#names.set(key, name);
    return name;
  }
}

/** Names that people give have few digits and keep to one case; random text does not. */
function looksRandom(token: string): boolean {
  const digits = token.replaceAll(/\D/g, '').length;
  const random = /[a-z]/.test(token) && /[A-Z]/.test(token) && digits > 0;
  return digits >= 4 || random;
}

const DAY_MS = 86_400_000;

/** A moment of these days, in seconds or milliseconds. */
function isNow(value: number): boolean {
  const now = Date.now();
  return Math.abs(value - now) < DAY_MS || Math.abs(value * 1000 - now) < DAY_MS;
}

/** A part that is not the same in two runs. */
export interface Part {
  readonly step: number;
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export function differingParts(a: Comparable, b: Comparable): readonly Part[] {
  const parts: Part[] = [];
  for (let step = 0; step < Math.max(a.steps.length, b.steps.length); step++) {
    const before = a.steps[step] ?? new Map<string, string>();
    const after = b.steps[step] ?? new Map<string, string>();
    for (const path of new Set([...before.keys(), ...after.keys()])) {
      if (before.get(path) !== after.get(path)) parts.push({ step, path, before: before.get(path), after: after.get(path) });
    }
  }
  return parts;
}

/** Places that are not the same in two runs that should be. */
export class Noise {
  readonly #places = new Set<string>();

  add(parts: readonly Part[]): void {
    for (const { step, path } of parts) {
      this.#places.add(`${step} ${path}`);
      // Texts and lists of different length cannot be held against each other piece by piece.
      const whole = /^(.*)\.(?:words|length)$/.exec(path)?.[1];
      if (whole !== undefined) this.#places.add(`${step} ${whole}`);
    }
  }

  covers({ step, path }: Part): boolean {
    for (let end = path.length; end > 0; end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf(' word', end - 1))) {
      if (this.#places.has(`${step} ${path.slice(0, end)}`)) return true;
    }
    // When even the kind of the answer changes, nothing of the step can be compared.
    return this.#places.has(`${step} .kind`);
  }

  get steps(): readonly number[] {
    return [...new Set([...this.#places].map(place => Number(place.split(' ', 1)[0])))].sort((a, b) => a - b);
  }

  /** Steps of which nothing is comparable. */
  get lost(): readonly number[] {
    return this.steps.filter(step => this.#places.has(`${step} .kind`));
  }
}
