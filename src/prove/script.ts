import type { JsonObject, JsonValue } from '../finding.js';
import { isList, isObject, parseJson, valueAt } from './json.js';

/** One line of a call script. docs/prove.md describes the format. */
export type Step = ToolStep | PromptStep | ResourceStep | ListStep;

interface Named {
  /** Name under which later steps can refer to the result. */
  readonly as?: string;
  /** Answers to what the server asks during the call, in order. */
  readonly answers?: readonly JsonObject[];
}
export interface ToolStep extends Named {
  readonly tool: string;
  readonly arguments?: JsonObject;
  /** Breaks the call off after this time, and looks with another tool whether the work stops. */
  readonly cancelAfterMs?: number;
  readonly watch?: { readonly tool: string; readonly arguments?: JsonObject };
}
export interface PromptStep extends Named {
  readonly prompt: string;
  readonly arguments?: JsonObject;
}
export interface ResourceStep extends Named {
  readonly resource: string | JsonObject;
}
export interface ListStep extends Named {
  readonly list: ListName;
}

export const LISTS = ['tools', 'prompts', 'resources', 'resourceTemplates'] as const;
export type ListName = (typeof LISTS)[number];

const METHOD: Readonly<Record<ListName, string>> = {
  tools: 'tools/list',
  prompts: 'prompts/list',
  resources: 'resources/list',
  resourceTemplates: 'resources/templates/list',
};

/** Said to the user as it is: it names the line. */
export class ScriptError extends Error {}

const MEMBERS = {
  tool: ['tool', 'arguments', 'as', 'answers', 'cancelAfterMs', 'watch'],
  prompt: ['prompt', 'arguments', 'as', 'answers'],
  resource: ['resource', 'as', 'answers'],
  list: ['list', 'as'],
} as const;

export function parseScript(text: string, name: string): readonly Step[] {
  const steps: Step[] = [];
  const known = new Set<string>();
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '' || line.trim().startsWith('//')) return;
    const where = `${name}:${index + 1}`;
    const value = parseJson(line);
    if (value === undefined) throw new ScriptError(`${where}: this line is no JSON. A script holds one JSON object per line.`);
    const step = stepOf(value, where);
    for (const reference of referencesIn(argumentsOf(step))) {
      if (reference.match !== undefined && !isPattern(reference.match)) throw new ScriptError(`${where}: "match" is no regular expression: ${reference.match}`);
      if (!known.has(reference.step)) throw new ScriptError(`${where}: $from names ${reference.step}, but no earlier line has "as": "${reference.step}".`);
    }
    if (step.as !== undefined) {
      if (known.has(step.as)) throw new ScriptError(`${where}: "as": "${step.as}" is used twice.`);
      known.add(step.as);
    }
    steps.push(step);
  });
  if (steps.length === 0) throw new ScriptError(`${name} holds no call.`);
  return steps;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}

