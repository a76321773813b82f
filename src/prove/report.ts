import type { Severity } from '../catalogue/clauses.js';
import { atLeast, REVISION } from '../report/report.js';
import type { CheckResult } from './checks/check.js';
import type { Difference, EraProof, ModeResult } from './differential.js';
import type { Mode } from './modes.js';
import type { Step } from './script.js';
import type { Survey } from './survey.js';
import type { Era } from './wire.js';

/** What a proof came to, as plain data. docs/prove.schema.json describes it. */
export interface ProofReport {
  readonly schema: 1;
  /** `mcp-stateless 0.1.0` */
  readonly tool: string;
  readonly revision: typeof REVISION;
  readonly verdict: 'proven' | 'not-proven';
  /** Why it is not proven, one sentence each. */
  readonly reasons: readonly string[];
  readonly target: {
    readonly transport: 'http' | 'stdio';
    readonly command: readonly string[];
    readonly urls: readonly string[];
    readonly replicas: number;
  };
  readonly server: { readonly name: string; readonly version: string } | undefined;
  readonly script: { readonly origin: string; readonly steps: readonly Step[] };
  readonly eras: readonly EraReport[];
  readonly differences: readonly Difference[];
  readonly checks: readonly CheckResult[];
  /** What a reader has to know to judge the result. */
  readonly notes: readonly string[];
  readonly durationMs: number;
}

export interface EraReport {
  readonly era: Era;
  readonly served: boolean;
  readonly refusal: string | undefined;
  /** Whether the server gave this era a session id. */
  readonly session: boolean;
  readonly steps: EraProof['steps'];
  readonly modes: readonly { readonly mode: Mode; readonly hits: readonly number[]; readonly differences: number; readonly unsteady: number }[];
  readonly noisy: readonly number[];
  readonly lost: readonly number[];
  readonly files: readonly string[];
}

export function eraReport(survey: Survey, proof: EraProof | undefined): EraReport {
  return {
    era: survey.era,
    served: survey.served,
    refusal: survey.refusal,
    session: proof?.session ?? false,
    steps: proof?.steps ?? [],
    modes: (proof?.modes ?? []).map(({ mode, hits, differences, unsteady }: ModeResult) => ({ mode, hits, differences: differences.length, unsteady })),
    noisy: proof?.noisy ?? [],
    lost: proof?.lost ?? [],
    files: proof?.files ?? [],
  };
}

export interface Judged {
  readonly surveys: readonly Survey[];
  readonly proofs: readonly EraProof[];
  readonly differences: readonly Difference[];
  readonly checks: readonly CheckResult[];
  readonly failOn: Severity;
  readonly transport: 'http' | 'stdio';
  /** Whether the user asked for this era in particular. */
  readonly wanted: readonly Era[];
}

/** Processes of one machine share its disk: over stdio that is told, but it is nothing hidden in a process. */
function counts({ cause }: Difference, transport: 'http' | 'stdio'): boolean {
  return cause !== 'disk' || transport === 'http';
}

/** The reasons why nothing is proven; none when it is. */
export function reasonsAgainst({ surveys, proofs, differences, checks, failOn, wanted, transport }: Judged): readonly string[] {
  const reasons: string[] = [];
  const modern = surveys.find(s => s.era === 'modern');
  if (modern && !modern.served) reasons.push(`The server does not speak ${REVISION}: ${modern.refusal ?? 'no answer'}`);
  const older = surveys.find(s => s.era === 'older');
  if (older && !older.served && (wanted.length === 1 || modern?.served !== true)) reasons.push(`The server does not serve older clients: ${older.refusal ?? 'no answer'}`);
  const counted = differences.filter(d => counts(d, transport));
  if (counted.length > 0) {
    const calls = [...new Set(counted.map(d => d.tool ?? d.call))];
    reasons.push(`Another process gives other answers (${calls.slice(0, 5).join(', ')}${calls.length > 5 ? ', ...' : ''}).`);
  }
  const failed = checks.filter(c => c.status === 'fail' && atLeast(c.severity, failOn));
  if (failed.length > 0) reasons.push(`${failed.length} check${failed.length === 1 ? '' : 's'} failed: ${[...new Set(failed.map(c => c.clause))].join(', ')}.`);
  const tools = surveys.some(s => s.tools.length > 0);
  if (tools && proofs.length > 0 && !proofs.some(p => p.baseline.some(r => 'tool' in r.step))) reasons.push('No tool was called: none declares readOnlyHint, and none was allowed. Give a script, --allow <tool> or --allow-all.');
  if (proofs.length > 0 && proofs.every(p => p.modes.length === 0)) reasons.push('Nothing was compared: one server that somebody else runs is one process. Give the addresses of two replicas, or a command.');
  return reasons;
}
