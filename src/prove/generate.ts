import type { JsonObject, JsonValue } from '../finding.js';
import type { Client } from './clients/client.js';
import { GivenValues, type Given } from './given.js';
import { isList, isObject, listAt, objectAt, textAt, without } from './json.js';
import { runStep } from './run.js';
import { sampler, type Sampler } from './sample.js';
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
const MAX_ATTEMPTS = 16;

/**
 * Makes a script by calling a server: what a call returns is passed on where a later argument asks for it, and what one
 * tool was given is asked for of the others. The same seed and the same server give the same script.
 */
export async function generateScript(client: Client, survey: Survey, options: GenerateOptions): Promise<Generated> {
  return new Generator(client, survey, await sampler(options.seed)).make(options);
}

class Generator {
  readonly #schemas: ReadonlyMap<string, JsonObject>;
  readonly #results = new Map<string, JsonValue>();
  readonly #places: Place[] = [];
  readonly #given = new GivenValues();
  readonly #steps: Step[] = [];

  constructor(
    private readonly client: Client,
    private readonly survey: Survey,
    private readonly sample: Sampler,
  ) {
    this.#schemas = new Map(survey.tools.map(t => [t.name, t.inputSchema]));
  }

  async make({ allowed, calls }: GenerateOptions): Promise<Generated> {
    const tools = inOrder(this.survey.tools.filter(allowed)).slice(0, MAX_TOOLS);
    const waiting = await this.#first(tools);
    const ready = tools.filter(tool => !waiting.includes(tool));
    for (let turn = 1; turn < calls; turn++) await this.#callAll(ready, turn);
    // Last come the readers, and who asked for something before it was there: they see what all the others did.
    await this.#callAll(ready.filter(tool => isReader(tool) || this.#given.cameEarly(tool.name)), 0);
    const steps = this.#steps;
    const used = new Set(steps.flatMap(step => [...JSON.stringify(step).matchAll(/"\$from":"([\w-]+)\./g)].map(m => m[1])));
    return { steps: [...steps.map(step => (used.has(step.as) ? step : withoutName(step))), ...readable(this.survey)], left: waiting.map(t => t.name) };
  }

  /** Calls each tool once, and returns those that miss something. Tools that need a handle wait until some other tool has returned one. */
  async #first(tools: readonly Tool[]): Promise<readonly Tool[]> {
    const waiting = new Set(tools);
    for (let progress = true; progress; ) {
      const before = waiting.size;
      for (const tool of waiting) if (await this.#call(tool, 0)) waiting.delete(tool);
      progress = waiting.size < before;
      if (progress) continue;
      // Nobody returns it, so perhaps the caller chooses it, as a key: then one tool takes what is new and others ask for it.
      for (const tool of waiting) {
        if (!mayKeep(tool) || !sharesHandle(tool, [...waiting]) || !(await this.#call(tool, 0, true))) continue;
        waiting.delete(tool);
        progress = true;
        break;
      }
    }
    return [...waiting];
  }

  async #callAll(tools: readonly Tool[], turn: number): Promise<void> {
    for (const tool of tools) if (this.#steps.length < MAX_STEPS) await this.#call(tool, turn);
  }

  /** False while a handle is missing; with an invented one, also when the server does not take it. */
  async #call(tool: Tool, turn: number, invent = false): Promise<boolean> {
    const filled = this.#argumentsFor(tool, turn, invent);
    if (!filled) return false;
    const as = `s${this.#steps.length + 1}`;
    const step: ToolStep = { tool: tool.name, ...(Object.keys(filled.all).length > 0 && { arguments: filled.all }), as };
    const { outcome } = await runStep(this.client, step, this.#results, this.#schemas);
    const well = outcome.kind === 'result' && outcome.result['isError'] !== true;
    if (invent && !well) return false;
    if (outcome.kind === 'result') this.#results.set(as, outcome.result);
    if (well) {
      const places = placesIn(outcome.result, as);
      this.#places.push(...places);
      for (const [name, value] of Object.entries(filled.madeUp)) {
        // What the server calls it from now on counts, where it says so.
        const renamed = places.find(p => p.key !== undefined && sameName(p.key, name) && typeof p.value === typeof value && p.value !== value);
        if (!renamed) this.#given.add({ name, tool: tool.name, turn, value, kept: mayKeep(tool) });
      }
      if (mayKeep(tool)) for (const given of filled.again) this.#given.usedAgain(given);
    }
    this.#steps.push(step);
    return true;
  }

  /** Undefined while a handle is missing that some other tool may still return. */
  #argumentsFor(tool: Tool, turn: number, invent: boolean): Filled | undefined {
    const { inputSchema: schema } = tool;
    const invented = this.#invented(tool, turn);
    const all: Record<string, JsonValue> = { ...invented };
    const known = new Set<string>();
    const again: Given[] = [];
    const required = listAt(schema, 'required');
    for (const [name, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
      const wanted = required.includes(name);
      const handle = HANDLE_NAME.test(name);
      if (!wanted && !handle) continue;
      const place = placeFor(name, property, this.#places);
      const given = wanted ? this.#given.for(name, { tool: tool.name, turn }).find(g => this.#takes(schema, invented, g.value, name)) : undefined;
      if (place && (handle || given?.kept !== true)) {
        all[name] = place.reference;
        known.add(name);
      } else if (given) {
        all[name] = given.value;
        known.add(name);
        again.push(given);
      } else if (wanted && handle && turn === 0 && !invent && isText(property) && !isChoice(property)) return undefined;
    }
    return { all, madeUp: without(invented, ...known), again };
  }

  /** Values of which there are few become others in each turn: one of them alone may be what the server begins with. */
  #invented(tool: Tool, turn: number): JsonObject {
    const { name, inputSchema: schema } = tool;
    const made: Record<string, JsonValue> = { ...this.sample.make(schema, `${name} ${turn}`) };
    if (turn === 0) return made;
    const earlier = Array.from({ length: turn }, (_, t) => this.sample.make(schema, `${name} ${t}`));
    for (const [key, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
      if (made[key] === undefined || !isScarce(property)) continue;
      const seen = (value: JsonValue | undefined): boolean => earlier.some(e => JSON.stringify(e[key]) === JSON.stringify(value));
      for (let attempt = 1; attempt <= MAX_ATTEMPTS && seen(made[key]); attempt++) {
        const other = this.sample.make(schema, `${name} ${turn} ${attempt}`, true)[key];
        if (other !== undefined && !seen(other) && this.#takes(schema, made, other, key)) made[key] = other;
      }
    }
    return made;
  }

  #takes(schema: JsonObject, made: JsonObject, value: JsonValue, name: string): boolean {
    // A schema that cannot be read, or not met, says nothing of a value.
    const judged = this.sample.fits(schema, made) === true;
    return judged ? this.sample.fits(schema, { ...made, [name]: value }) === true : typeof made[name] === typeof value;
  }
}

interface Filled {
  readonly all: JsonObject;
  /** Those that neither an earlier result nor an earlier call gave. */
  readonly madeUp: JsonObject;
  /** Those that an earlier call was given as well. */
  readonly again: readonly Given[];
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
  return [...tools].sort((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ name, readOnly }: Tool): number {
  if (/^(?:create|new|open|start|begin|init|login|connect|set)/i.test(name)) return 0;
  if (/(?:delete|remove|clear|close|end|stop|reset|checkout|logout|disconnect)/i.test(name)) return 3;
  return readOnly || /^(?:get|list|read|view|show|history|status)/i.test(name) ? 2 : 1;
}

function isReader(tool: Tool): boolean {
  return tool.readOnly || rankOf(tool) === 2;
}

function mayKeep(tool: Tool): boolean {
  return !tool.readOnly && rankOf(tool) < 2;
}

function sharesHandle(tool: Tool, others: readonly Tool[]): boolean {
  const handles = ({ inputSchema }: Tool): readonly string[] => listAt(inputSchema, 'required').filter(n => typeof n === 'string').filter(n => HANDLE_NAME.test(n));
  return handles(tool).some(name => others.some(other => other !== tool && handles(other).some(n => sameName(n, name))));
}

const HANDLE_NAME = /(?:^|[_-])(?:id|handle|token|key|ref|cursor)$|(?:Id|Handle|Token|Key|Ref)$/;

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

function isScarce(property: JsonValue): boolean {
  return isChoice(property) || (isObject(property) && ['boolean', 'integer', 'number'].some(type => property['type'] === type));
}
