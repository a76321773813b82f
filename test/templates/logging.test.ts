import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const META = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Logs at every level, then things of other kinds, in a process of its own. */
function run(template: string, env: Readonly<Record<string, string>>, flags: readonly string[] = []): Promise<Output> {
  const program = `
    import { log } from '${join(root, 'templates', template)}';
    for (const level of ${JSON.stringify(LEVELS)}) log(level, { at: level }, { logger: 'all' });
    log('error', new Error('broken'));
    log('info', 'traced', { meta: ${JSON.stringify(META)} });
    const circle = {}; circle.self = circle;
    log('info', circle);
    log('warning', ['row', 7]);
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', ...flags, '--input-type=module', '-e', program], { cwd: root, env: { ...process.env, ...env } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return new Promise(resolve => child.on('close', () => resolve(output)));
}

function lines({ stderr }: Output): readonly Record<string, unknown>[] {
  return stderr.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
}

describe('on stderr', () => {
  it('a line of JSON for each message, and nothing on stdout', async () => {
    const output = await run('log-stderr.ts', { LOG_LEVEL: 'debug' });
    expect(output.stdout).toBe('');
    const all = lines(output);
    expect(all.filter(l => l['logger'] === 'all').map(l => [l['level'], l['data']])).toEqual(LEVELS.map(level => [level, { at: level }]));
    expect(all.find(l => l['data'] === 'traced')).toMatchObject({ level: 'info', traceId: TRACE });
    expect(all[8]).toMatchObject({ level: 'error', data: { message: 'broken' } });
    expect(all.at(-2)).toMatchObject({ data: '[object Object]' });
    expect(all.at(-1)).toMatchObject({ data: ['row', 7] });
  });

  it.each([
    ['error', ['error', 'critical', 'alert', 'emergency']],
    ['loud', LEVELS],
  ])('LOG_LEVEL=%s takes the place of setLevel', async (level, expected) => {
    expect(lines(await run('log-stderr.ts', { LOG_LEVEL: level })).filter(l => l['logger'] === 'all').map(l => l['level'])).toEqual(expected);
  });
});

describe.each(['pino', 'winston'])('with the logger of the project: %s', library => {
  it('every level arrives with its name, and nothing on stdout', async () => {
    const output = await run(`log-${library}.ts`, {});
    expect(output.stdout).toBe('');
    const all = lines(output);
    expect(all.flatMap(l => (l['logger'] === 'all' ? [l['mcpLevel']] : []))).toEqual(LEVELS);
    expect(all.some(l => l['traceparent'] === META.traceparent)).toBe(true);
  });
});

interface Received {
  readonly scope: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: unknown;
  readonly traceId?: string;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values: readonly { readonly key: string; readonly value: AnyValue }[] };
}

interface Export {
  readonly resourceLogs: readonly { readonly scopeLogs: readonly { readonly scope: { readonly name: string }; readonly logRecords: readonly (Omit<Received, 'scope' | 'body'> & { readonly body: AnyValue })[] }[] }[];
}

function plain({ stringValue, intValue, arrayValue, kvlistValue }: AnyValue): unknown {
  if (arrayValue) return arrayValue.values.map(plain);
  if (kvlistValue) return Object.fromEntries(kvlistValue.values.map(({ key, value }) => [key, plain(value)]));
  return stringValue ?? (intValue === undefined ? undefined : Number(intValue));
}

describe('with OpenTelemetry', () => {
  const received: Received[] = [];
  let collector: Server;
  let endpoint = '';

  beforeAll(async () => {
    collector = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        for (const { scopeLogs } of (JSON.parse(text) as Export).resourceLogs)
          for (const { scope, logRecords } of scopeLogs) for (const record of logRecords) received.push({ ...record, scope: scope.name, body: plain(record.body) });
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>(resolve => collector.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${String((collector.address() as AddressInfo).port)}`;
  });
  afterAll(() => collector.close());

  it('records reach a collector with severity, scope, body and trace, and nothing is on stdout', async () => {
    const env = { LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' };
    const output = await run('log-otel.ts', env, ['--import', join(root, 'templates/instrumentation.ts')]);
    expect(output.stdout).toBe('');
    expect(lines(output)).toEqual([]);
    const all = received.filter(r => r.scope === 'all');
    expect(all.map(r => [r.severityText, r.severityNumber])).toEqual([['debug', 5], ['info', 9], ['notice', 10], ['warning', 13], ['error', 17], ['critical', 18], ['alert', 19], ['emergency', 21]]);
    expect(all.map(r => r.body)).toEqual(LEVELS.map(level => ({ at: level })));
    expect(received.find(r => r.body === 'traced')).toMatchObject({ scope: 'mcp-server', traceId: TRACE });
    expect(received.find(r => r.body === 'broken')).toMatchObject({ severityNumber: 17 });
    expect(received.find(r => Array.isArray(r.body))?.body).toEqual(['row', 7]);
  });

  it('without the SDK the messages go to stderr, not nowhere', async () => {
    const output = await run('log-otel.ts', { LOG_LEVEL: 'critical' });
    expect(output.stdout).toBe('');
    expect(lines(output).map(l => l['level'])).toEqual(['critical', 'alert', 'emergency']);
  });
});