function stepOf(value: JsonValue, where: string): Step {
  if (!isObject(value)) throw new ScriptError(`${where}: a line is a JSON object such as {"tool": "add", "arguments": {}}.`);
  const kinds = (['tool', 'prompt', 'resource', 'list'] as const).filter(kind => value[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) throw new ScriptError(`${where}: a line has one of "tool", "prompt", "resource", "list"; this one has ${kinds.length === 0 ? 'none' : kinds.join(' and ')}.`);
  const members: readonly string[] = MEMBERS[kind];
  for (const key of Object.keys(value)) if (!members.includes(key)) throw new ScriptError(`${where}: "${key}" is unknown here. A ${kind} line knows ${members.join(', ')}.`);
  const named = namedOf(value, where);
  const target = value[kind];
  if (kind === 'list') {
    const list = LISTS.find(l => l === target);
    if (!list) throw new ScriptError(`${where}: "list" is one of ${LISTS.join(', ')}.`);
    return { list, ...named };
  }
  if (kind === 'resource') {
    if (typeof target !== 'string' && !(isObject(target) && isReference(target))) throw new ScriptError(`${where}: "resource" is the address of a resource, or a $from.`);
    return { resource: target, ...named };
  }
  if (typeof target !== 'string' || target === '') throw new ScriptError(`${where}: "${kind}" is the name of a ${kind}.`);
  const given = objectMember(value, 'arguments', where);
  if (kind === 'prompt') return { prompt: target, ...(given && { arguments: given }), ...named };
  return { tool: target, ...(given && { arguments: given }), ...named, ...cancelOf(value, where) };
}

function namedOf(value: JsonObject, where: string): Named {
  const { as, answers } = value;
  if (as !== undefined && (typeof as !== 'string' || !/^[\w-]+$/.test(as))) throw new ScriptError(`${where}: "as" is a name of letters, digits, _ and -.`);
  if (answers === undefined) return as === undefined ? {} : { as };
  if (!isList(answers)) throw new ScriptError(`${where}: "answers" is a list of results, such as [{"action": "accept", "content": {}}].`);
  const results = answers.filter(isObject);
  if (results.length !== answers.length) throw new ScriptError(`${where}: each of "answers" is an object.`);
  return { ...(as !== undefined && { as }), answers: results };
}

function cancelOf(value: JsonObject, where: string): Pick<ToolStep, 'cancelAfterMs' | 'watch'> {
  const { cancelAfterMs, watch } = value;
  if (cancelAfterMs === undefined) {
    if (watch !== undefined) throw new ScriptError(`${where}: "watch" needs "cancelAfterMs".`);
    return {};
  }
  if (typeof cancelAfterMs !== 'number' || cancelAfterMs < 0) throw new ScriptError(`${where}: "cancelAfterMs" is a number of milliseconds.`);
  if (watch === undefined) return { cancelAfterMs };
  if (!isObject(watch) || typeof watch['tool'] !== 'string') throw new ScriptError(`${where}: "watch" is {"tool": name, "arguments": {}}.`);
  const given = objectMember(watch, 'arguments', where);
  return { cancelAfterMs, watch: { tool: watch['tool'], ...(given && { arguments: given }) } };
}

function objectMember(value: JsonObject, key: string, where: string): JsonObject | undefined {
  const found = value[key];
  if (found === undefined) return undefined;
  if (!isObject(found)) throw new ScriptError(`${where}: "${key}" is an object.`);
  return found;
}

export function printScript(steps: readonly Step[]): string {
  return steps.map(step => `${JSON.stringify(step)}\n`).join('');
}

/** For reports: `add_item {"sku":"a"}`. */
export function describeStep(step: Step): string {
  if ('tool' in step) return withArguments(step.tool, step.arguments);
  if ('prompt' in step) return `prompt ${withArguments(step.prompt, step.arguments)}`;
  if ('resource' in step) return `resource ${typeof step.resource === 'string' ? step.resource : JSON.stringify(step.resource)}`;
  return METHOD[step.list];
}

function withArguments(name: string, given: JsonObject | undefined): string {
  return given && Object.keys(given).length > 0 ? `${name} ${JSON.stringify(given)}` : name;
}

/** The protocol request that a step is, its references filled in. */
export function requestOf(step: Step, results: ReadonlyMap<string, JsonValue>): { readonly method: string; readonly params: JsonObject } {
  if ('tool' in step) return { method: 'tools/call', params: { name: step.tool, arguments: resolved(step.arguments, results) } };
  if ('prompt' in step) return { method: 'prompts/get', params: { name: step.prompt, arguments: resolved(step.arguments, results) } };
  if ('list' in step) return { method: METHOD[step.list], params: {} };
  const uri = fill(step.resource, results);
  return { method: 'resources/read', params: { uri: uri ?? '' } };
}

function resolved(given: JsonObject | undefined, results: ReadonlyMap<string, JsonValue>): JsonObject {
  const value = fill(given ?? {}, results);
  return isObject(value) ? value : {};
}

interface Reference {
  readonly step: string;
  readonly path: readonly string[];
  /** Cuts a part out of a text: its first group, or all of it. */
  readonly match?: string;
}

function isReference(value: JsonObject): boolean {
  return typeof value['$from'] === 'string';
}

function referenceOf(value: JsonObject): Reference | undefined {
  const { $from: from, match } = value;
  if (typeof from !== 'string') return undefined;
  const [step = '', ...path] = from.split('.');
  return { step, path, ...(typeof match === 'string' && { match }) };
}

export function argumentsOf(step: Step): JsonValue {
  if ('tool' in step || 'prompt' in step) return step.arguments ?? {};
  return 'resource' in step ? step.resource : {};
}

export function referencesIn(value: JsonValue): readonly Reference[] {
  if (isList(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  const reference = referenceOf(value);
  return reference ? [reference] : Object.values(value).flatMap(referencesIn);
}

/** What an earlier call did not return stays out: the server then says what it misses, in all runs alike. */
function fill(value: JsonValue, results: ReadonlyMap<string, JsonValue>): JsonValue | undefined {
  if (isList(value)) return value.map(v => fill(v, results) ?? null);
  if (!isObject(value)) return value;
  const reference = referenceOf(value);
  if (reference) return lookUp(reference, results);
  const entries = Object.entries(value).flatMap(([key, v]): [string, JsonValue][] => {
    const filled = fill(v, results);
    return filled === undefined ? [] : [[key, filled]];
  });
  return Object.fromEntries(entries);
}

function lookUp({ step, path, match }: Reference, results: ReadonlyMap<string, JsonValue>): JsonValue | undefined {
  const found = valueAt(results.get(step), path);
  if (match === undefined || typeof found !== 'string') return found;
  const cut = new RegExp(match).exec(found);
  return cut ? (cut[1] ?? cut[0]) : undefined;
}
