import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import { auditFolder } from '../../src/audit.js';
import type { Choices } from '../../src/choices.js';
import { proveServer } from '../../src/prove/prove.js';
import type { Step } from '../../src/prove/script.js';
import { registry } from '../../src/registry.js';
import { buildWhole, expectNoState, migrateWhole, sessionServer } from './whole.js';
import { build, Caller, connect, copyOf, migrate, readCase, start, toolsOf, type Answer, type Replica } from './run.js';

interface Expected {
  readonly answers: readonly Answer[];
  readonly tools: ReadonlyMap<string, readonly string[]>;
}

/** How much of it: with the prove engine, and over how many processes. */
interface Extent {
  readonly engine: boolean;
  readonly replicas: number;
}

const WHOLE: Extent = { engine: true, replicas: 3 };

/** Everything that is promised of a migrated server, for one of them. */
export async function proveCase(name: string, store: Choices['store'], env: Readonly<Record<string, string>>, { engine, replicas }: Extent = WHOLE): Promise<void> {
  const { calls } = readCase(name);
  const folder = copyOf(name);
  try {
    const expected = await answersBefore(build(folder, 'stateful'), calls);
    const plan = migrate(folder, { store });
    expect(plan.dropped, 'dropped').toEqual([]);
    expect(plan.declines, 'declined').toEqual([]);
    expect(Object.keys(plan.result).length).toBeGreaterThan(2);
    expect(auditFolder(folder, registry).findings.filter(f => /^no-(?:session|process)-state$/.test(f.rule)).map(f => f.subject), 'state that is left').toEqual([]);
    const host = build(folder, 'stateless');
    await sameAnswers(name, host, env, expected, { replicas });
    if (engine) await proven(name, host, env, expected);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same of a server with its own entry, after one migration of everything. */
export async function proveWhole(name: string, store: Choices['store'], env: Readonly<Record<string, string>>): Promise<void> {
  const folder = sessionServer(name);
  try {
    const expected = await answersBefore(buildWhole(folder), readCase(name).calls);
    const plan = migrateWhole(folder, { store });
    expect(plan.declines, 'declined').toEqual([]);
    expectNoState(folder);
    const host = buildWhole(folder);
    await sameAnswers(name, host, env, expected, { replicas: WHOLE.replicas, users: false });
    await proven(name, host, env, expected, ['modern', 'older']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answersBefore(host: string, calls: ReturnType<typeof readCase>['calls']): Promise<Expected> {
  const replica = await start(host, {});
  try {
    const client = await connect(replica.url);
    const tools = await toolsOf(client);
    const caller = await Caller.over([client], tools);
    const answers: Answer[] = [];
    for (const call of calls) answers.push(await caller.call(call));
    await client.close();
    return { answers, tools };
  } finally {
    await replica.stop();
  }
}

/** Replicas in turn, and all of them started anew in the middle. */
async function sameAnswers(name: string, host: string, env: Readonly<Record<string, string>>, expected: Expected, { replicas: count, users = true }: { readonly replicas: number; readonly users?: boolean }): Promise<void> {
  const { calls, parallel } = readCase(name);
  let replicas = await startAll(host, env, count);
  try {
    const first = await over(replicas, expected);
    await first.begin();
    const answers: Answer[] = [];
    const middle = Math.ceil(calls.length / 2);
    for (const call of calls.slice(0, middle)) answers.push(await first.call(call));
    await Promise.all(replicas.map(r => r.stop()));
    replicas = await startAll(host, env, count);
    const second = await over(replicas, expected);
    for (const [key, value] of first.handles) second.handles.set(key, value);
    for (const call of calls.slice(middle)) answers.push(await second.call(call));
    expect(answers).toEqual(expected.answers);
    await refusesOthers(replicas, second, calls, users);
    if (!parallel) return;
    const many = await over(replicas, expected);
    await many.begin();
    if (parallel.begin) await many.call(parallel.begin);
    await Promise.all(Array.from({ length: 40 }, () => many.call(parallel)));
    expect((await many.call(parallel.then)).text).toBe(parallel.text);
  } finally {
    await Promise.all(replicas.map(r => r.stop()));
  }
}

async function over(replicas: readonly Replica[], { tools }: Expected, user?: string): Promise<Caller> {
  return Caller.over(await Promise.all(replicas.map(r => connect(r.url, user))), tools);
}

function startAll(host: string, env: Readonly<Record<string, string>>, count = WHOLE.replicas): Promise<readonly Replica[]> {
  return Promise.all(Array.from({ length: count }, () => start(host, env)));
}

/** Somebody else's handle, where there are users, and one that never was get the same answer. */
async function refusesOthers(replicas: readonly Replica[], owner: Caller, calls: ReturnType<typeof readCase>['calls'], users: boolean): Promise<void> {
  const user = calls.find(c => (owner.added.get(c.tool) ?? []).length > 0);
  if (!user) throw new Error('no tool takes a handle');
  const mallory = await Caller.over(await Promise.all(replicas.map(r => connect(r.url, 'mallory'))), new Map());
  const ask = async (value: unknown): Promise<unknown> => {
    const [client] = mallory.clients;
    const handles = Object.fromEntries((owner.added.get(user.tool) ?? []).map(name => [name, value]));
    return client?.callTool({ name: user.tool, arguments: { ...user.arguments, ...handles } });
  };
  const [handle] = [...owner.handles.values()];
  const unknown = await ask(`${String(handle).slice(0, -32)}${'x'.repeat(32)}`);
  expect(unknown).toMatchObject({ isError: true });
  expect(JSON.stringify(unknown)).toContain('Unknown or expired');
  expect(await ask('../x')).toEqual(unknown);
  if (users) expect(await ask(handle)).toEqual(unknown);
}

/** The same calls through the prove engine: replicas in turn, replicas that are killed. */
async function proven(name: string, host: string, env: Readonly<Record<string, string>>, expected: Expected, eras: readonly ('modern' | 'older')[] = ['older']): Promise<void> {
  const { calls } = readCase(name);
  const replica = await start(host, env);
  const probe = await Caller.over([await connect(replica.url)], expected.tools);
  const script: Step[] = probe.creators.map(tool => ({ tool, as: 'begun' }));
  let begun = script.length > 0;
  const added = [...new Set([...probe.added.values()].flat())];
  for (const call of calls) {
    const names = probe.added.get(call.tool) ?? [];
    if (names.length > 0 && !begun) continue;
    const handles = Object.fromEntries(names.map(n => [n, { $from: `begun.structuredContent.${n}` }]));
    const answer = names.length === 0 && probe.creators.length === 0 ? await probe.raw(call) : undefined;
    const begins = added.some(n => n in Object(answer?.structuredContent));
    begun ||= begins;
    script.push({ tool: call.tool, arguments: { ...call.arguments, ...handles }, ...(begins && { as: 'begun' }) } as Step);
  }
  await replica.stop();
  const shared = env['MCP_HANDLE_DIR'] === undefined ? env : { MCP_HANDLE_DIR: '{shared}' };
  const report = await proveServer({ command: [process.execPath, host], transport: 'http', replicas: 3, eras, script, env: shared, allowAll: true, conformance: { skip: true } });
  expect(report.differences.map(d => `${d.tool ?? ''}: ${d.before} | ${d.after}`)).toEqual([]);
  expect(report.eras.map(e => e.served)).toEqual(eras.map(() => true));
  expect(report.script.steps.filter(s => 'tool' in s)).toHaveLength(script.length);
}

/** With an idle time of a second: every replica refuses the handle afterwards, with the words for one that never was. */
export async function refusesExpired(name: string, subject: string, store: Choices['store'], env: Readonly<Record<string, string>>): Promise<void> {
  const { calls } = readCase(name);
  const folder = copyOf(name);
  let replicas: readonly Replica[] = [];
  try {
    const expected = await answersBefore(build(folder, 'stateful'), calls);
    migrate(folder, { store, handles: { [subject]: { ttlMinutes: 1 / 60 } } });
    replicas = await startAll(build(folder, 'stateless'), env);
    const caller = await over(replicas, expected);
    await caller.begin();
    const user = calls.find(c => (caller.added.get(c.tool) ?? []).length > 0);
    if (!user) throw new Error('no tool takes a handle');
    expect((await caller.call(user)).isError).toBe(false);
    await new Promise(resolve => setTimeout(resolve, 1500));
    const late = await Promise.all(replicas.map(() => caller.call(user)));
    caller.handles.clear();
    const never = await caller.call(user);
    expect(never).toMatchObject({ isError: true });
    for (const answer of late) expect(answer).toEqual(never);
  } finally {
    await Promise.all(replicas.map(r => r.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}
