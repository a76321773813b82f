import type { Io } from '../../src/commands/io.js';
import { migrateCommand, type MigrateArguments } from '../../src/commands/migrate.js';

export interface Ran {
  readonly code?: number;
  readonly error?: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process; with keys or lines, as if somebody sat at a terminal. */
export async function run(root: string, given: MigrateArguments, typed?: { readonly keys?: string; readonly lines?: readonly string[] }): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  const keys = Array.from(typed?.keys ?? '');
  const lines = [...(typed?.lines ?? [])];
  const isTTY = typed !== undefined;
  const io: Io = {
    cwd: root,
    env: { NO_COLOR: '1' },
    today: '2026-08-01',
    stdout: { isTTY, write: text => Promise.resolve(void (stdout += text)) },
    stderr: { isTTY, write: text => Promise.resolve(void (stderr += text)) },
    ...(isTTY && { stdin: { isTTY, key: () => Promise.resolve(keys.shift()), line: () => Promise.resolve(lines.shift()) } }),
  };
  try {
    return { code: await migrateCommand(undefined, { types: false, skip: ['sdk-v1-to-v2'], ...given }, io), stdout, stderr };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), stdout, stderr };
  }
}
