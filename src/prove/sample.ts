import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../finding.js';
import { isList, isObject, numberAt, without } from './json.js';

const RANGE = 100;
const LETTERS = 8;
const MAX_LETTERS = 1000;

/** Keywords whose value is data, not a schema. */
const DATA = new Set(['default', 'examples', 'example', 'const', 'enum', 'required']);
/** Keywords that say more of a text than its length. */
const CLOSER = ['enum', 'const', 'format', 'pattern', 'contentEncoding', 'contentMediaType', '$ref', 'anyOf', 'oneOf', 'allOf', 'not', 'if'];

/**
 * Numbers without limits are kept small: sums of them stay exact, and amounts stay plausible. Texts that may be anything
 * become words of letters: never empty, never taken for a duration or an id, and not the same twice by chance.
 */
export function bounded(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).map(([key, value]): [string, JsonValue] => [key, DATA.has(key) && typeof schema['type'] === 'string' ? value : inside(value)]);
  const inner: JsonObject = Object.fromEntries(entries);
  if (inner['type'] === 'string') return lettered(inner);
  if (inner['type'] !== 'integer' && inner['type'] !== 'number') return inner;
  const least = Math.max(numberAt(inner, 'minimum') ?? 0, numberAt(inner, 'exclusiveMinimum') ?? 0);
  const most = Math.min(numberAt(inner, 'maximum') ?? least + RANGE, numberAt(inner, 'exclusiveMaximum') ?? Infinity, least + RANGE);
  return { ...inner, minimum: Math.min(least, most), maximum: most };
}

function inside(value: JsonValue): JsonValue {
  if (isList(value)) return value.map(inside);
  return isObject(value) ? bounded(value) : value;
}

function lettered(schema: JsonObject): JsonObject {
  if (CLOSER.some(key => schema[key] !== undefined)) return schema;
  const length = Math.max(numberAt(schema, 'minLength') ?? 0, Math.min(numberAt(schema, 'maxLength') ?? LETTERS, LETTERS));
  return length > 0 && length <= MAX_LETTERS ? { ...schema, pattern: `^[a-z]{${length}}$` } : schema;
}

export interface Sampler {
  /** Arguments for a schema: the same ones for the same salt. Values that the schema proposes come first, unless `other` ones are wanted. */
  readonly make: (schema: JsonObject, salt: string, other?: boolean) => JsonObject;
  /** Whether arguments fit a schema. Undefined for a schema that cannot be read. */
  readonly fits: (schema: JsonObject, given: JsonObject) => boolean | undefined;
}

export async function sampler(seed: number): Promise<Sampler> {
  const { createGeneratorSync } = await import('json-schema-faker');
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const checkers = new Map<JsonObject, ((given: JsonObject) => boolean) | undefined>();
  const checkerFor = (schema: JsonObject): ((given: JsonObject) => boolean) | undefined => {
    if (checkers.has(schema)) return checkers.get(schema);
    const checker = compiled(schema);
    checkers.set(schema, checker);
    return checker;
  };
  const compiled = (schema: JsonObject): ((given: JsonObject) => boolean) | undefined => {
    try {
      // Servers write for several drafts; what is used of them is the same in all.
      const check = new Ajv2020({ strict: false, validateFormats: false, logger: false }).compile(without(schema, '$schema'));
      return given => check(given);
    } catch {
      return undefined;
    }
  };
  return {
    make: (schema, salt, other = false) => {
      const generator = createGeneratorSync({
        seed: createHash('sha256').update(`${seed} ${salt}`).digest().readUInt32BE(),
        optionalsProbability: 0,
        useDefaultValue: !other,
        useExamplesValue: !other,
        maxDefaultItems: 2,
      });
      const made = JSON.parse(JSON.stringify(generator.generate(bounded(schema)) ?? {})) as JsonValue;
      return isObject(made) ? made : {};
    },
    fits: (schema, given) => checkerFor(schema)?.(given),
  };
}
