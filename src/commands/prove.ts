import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { auditFolder } from '../audit.js';
import type { Severity } from '../catalogue/clauses.js';
import type { Finding } from '../finding.js';
import { proveServer, type ProveOptions } from '../prove/prove.js';
import { ServerFailure } from '../prove/processes.js';
import { record } from '../prove/record.js';
import type { ProofReport } from '../prove/report.js';
import { parseScript, printScript, ScriptError, type Step } from '../prove/script.js';
import type { Era } from '../prove/wire.js';
import { registry } from '../registry.js';
import { paint, wantsColour } from '../report/paint.js';
import { proofJson, proofJunit, proofTerminal } from '../report/proof.js';
import { rootOf } from './audit.js';
import { EXIT, UsageError, type ExitCode, type Io } from './io.js';

export interface ProveArguments {
  readonly http?: boolean;
  readonly stdio?: boolean;
  readonly url?: readonly string[];
  readonly allowRemote?: boolean;
  readonly replicas?: string;
  readonly portEnv?: string;
  readonly path?: string;
  readonly env?: readonly string[];
  readonly cwd?: string;
  readonly script?: string;
  readonly record?: string;
  readonly saveScript?: string;
  readonly seed?: string;
  readonly calls?: string;
  readonly readOnly?: boolean;
  readonly allow?: readonly string[];
  readonly allowAll?: boolean;
  readonly era: 'modern' | 'older' | 'both';
  readonly source?: string;
  readonly shared?: readonly string[];
  readonly watch?: readonly string[];
  readonly timeout?: string;
  readonly startTimeout?: string;
  readonly failOn: Severity;
  readonly format: 'terminal' | 'json' | 'junit';
  readonly verbose?: boolean;
  readonly conformance?: boolean | string;
  readonly conformanceNode?: string;
}

export async function proveCommand(command: readonly string[], given: ProveArguments, io: Io): Promise<ExitCode> {
  const options = optionsOf(command, given, io);
  if (given.record !== undefined) return recordTo(given.record, options, io);
  const progress = progressLine(io);
  try {
    const findings = given.source === undefined ? undefined : findingsOf(given.source, io);
    const report = await proveServer({ ...options, ...(findings && { findings }), onProgress: progress.say });
    await progress.end();
    if (given.saveScript !== undefined) writeFileSync(resolve(io.cwd, given.saveScript), printScript(callsOf(report)));
    await io.stdout.write(print(report, given, io));
    return report.verdict === 'proven' ? EXIT.clean : EXIT.findings;
  } catch (error) {
    await progress.end();
    throw asUsage(error);
  }
}

/** What the server or the script did wrong is said as it is; the rest is a bug of ours. */
export function asUsage(error: unknown): unknown {
  return error instanceof ServerFailure || error instanceof ScriptError ? new UsageError(error.message) : error;
}

function callsOf({ script }: ProofReport): readonly Step[] {
  return script.steps.filter(s => !('list' in s));
}

function print(report: ProofReport, given: ProveArguments, io: Io): string {
  if (given.format === 'json') return proofJson(report);
  if (given.format === 'junit') return proofJunit(report);
  return proofTerminal(report, paint(wantsColour({ isTTY: io.stdout.isTTY, env: io.env })), given.verbose === true);
}

