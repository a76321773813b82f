import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../finding.js';
import type { Client } from './clients/client.js';
import { isList, isObject, listAt, numberAt, objectAt, textAt } from './json.js';
import { runStep } from './run.js';
import type { Step, ToolStep } from './script.js';
import type { Survey, Tool } from './survey.js';
import { placesIn, sameName, type Place } from './thread.js';

export interface GenerateOptions {
  readonly seed: number;
  /** Whether a tool may be called. */
  readonly allowed: (tool: Tool) => boolean;
  /** How often each tool is called. Twice at least shows a counter. */
  readonly calls: number;
}

export interface Generated {
  readonly steps: readonly Step[];
  /** Tools that need something which no other tool returned. */
  readonly left: readonly string[];
}

const MAX_TOOLS = 40;
const MAX_STEPS = 60;

/**
 * Makes a script by calling a server: what a call returns is passed on where a later argument asks for it.
 * The same seed and the same server give the same script.
 */
export async function generateScript(client: Client, survey: Survey, options: GenerateOptions): Promise<Generated> {
  const sample = await sampler(options.seed);
  const schemas = new Map(survey.tools.map(t => [t.name, t.inputSchema]));
  const results = new Map<string, JsonValue>();
  const places: Place[] = [];
  const steps: Step[] = [];
  const call = async (tool: Tool, turn: number): Promise<boolean> => {
    const filled = argumentsFor(tool, turn, places, sample);
    if (!filled) return false;
    const as = `s${steps.length + 1}`;
    const step: ToolStep = { tool: tool.name, ...(Object.keys(filled).length > 0 && { arguments: filled }), as };
    const { outcome } = await runStep(client, step, results, schemas);
    if (outcome.kind === 'result') {
      results.set(as, outcome.result);
      if (outcome.result['isError'] !== true) places.push(...placesIn(outcome.result, as));
    }
    steps.push(step);
    return true;
  };

  const tools = inOrder(survey.tools.filter(options.allowed)).slice(0, MAX_TOOLS);
  let waiting: readonly Tool[] = tools;
  // Tools that need a handle wait until some other tool has returned one.
  for (let progress = true; progress && waiting.length > 0; ) {
    const next: Tool[] = [];
    for (const tool of waiting) if (!(await call(tool, 0))) next.push(tool);
    progress = next.length < waiting.length;
    waiting = next;
  }
  for (let turn = 1; turn < options.calls; turn++) {
    for (const tool of tools) if (steps.length < MAX_STEPS && !waiting.includes(tool)) await call(tool, turn);
  }
  // The readers last: they see what all the others did.
  for (const tool of tools) if (tool.readOnly && steps.length < MAX_STEPS && !waiting.includes(tool)) await call(tool, 0);
  const used = new Set(steps.flatMap(step => [...JSON.stringify(step).matchAll(/"\$from":"([\w-]+)\./g)].map(m => m[1])));
  return { steps: [...steps.map(step => (used.has(step.as) ? step : withoutName(step))), ...readable(survey)], left: waiting.map(t => t.name) };
}

function withoutName(step: Step): Step {
  const { as, ...rest } = step;
  return as === undefined ? step : rest;
}

/** Resources and prompts without arguments can be read without inventing anything. */
function readable({ prompts, resources }: Survey): readonly Step[] {
  return [
    ...resources.slice(0, 5).flatMap((r): Step[] => (textAt(r, 'uri') === undefined ? [] : [{ resource: textAt(r, 'uri') ?? '' }])),
    ...prompts.slice(0, 5).flatMap((p): Step[] => (textAt(p, 'name') === undefined || listAt(p, 'arguments').length > 0 ? [] : [{ prompt: textAt(p, 'name') ?? '' }])),
  ];
}

/** Makers first, then changers, then readers, then what ends things. */
function inOrder(tools: readonly Tool[]): readonly Tool[] {
  const rank = ({ name, readOnly }: Tool): number => {
    if (/^(?:create|new|open|start|begin|init|login|connect|set)/i.test(name)) return 0;
    if (/(?:delete|remove|clear|close|end|stop|reset|checkout|logout|disconnect)/i.test(name)) return 3;
    return readOnly || /^(?:get|list|read|view|show|history|status)/i.test(name) ? 2 : 1;
  };
  return [...tools].sort((a, b) => rank(a) - rank(b));
}

const HANDLE_NAME = /(?:^|[_-])(?:id|handle|token|key|ref|cursor)$|(?:Id|Handle|Token|Key|Ref)$/;

/** Undefined while a handle is missing that some other tool may still return. */
function argumentsFor(tool: Tool, turn: number, places: readonly Place[], sample: Sampler): JsonObject | undefined {
  const invented = sample(tool.inputSchema, `${tool.name} ${turn}`);
  const filled: Record<string, JsonValue> = { ...invented };
  const required = listAt(tool.inputSchema, 'required');
  for (const [name, property] of Object.entries(objectAt(tool.inputSchema, 'properties') ?? {})) {
    const place = placeFor(name, property, places);
    const wanted = required.includes(name);
    if (place && (wanted || HANDLE_NAME.test(name))) filled[name] = place.reference;
    else if (wanted && HANDLE_NAME.test(name) && turn === 0 && isText(property) && !isChoice(property)) return undefined;
  }
  return filled;
}

/** The latest value that some result gave under the same name and with the same type. */
function placeFor(name: string, property: JsonValue, places: readonly Place[]): Place | undefined {
  // A number under the same name is most often just another number.
  if (isChoice(property) || (!isText(property) && !HANDLE_NAME.test(name))) return undefined;
  const type = isText(property) ? 'string' : 'number';
  const fits = (p: Place): boolean => typeof p.value === type && p.key !== undefined;
  const exact = places.findLast(p => fits(p) && sameName(p.key ?? '', name));
  // `cart_id` of one tool may be called `id` by the tool that made it.
  return exact ?? (HANDLE_NAME.test(name) ? places.findLast(p => fits(p) && /^(?:id|handle|token)$/i.test(p.key ?? '')) : undefined);
}

function isText(property: JsonValue): boolean {
  return isObject(property) && (property['type'] === 'string' || property['type'] === undefined);
}

function isChoice(property: JsonValue): boolean {
  return isObject(property) && (isList(property['enum']) || property['const'] !== undefined);
}

const RANGE = 100;

/** Numbers without limits are kept small: sums of them stay exact, and amounts stay plausible. */
function bounded(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).map(([key, value]): [string, JsonValue] => [key, isObject(value) ? bounded(value) : isList(value) ? value.map(v => (isObject(v) ? bounded(v) : v)) : value]);
  const inner: JsonObject = Object.fromEntries(entries);
  if (inner['type'] !== 'integer' && inner['type'] !== 'number') return inner;
  const least = Math.max(numberAt(inner, 'minimum') ?? 0, numberAt(inner, 'exclusiveMinimum') ?? 0);
  const most = Math.min(numberAt(inner, 'maximum') ?? least + RANGE, numberAt(inner, 'exclusiveMaximum') ?? Infinity, least + RANGE);
  return { ...inner, minimum: Math.min(least, most), maximum: most };
}

type Sampler = (schema: JsonObject, salt: string) => JsonObject;

async function sampler(seed: number): Promise<Sampler> {
  const { createGeneratorSync } = await import('json-schema-faker');
  return (schema, salt) => {
    const generator = createGeneratorSync({
      seed: createHash('sha256').update(`${seed} ${salt}`).digest().readUInt32BE(),
      optionalsProbability: 0,
      useDefaultValue: true,
      useExamplesValue: true,
      maxDefaultItems: 2,
    });
    const made = JSON.parse(JSON.stringify(generator.generate(bounded(schema)) ?? {})) as JsonValue;
    return isObject(made) ? made : {};
  };
}
