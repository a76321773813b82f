// `npm run kills -- 200`: migrations that are killed at random moments, most while files change. Prints what was found afterwards; fails when anything is torn or lost.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, makeProject, snapshot, writeAndKill, type Kill, type Killed, type Snapshot, type Took } from '../test/support/kill.js';

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

async function once(kill: Kill | undefined): Promise<{ readonly took: Took | undefined; readonly killed: Killed }> {
  const root = mkdtempSync(join(tmpdir(), 'mcp-stateless-kill-'));
  try {
    const plan = makeProject(root, FILES);
    const before = snapshot(root);
    const took = await writeAndKill(plan, root, kill);
    return { took, killed: inspect(root, before, expected) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** One in ten is about the preparation; the others are aimed at the time in which files change, as that is short and comes late. */
function aimed(i: number, { all, changing }: Took): Kill {
  return i % 10 === 0 ? { after: 'begin', delayMs: Math.random() * all } : { after: 'journal', delayMs: Math.random() * changing };
}

// The shortest of some: on a busy machine the longer ones would aim behind the end.
const tries: Took[] = [];
for (let i = 0; i < 5; i++) tries.push((await once(undefined)).took ?? { all: 0, changing: 0 });
const shortest: Took = { all: Math.min(...tries.map(t => t.all)), changing: Math.min(...tries.map(t => t.changing)) };
let bad = 0;
const changed: number[] = [];
for (let i = 0; i < times; i++) {
  const { killed } = await once(aimed(i, shortest));
  note(`${killed.during}: ${killed.state}${killed.restored ? '' : ', NOT restored'}`);
  if (killed.during === 'writing') changed.push(killed.changed);
  if (killed.state === 'torn' || !killed.restored) bad++;
}
changed.sort((a, b) => a - b);
console.log(`${times} kills while ${FILES} files are written, which takes ${shortest.all.toFixed(1)} ms, of which ${shortest.changing.toFixed(1)} ms change files`);
for (const [key, count] of [...found].sort()) console.log(`  ${count.toString().padStart(4)}  ${key}`);
console.log(`places that had changed when the kill came: ${[0, 0.25, 0.5, 0.75, 1].map(q => changed[Math.round(q * (changed.length - 1))] ?? '-').join(', ')} (least, quarter, half, three quarters, most)`);
console.log(`torn or lost: ${bad}`);
process.exitCode = bad === 0 ? 0 : 1;