/** The options of a proof, checked. */
export function optionsOf(command: readonly string[], given: ProveArguments, io: Io): ProveOptions {
  const urls = given.url ?? [];
  if (command.length > 0 && urls.length > 0) throw new UsageError('Give a command to start, or --url for servers that run already; not both.');
  if (command.length === 0 && urls.length === 0) throw new UsageError('Say how to start the server, behind --: mcp-stateless prove -- node dist/server.js');
  if (given.http && given.stdio) throw new UsageError('--http and --stdio exclude each other.');
  if (urls.length > 0 && given.stdio) throw new UsageError('--url is for servers that speak HTTP.');
  if (given.readOnly && given.allowAll) throw new UsageError('--read-only and --allow-all exclude each other.');
  for (const url of urls) checkUrl(url, given.allowRemote === true);
  const script = given.script === undefined ? undefined : readScript(given.script, io);
  const transport = given.http ? ('http' as const) : given.stdio ? ('stdio' as const) : undefined;
  return {
    command,
    urls,
    cwd: given.cwd === undefined ? io.cwd : rootOf(given.cwd, io),
    env: { ...io.env, ...variables(given.env ?? []) },
    eras: erasOf(given.era),
    failOn: given.failOn,
    ...(transport && { transport }),
    ...(given.portEnv !== undefined && { portEnv: given.portEnv }),
    ...(given.path !== undefined && { path: given.path.startsWith('/') ? given.path : `/${given.path}` }),
    ...(given.replicas !== undefined && { replicas: wholeNumber('--replicas', given.replicas, 1, 20) }),
    ...(given.seed !== undefined && { seed: wholeNumber('--seed', given.seed, 0, 2 ** 31) }),
    ...(given.calls !== undefined && { calls: wholeNumber('--calls', given.calls, 1, 50) }),
    ...(given.timeout !== undefined && { timeoutMs: wholeNumber('--timeout', given.timeout, 1, 600_000) }),
    ...(given.startTimeout !== undefined && { startTimeoutMs: wholeNumber('--start-timeout', given.startTimeout, 1, 600_000) }),
    ...(given.allow && { allow: given.allow }),
    ...(given.allowAll && { allowAll: true }),
    ...(given.shared && { shared: given.shared }),
    ...(given.watch && { watch: given.watch }),
    ...(script && { script, scriptName: given.script ?? 'script' }),
    conformance: {
      skip: given.conformance === false,
      ...(typeof given.conformance === 'string' && { folder: resolve(io.cwd, given.conformance) }),
      ...(given.conformanceNode !== undefined && { node: given.conformanceNode }),
    },
  };
}

function erasOf(era: ProveArguments['era']): readonly Era[] {
  return era === 'both' ? ['modern', 'older'] : [era];
}

function checkUrl(text: string, allowRemote: boolean): void {
  if (!URL.canParse(text)) throw new UsageError(`${text} is no address. Give one such as http://127.0.0.1:3000/mcp.`);
  const { protocol, hostname } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') throw new UsageError(`${text}: only http and https can be tried.`);
  const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  if (!loopback && !allowRemote) throw new UsageError(`${hostname} is not this machine. A proof calls tools and sends wrong requests; if that is wanted there, add --allow-remote.`);
}

function variables(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map(text => {
      const cut = text.indexOf('=');
      if (cut < 1) throw new UsageError(`--env takes NAME=value, not ${text}.`);
      return [text.slice(0, cut), text.slice(cut + 1)];
    }),
  );
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not ${text}.`);
  return value;
}

function readScript(path: string, io: Io): readonly Step[] {
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, path), 'utf8');
  } catch {
    throw new UsageError(`There is no script ${path}.`);
  }
  try {
    return parseScript(text, path);
  } catch (error) {
    throw asUsage(error);
  }
}

export function findingsOf(source: string, io: Io): readonly Finding[] {
  return auditFolder(rootOf(source, io), registry, { all: true }).findings;
}

async function recordTo(path: string, options: ProveOptions, io: Io): Promise<ExitCode> {
  try {
    const steps = await record(options, text => void io.stderr.write(text));
    if (steps.length === 0) {
      await io.stderr.write('mcp-stateless: no call was made, so nothing was written.\n');
      return EXIT.failed;
    }
    writeFileSync(resolve(io.cwd, path), printScript(steps));
    await io.stderr.write(`mcp-stateless: wrote ${steps.length} call${steps.length === 1 ? '' : 's'} to ${path}.\n`);
    return EXIT.clean;
  } catch (error) {
    throw asUsage(error);
  }
}

/** One line that says what is done at the moment, for people who watch. */
export function progressLine(io: Io): { readonly say: (what: string) => void; end(): Promise<void> } {
  const shown = io.stderr.isTTY && !io.env['CI'];
  let wrote = false;
  return {
    say: what => {
      if (!shown) return;
      wrote = true;
      void io.stderr.write(`\r\x1b[Kprove: ${what}`);
    },
    end: async () => {
      if (wrote) await io.stderr.write('\r\x1b[K');
    },
  };
}
