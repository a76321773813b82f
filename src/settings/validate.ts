import { Ajv, type ErrorObject } from 'ajv';
import { nearest } from './nearest.js';
import { settingsSchema, type Names } from './schema.js';
import type { Settings } from './settings.js';

export interface Problem {
  /** Keys from the top to the one that is wrong. */
  readonly path: readonly string[];
  /** Whether the key itself is wrong, not its value. */
  readonly key: boolean;
  readonly message: string;
}

export type Checked = { readonly settings: Settings } | { readonly problems: readonly Problem[] };

export function checkSettings(value: unknown, names: Names): Checked {
  const validate = new Ajv({ allErrors: true, verbose: true, strict: true }).compile<Settings>(settingsSchema(names));
  if (validate(value)) return { settings: value };
  return { problems: (validate.errors ?? []).map(problemOf) };
}

function problemOf(error: ErrorObject): Problem {
  const path = error.instancePath.split('/').slice(1).map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (error.keyword === 'additionalProperties') return unknownKey(error, path);
  return { path, key: false, message: `${wrongValue(error)}.${suggestion(error.data, allowed(error))}` };
}

function unknownKey(error: ErrorObject, path: readonly string[]): Problem {
  const name = stringIn(error.params, 'additionalProperty') ?? '';
  const known = Object.keys(objectIn(error.parentSchema, 'properties'));
  const among = known.length <= 12 ? ` Known: ${known.filter(k => k !== '$schema').join(', ')}.` : '';
  return { path: [...path, name], key: true, message: `there is no such key.${suggestion(name, known) || among}` };
}

function wrongValue({ keyword, data, params, message }: ErrorObject): string {
  const given = JSON.stringify(data);
  if (keyword === 'enum') return `${given} is none of ${allowedIn(params).join(', ')}`;
  if (keyword === 'type') return `${given} is no ${stringIn(params, 'type') ?? 'such value'}`;
  return `${given} ${message ?? 'is wrong'}`;
}

function allowed({ keyword, params }: ErrorObject): readonly string[] {
  return keyword === 'enum' ? allowedIn(params) : [];
}

function allowedIn(params: unknown): readonly string[] {
  const values = typeof params === 'object' && params !== null ? (Reflect.get(params, 'allowedValues') as unknown) : undefined;
  return Array.isArray(values) ? values.filter(v => typeof v === 'string') : [];
}

function stringIn(holder: unknown, key: string): string | undefined {
  const value = typeof holder === 'object' && holder !== null ? (Reflect.get(holder, key) as unknown) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function objectIn(holder: unknown, key: string): object {
  const value = typeof holder === 'object' && holder !== null ? (Reflect.get(holder, key) as unknown) : undefined;
  return typeof value === 'object' && value !== null ? value : {};
}

function suggestion(given: unknown, known: readonly string[]): string {
  const found = typeof given === 'string' ? nearest(given, known) : undefined;
  return found === undefined ? '' : ` Did you mean ${found}?`;
}
