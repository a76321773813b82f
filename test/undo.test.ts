import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beginEntry, entriesOf, recover, undoLast, UndoRefused, type Writing } from '../src/migrate/journal.js';
import { digest } from '../src/migrate/plan.js';
import { writePlan, WriteRefused } from '../src/migrate/write.js';
import { readFiles } from './support/fixtures.js';
import { inspect, makeProject, snapshot, writeAndKill } from './support/kill.js';
import { tempFolder } from './support/temp.js';

function planTo(root: string, result: Readonly<Record<string, string | null>>): Parameters<typeof writePlan>[0] {
  const known = Object.keys(result).filter(f => existsSync(join(root, f)));
  return { root, read: Object.fromEntries(known.map(f => [f, digest(readFileSync(join(root, f), 'utf8').replace(/^\uFEFF/, ''))])), result };
}

describe('undo', () => {
  it('restores bytes and modes, brings removed files back, and removes new files and folders', () => {
    const root = tempFolder({ 'a.ts': '\uFEFFone\r\n', 'deep/gone.ts': 'two', 'run.sh': 'three' });
    chmodSync(join(root, 'run.sh'), 0o755);
    chmodSync(join(root, 'deep/gone.ts'), 0o640);
    const before = snapshot(root);
    writePlan(planTo(root, { 'a.ts': 'ONE', 'deep/gone.ts': null, 'run.sh': 'THREE', 'new/er/b.ts': 'x' }));
    expect(readFiles(root)).toEqual({ 'a.ts': '\uFEFFONE', 'run.sh': 'THREE', 'new/er/b.ts': 'x' });
    expect(statSync(join(root, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(undoLast(root)).toEqual(['a.ts', 'deep/gone.ts', 'run.sh', 'new/er/b.ts']);
    expect(snapshot(root)).toEqual(before);
    expect(undoLast(root)).toBeUndefined();
  });

  it('takes one migration back after the other', () => {
    const root = tempFolder({ 'a.ts': '1' });
    writePlan(planTo(root, { 'a.ts': '2' }));
    writePlan(planTo(root, { 'a.ts': '3', 'b.ts': 'b' }));
    undoLast(root);
    expect(readFiles(root)).toEqual({ 'a.ts': '2' });
    undoLast(root);
    expect(readFiles(root)).toEqual({ 'a.ts': '1' });
  });

  it('refuses to lose what was written since', () => {
    const root = tempFolder({ 'a.ts': '1', 'b.ts': '1' });
    writePlan(planTo(root, { 'a.ts': '2', 'b.ts': '2', 'c.ts': 'new' }));
    writeFileSync(join(root, 'c.ts'), 'edited');
    expect(() => undoLast(root)).toThrow(/^Changed since the migration: c\.ts\./);
    expect(readFiles(root)).toEqual({ 'a.ts': '2', 'b.ts': '2', 'c.ts': 'edited' });
    expect(entriesOf(root)).toHaveLength(1);
  });

  it('keeps what it needs out of the repository, and not for ever', () => {
    const root = tempFolder({ 'a.ts': '0' });
    for (let i = 1; i < 15; i++) writePlan(planTo(root, { 'a.ts': String(i) }));
    expect(readFileSync(join(root, '.mcp-stateless/.gitignore'), 'utf8')).toBe('*\n');
    expect(entriesOf(root)).toHaveLength(10);
  });
});

describe('a migration that was interrupted', () => {
  /** As if a process had died after some of its files. */
  function interrupted(pid: number): string {
    const root = tempFolder({ 'a.ts': '1', 'b.ts': '1' });
    const file = (name: string): Writing => ({ file: name, before: Buffer.from('1'), mode: 0o644, after: Buffer.from('2') });
    const { path } = beginEntry(root, [file('a.ts'), file('b.ts')]);
    const journal = join(path, 'journal.json');
    writeFileSync(journal, readFileSync(journal, 'utf8').replace(/"pid": \d+/, `"pid": ${pid.toString()}`));
    writeFileSync(join(root, 'a.ts'), '2');
    writeFileSync(join(root, 'b.ts.mcp-stateless-new'), 'half of');
    return root;
  }
  const DEAD = 4_194_305;

  it('is taken back by the next one', () => {
    const root = interrupted(DEAD);
    expect(recover(root)).toBe(2);
    expect(readFiles(root)).toEqual({ 'a.ts': '1', 'b.ts': '1' });
    expect(readdirSync(root)).toEqual(['a.ts', 'b.ts']);
  });

  it('is left alone while its process lives', () => {
    const root = interrupted(process.ppid);
    expect(() => recover(root)).toThrow(UndoRefused);
    expect(() => writePlan(planTo(root, { 'b.ts': '3' }))).toThrow(WriteRefused);
    expect(recover(root, true)).toBe(2);
  });

  it('does not take a file back that somebody has changed since', () => {
    const root = interrupted(DEAD);
    writeFileSync(join(root, 'a.ts'), 'by hand');
    expect(() => recover(root)).toThrow(/a\.ts has changed since/);
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toBe('by hand');
  });

  it('leaves the old or the new project, whenever it is killed', async () => {
    const make = (): { root: string; plan: ReturnType<typeof makeProject> } => {
      const root = tempFolder();
      return { root, plan: makeProject(root, 24) };
    };
    const whole = make();
    const took = (await writeAndKill(whole.plan, whole.root, undefined))?.changing ?? 0;
    const after = snapshot(whole.root);
    for (let i = 0; i < 10; i++) {
      const { root, plan } = make();
      const before = snapshot(root);
      await writeAndKill(plan, root, { after: 'journal', delayMs: (took * i) / 9 });
      const found = inspect(root, before, after);
      expect(found.state, JSON.stringify(found)).not.toBe('torn');
      expect(found.restored, JSON.stringify(found)).toBe(true);
    }
  });
});
