import { isatty } from 'node:tty';

/** What a command may touch of the process. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Puts a question that is answered with yes or no; absent when nobody is there to answer. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  /** Says that the process will be over in some seconds. */
  readonly runsShortly?: () => void;
  /** ISO date of today, for countdowns. */
  readonly today: string;
  /** Absent where nobody can answer. */
  readonly stdin?: Input;
  /** Shows a long text page by page; false when it could not. */
  readonly page?: (text: string) => Promise<boolean>;
}

/** A person at a keyboard. Undefined when there is nothing more to come. */
export interface Input {
  readonly isTTY: boolean;
  /** One key, without Enter. */
  key(): Promise<string | undefined>;
  line(): Promise<string | undefined>;
}

export interface Output {
  readonly isTTY: boolean;
  /** Resolves when the text has left the process, so that nothing is lost when it ends. */
  write(text: string): Promise<void>;
}

/** Said to the user as it is, without a stack. Exit code 2. */
export class UsageError extends Error {}

export const EXIT = { clean: 0, findings: 1, failed: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const FORMATS = ['terminal', 'json', 'jsonl', 'sarif', 'github', 'gitlab', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];
export const FAIL_LEVELS = ['error', 'warning', 'info', 'never'] as const;
export type FailLevel = (typeof FAIL_LEVELS)[number];

export function outputOf(stream: NodeJS.WriteStream & { readonly fd: number }): Output {
  return {
    isTTY: isatty(stream.fd),
    write: text =>
      new Promise(resolve => {
        // A reader that has gone away wants no more: that is no failure of ours.
        if (text === '') resolve();
        else stream.write(text, () => resolve());
      }),
  };
}
