// `npm run kills -- 200`: migrations that are killed at random moments. Prints what was found afterwards; fails when anything is torn or lost.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, makeProject, snapshot, writeAndKill, type Killed, type Snapshot } from '../test/support/kill.js';

const FILES = 80;
const times = Number(process.argv[2] ?? 200);
const found = new Map<string, number>();
const note = (key: string): unknown => found.set(key, (found.get(key) ?? 0) + 1);

/** What the project is without a kill. */
const expected = await whole();

async function whole(): Promise<Snapshot> {
  const root = mkdtempSync(join(tmpdir(), 'mcp-stateless-kill-'));
  await writeAndKill(makeProject(root, FILES), root, undefined);
  const after = snapshot(root);
  rmSync(root, { recursive: true });
  return after;
}

async function once(delay: number | undefined): Promise<{ readonly took: number | undefined; readonly killed: Killed }> {
  const root = mkdtempSync(join(tmpdir(), 'mcp-stateless-kill-'));
  try {
    const plan = makeProject(root, FILES);
    const before = snapshot(root);
    const took = await writeAndKill(plan, root, delay);
    return { took, killed: inspect(root, before, expected) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

let longest = 0;
for (let i = 0; i < 3; i++) longest = Math.max(longest, (await once(undefined)).took ?? 0);
let bad = 0;
for (let i = 0; i < times; i++) {
  const { killed } = await once(Math.random() * longest * 1.1);
  note(`${killed.during}: ${killed.state}${killed.restored ? '' : ', NOT restored'}`);
  if (killed.state === 'torn' || !killed.restored) bad++;
}
console.log(`${times} kills within ${longest.toFixed(0)} ms of writing ${FILES} files`);
for (const [key, count] of [...found].sort()) console.log(`  ${count.toString().padStart(4)}  ${key}`);
console.log(`torn or lost: ${bad}`);
process.exitCode = bad === 0 ? 0 : 1;
