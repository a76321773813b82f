import type { Io } from './io.js';

const QUIET_MS = 1000;
const EVERY_MS = 100;

export interface Progress {
  readonly step: (done: number, total: number) => void;
  end(): Promise<void>;
}

/** A line on a terminal, once the work has taken longer than a second. Nothing anywhere else. */
export function showProgress(io: Io, what: string): Progress {
  const shown = io.stderr.isTTY && !io.env['CI'];
  const started = Date.now();
  let last = 0;
  return {
    step: (done, total) => {
      const now = Date.now();
      if (!shown || now - started < QUIET_MS || now - last < EVERY_MS) return;
      last = now;
      void io.stderr.write(`\r${what}: ${done} of ${total} files`);
    },
    end: async () => {
      if (last > 0) await io.stderr.write('\r\x1b[K');
    },
  };
}
