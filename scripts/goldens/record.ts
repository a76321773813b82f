export interface Tests {
  readonly pass: number;
  readonly fail: number;
  readonly skip?: number;
  readonly failedSuites?: number;
}

/** A migration that people made: see the file of goldens. What is absent is found out or left out. */
export interface GoldenRecord {
  readonly alias?: string;
  readonly repo: string;
  readonly before?: string;
  readonly after?: string;
  readonly commit?: string;
  readonly subdir?: string;
  readonly status?: string;
  readonly node?: string;
  readonly prep?: readonly string[];
  readonly install?: string;
  readonly typecheck?: string;
  readonly test?: string;
  readonly codemod?: { readonly tsErrors?: number; readonly tests?: Tests; readonly humanTestsOnCodemodSource?: Tests | string; readonly srcTokenDistanceClosed?: number; readonly markers?: number };
}

/** What one tree says of itself. */
export interface Measured {
  readonly errors?: number;
  /** Kinds of errors that were not there before, with how often. */
  readonly newErrors?: readonly string[];
  readonly tests?: Tests;
  /** Files in which a test fails. */
  readonly failing?: readonly string[];
  readonly install?: string;
}

export interface Result {
  readonly alias: string;
  readonly repo: string;
  readonly problem?: string;
  readonly before?: Measured;
  readonly ours?: Measured & { readonly files: number; readonly markers: number; readonly dropped: readonly string[]; readonly again: number; readonly ms: number; readonly unnamed: readonly string[] };
  readonly codemod?: Measured;
  readonly humanTests?: Tests;
  readonly closed?: number;
  readonly record: { readonly errors?: number; readonly tests?: Tests; readonly humanTests?: Tests | string; readonly closed?: number };
}

/** Counts of vitest, jest, bun, node:test, mocha. */
export function readTests(output: string): Tests | undefined {
  const text = output.replace(/\u001b\[[0-9;]*m/g, '');
  const line = [...text.matchAll(/^\s*Tests:?\s+(.*)$/gm)].at(-1)?.[1];
  const suites = [...text.matchAll(/^\s*Test (?:Suites|Files):?\s+(.*)$/gm)].at(-1)?.[1];
  const number = (from: string | undefined, word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(from ?? '')?.[1] ?? 0);
  if (line !== undefined && /\d+ (?:passed|failed|skipped|todo)/.test(line)) return { pass: number(line, 'passed'), fail: number(line, 'failed'), skip: number(line, 'skipped'), failedSuites: number(suites, 'failed') };
  const node = { pass: /^# pass (\d+)/m.exec(text)?.[1], fail: /^# fail (\d+)/m.exec(text)?.[1] };
  if (node.pass !== undefined) return { pass: Number(node.pass), fail: Number(node.fail ?? 0) };
  const bun = { pass: /^\s*(\d+) pass$/m.exec(text)?.[1], fail: /^\s*(\d+) fail$/m.exec(text)?.[1] };
  if (bun.pass !== undefined || bun.fail !== undefined) return { pass: Number(bun.pass ?? 0), fail: Number(bun.fail ?? 0) };
  const mocha = { pass: /^\s*(\d+) passing/m.exec(text)?.[1], fail: /^\s*(\d+) failing/m.exec(text)?.[1] };
  return mocha.pass === undefined ? undefined : { pass: Number(mocha.pass), fail: Number(mocha.fail ?? 0) };
}

/** Files in which something fails, as vitest, jest and bun say it. */
export function readFailing(output: string): readonly string[] {
  const text = output.replace(/\u001b\[[0-9;]*m/g, '');
  const named = [...text.matchAll(/^\s*FAIL\s+(?:\|[^|\n]+\|\s+)?(\S+?\.[cm]?[jt]sx?)\b/gm)].map(m => m[1] ?? '');
  let current = '';
  for (const line of text.split('\n')) {
    const file = /^(\S+\.[cm]?[jt]sx?):$/.exec(line)?.[1];
    if (file !== undefined) current = file;
    else if (line.startsWith('(fail)') && current !== '') named.push(current);
  }
  return [...new Set(named)].sort();
}

/** Errors of the compiler, without the places, which move. */
export function readErrors(output: string): readonly string[] {
  return [...output.matchAll(/^(.+?)[(:](\d+)[,:](\d+)\)?(?::| -)? error (TS\d+): (.*)$/gm)].map(m => `${m[1] ?? ''}: ${m[4] ?? ''}: ${(m[5] ?? '').slice(0, 200)}`);
}
