// `migrate --prove`: the proof of the server that has just been migrated.
import { Command, CommanderError } from 'commander';
import type { PassedProof } from '../migrate/last.js';
import { proveServer, type ProveOptions } from '../prove/prove.js';
import { cleanUpAtEnd } from '../prove/processes.js';
import type { ProofReport } from '../prove/report.js';
import { paint, wantsColour } from '../report/paint.js';
import { proofTerminal } from '../report/proof.js';
import { UsageError, type Io } from './io.js';
import { asUsage, findingsOf, optionsOf, progressLine, type ProveArguments } from './prove.js';
import { withProveOptions } from './prove-options.js';

export interface WantedProof {
  /** As it is written behind `mcp-stateless prove`. */
  readonly command: string;
  readonly options: ProveOptions;
  /** Whether the clients to try were named. */
  readonly namesEra: boolean;
}

/** Checks what was asked for, before anything is written. */
export function wantedProof(text: string, root: string, io: Io): WantedProof {
  const { before, command } = parts(text);
  const parsed = withProveOptions(new Command('prove')).allowExcessArguments().exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  try {
    parsed.parse(wordsOf(before), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(`--prove: ${error.message.replace(/^error: |\.$/g, '')}. It takes what \`mcp-stateless prove\` takes: ${EXAMPLE}`);
  }
  if (parsed.args.length > 0) throw new UsageError(`--prove: ${parsed.args.join(' ')} is no option. Only options go before --: ${EXAMPLE}`);
  const given: ProveArguments = parsed.opts();
  if (given.url) throw new UsageError(`--prove needs a command: a server that runs already, as --url names it, is not the migrated one. Such as ${EXAMPLE}`);
  if (given.record !== undefined) throw new UsageError('--prove does not record. Record the calls first, then give them with --script.');
  if (command === '') throw new UsageError(`--prove: say how to start the server. Such as ${EXAMPLE}`);
  return {
    command: before === '' ? `-- ${command}` : `${before} -- ${command}`,
    options: { ...optionsOf(inShell(command), { ...given, cwd: given.cwd ?? root }, io) },
    namesEra: parsed.getOptionValueSource('era') === 'cli',
  };
}

const EXAMPLE = '--prove "--allow-all -- node dist/server.js"';

/** Options, then --, then the command; without options the command alone. */
function parts(text: string): { readonly before: string; readonly command: string } {
  const cut = /(?:^|\s)--(?:\s|$)/.exec(text);
  if (cut) return { before: text.slice(0, cut.index).trim(), command: text.slice(cut.index + cut[0].length).trim() };
  if (text.trim().startsWith('-')) throw new UsageError(`--prove: options of the proof end with --, then comes the command. Such as ${EXAMPLE}`);
  return { before: '', command: text.trim() };
}

/** Words as a shell has them, as far as options need it: quotes keep spaces. */
function wordsOf(text: string): readonly string[] {
  return (text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []).map(word => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''));
}

/** In a shell, like the command of --check. */
function inShell(command: string): readonly string[] {
  return process.platform === 'win32' ? [process.env['ComSpec'] ?? 'cmd.exe', '/d', '/s', '/c', command] : ['/bin/sh', '-c', command];
}

export interface ProveHooks {
  /** Older clients only, as the target serves no others. */
  readonly olderOnly: boolean;
  /** Runs when we are interrupted meanwhile. */
  readonly onInterrupt: () => void;
}

/** The report; `UsageError` says why there is none. */
export async function proveMigrated({ options, namesEra }: WantedProof, root: string, io: Io, { olderOnly, onInterrupt }: ProveHooks): Promise<ProofReport> {
  const progress = progressLine(io);
  let isOver = false;
  const settle = cleanUpAtEnd(() => {
    if (!isOver) onInterrupt();
  });
  try {
    const findings = findingsOf(root, io);
    return await proveServer({ ...options, ...(olderOnly && !namesEra && { eras: ['older'] }), findings, onProgress: progress.say });
  } catch (error) {
    throw asUsage(error);
  } finally {
    isOver = true;
    settle();
    await progress.end();
  }
}

/** For people; with what to change about the command when that is the reason. */
export function proofText(report: ProofReport, io: Io): string {
  const text = proofTerminal(report, paint(wantsColour({ isTTY: io.stderr.isTTY, env: io.env })), false);
  return report.verdict !== 'proven' && report.reasons.some(r => r.includes('--allow-all')) ? `${text}  Options of the proof go before the command: ${EXAMPLE}\n` : text;
}

export function passedProof(command: string, { target, eras, script, checks, notes, durationMs }: ProofReport): PassedProof {
  const count = (status: string): number => checks.filter(c => c.status === status).length;
  return {
    command,
    verdict: 'proven',
    transport: target.transport,
    replicas: target.replicas,
    eras: eras.flatMap(e => (e.served ? [e.era] : [])),
    steps: script.steps.length,
    checks: { pass: count('pass'), fail: count('fail'), untold: count('could-not-tell') },
    notes,
    seconds: Math.round(durationMs / 100) / 10,
  };
}
