import type { JsonObject, JsonValue } from '../finding.js';
import { startBalancer } from './balancer.js';
import { isList, isObject, objectAt, parseJson, textAt } from './json.js';
import { Launcher, Scratch, type Replica } from './launch.js';
import { endAtInterrupt, stopAll, wasInterrupted, type ServerProcess } from './processes.js';
import type { ProveOptions } from './prove.js';
import type { Step } from './script.js';
import { placesIn, threaded, type Place } from './thread.js';
import { EventReader } from './wire.js';

/** Turns the messages of a real session into a script. What a result gave and a later call passes on becomes a reference. */
export class Recorder {
  readonly #open = new Map<string, { readonly method: string; readonly params: JsonObject }>();
  readonly #asked = new Map<string, JsonObject[]>();
  readonly #steps: Step[] = [];
  readonly #places: Place[] = [];
  #used = new Set<string>();

  fromClient(message: JsonValue | undefined): void {
    if (!isObject(message)) return;
    const { id, method } = message;
    const params = objectAt(message, 'params') ?? {};
    if (typeof method === 'string' && id !== undefined) {
      this.#open.set(JSON.stringify(id), { method, params });
      // In the modern era the answers come with the repeated call.
      const answers = objectAt(params, 'inputResponses');
      if (answers) this.#asked.set(keyOf(method, params), [...(this.#asked.get(keyOf(method, params)) ?? []), ...Object.values(answers).filter(isObject)]);
    } else if (id !== undefined && isObject(message['result'])) {
      // In the older era they are messages of their own, while the call is open.
      const call = [...this.#open.values()].at(-1);
      if (call) this.#asked.set(keyOf(call.method, call.params), [...(this.#asked.get(keyOf(call.method, call.params)) ?? []), message['result']]);
    }
  }

  fromServer(message: JsonValue | undefined): void {
    if (!isObject(message) || message['method'] !== undefined) return;
    const { id } = message;
    if (id === undefined || id === null) return;
    const request = this.#open.get(JSON.stringify(id));
    if (!request) return;
    this.#open.delete(JSON.stringify(id));
    const result = objectAt(message, 'result');
    if (result?.['resultType'] === 'input_required') return;
    const as = `s${this.#steps.length + 1}`;
    const step = this.#stepOf(request.method, request.params, as);
    if (!step) return;
    this.#steps.push(step);
    if (result) this.#places.push(...placesIn(result, as));
  }

  /** Names stay where a later call uses them. */
  steps(): readonly Step[] {
    return this.#steps.map(step => {
      if (step.as !== undefined && this.#used.has(step.as)) return step;
      const { as, ...rest } = step;
      return as === undefined ? step : rest;
    });
  }

  #stepOf(method: string, params: JsonObject, as: string): Step | undefined {
    const answers = this.#asked.get(keyOf(method, params));
    const named = { as, ...(answers && { answers }) };
    const given = this.#threaded(objectAt(params, 'arguments'));
    const name = textAt(params, 'name') ?? '';
    switch (method) {
      case 'tools/call':
        return { tool: name, ...(given && { arguments: given }), ...named };
      case 'prompts/get':
        return { prompt: name, ...(given && { arguments: given }), ...named };
      case 'resources/read':
        return { resource: textAt(params, 'uri') ?? '', ...named };
      default:
        return undefined;
    }
  }

  #threaded(given: JsonObject | undefined): JsonObject | undefined {
    if (!given || Object.keys(given).length === 0) return undefined;
    const value = threaded(given, this.#places);
    for (const [, step] of JSON.stringify(value).matchAll(/"\$from":"([\w-]+)\./g)) if (step !== undefined) this.#used.add(step);
    return isObject(value) ? value : given;
  }
}

function keyOf(method: string, { name, uri, arguments: given }: JsonObject): string {
  return JSON.stringify([method, name ?? uri ?? null, given ?? null]);
}

/** Runs the server behind a proxy until the client, or the person, ends it. */
export async function record(options: ProveOptions, say: (text: string) => void): Promise<readonly Step[]> {
  const { command = [], urls = [], portEnv = 'PORT', path = '/mcp', env = {}, cwd = '.', transport } = options;
  const scratch = new Scratch();
  const usesPort = portEnv !== 'PORT' || [...command, ...Object.values(env)].some(text => text?.includes('{port}'));
  const http = urls.length > 0 || transport === 'http' || (transport === undefined && usesPort);
  const launcher = new Launcher({ command, cwd, env, portEnv, path, startTimeoutMs: options.startTimeoutMs ?? 20_000 }, scratch);
  const recorder = new Recorder();
  try {
    if (http) {
      const [url] = urls;
      await recordHttp(url === undefined ? await launcher.http(launcher.shared()) : { url: new URL(url), process: undefined, folder: undefined }, recorder, say);
    } else await recordStdio(launcher.stdio(launcher.shared(), launcher.own()), recorder);
    return recorder.steps();
  } finally {
    await stopAll(scratch.owner);
    scratch.remove();
  }
}

async function recordHttp(replica: Replica, recorder: Recorder, say: (text: string) => void): Promise<void> {
  const balancer = await startBalancer(() => replica.url, {
    path: replica.url.pathname,
    onPassed: ({ method, requestBody, responseBody, contentType }) => {
      if (method !== 'POST') return;
      for (const message of messagesIn(requestBody, 'application/json')) recorder.fromClient(message);
      for (const message of messagesIn(responseBody, contentType)) recorder.fromServer(message);
    },
  });
  say(`Recording at ${balancer.url.href}. Point a client there; end with Ctrl-C.\n`);
  await interrupted(replica.process);
  await balancer.close();
}

function messagesIn(body: string, contentType: string): readonly JsonValue[] {
  const texts = contentType.includes('text/event-stream') ? new EventReader().push(`${body}\n\n`) : [body];
  return texts.flatMap(text => {
    const value = parseJson(text);
    return isList(value) ? value : value === undefined ? [] : [value];
  });
}

/** We stand where the server stood: our pipes are the client's. */
async function recordStdio(server: ServerProcess, recorder: Recorder): Promise<void> {
  const up = lines(message => recorder.fromClient(message));
  const down = lines(message => recorder.fromServer(message));
  process.stdin.on('data', (chunk: Buffer) => {
    up(chunk.toString('utf8'));
    server.child.stdin?.write(chunk);
  });
  process.stdin.on('end', () => server.child.stdin?.end());
  server.child.stdout?.on('data', (chunk: Buffer) => {
    down(chunk.toString('utf8'));
    process.stdout.write(chunk);
  });
  await interrupted(server);
  process.stdin.destroy();
}

function lines(take: (message: JsonValue | undefined) => void): (chunk: string) => void {
  let rest = '';
  return chunk => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) take(parseJson(part));
  };
}

/** Until the server ends, or somebody asks us to. */
async function interrupted(server: ServerProcess | undefined): Promise<void> {
  await new Promise<void>(resolve => {
    endAtInterrupt(resolve);
    if (server) void server.ended.then(resolve);
    // Servers that somebody else runs bring no handler of ours along.
    else for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    if (wasInterrupted()) resolve();
  });
}
