import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUpAtEnd, freePort, isOpen, lastWords, portIsTaken, ServerFailure, ServerProcess, untilOpen, wasInterrupted } from './processes.js';

/** How to start the user's server. */
export interface LaunchOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variable that carries the port, where the command has no {port}. */
  readonly portEnv: string;
  readonly path: string;
  readonly startTimeoutMs: number;
}

/** A server that takes HTTP requests. */
export interface Replica {
  readonly url: URL;
  /** Undefined for a server that somebody else runs. */
  readonly process: ServerProcess | undefined;
  /** Its temporary folder. */
  readonly folder: string | undefined;
}

/** Folders of ours that the servers write to, gone at the end. */
let proofs = 0;

export class Scratch {
  /** Names the proof that it is made for. */
  readonly owner = String(++proofs);
  readonly root = mkdtempSync(join(tmpdir(), `mcp-stateless-prove-${process.pid}-`));
  #made = 0;
  readonly #remove = cleanUpAtEnd(() => rmSync(this.root, { recursive: true, force: true, maxRetries: 3 }));

  folder(name: string): string {
    const path = join(this.root, `${name}-${++this.#made}`);
    mkdirSync(path);
    return path;
  }

  remove(): void {
    this.#remove();
  }
}

const PORT_TRIES = 3;

/** Starts servers. `{port}`, `{shared}` and `{dir}` in the command and in the environment are filled in. */
export class Launcher {
  constructor(
    private readonly options: LaunchOptions,
    private readonly scratch: Scratch,
    private readonly choosePort: () => Promise<number> = freePort,
  ) {}

  /** A place that all replicas of one run share, as they share a store. */
  shared(): string {
    return this.scratch.folder('shared');
  }

  /** A temporary folder that one process has for itself, as a machine has. */
  own(): string {
    return this.scratch.folder('own');
  }

  async http(shared: string, folder = this.own()): Promise<Replica> {
    let failure: unknown;
    for (let tries = 0; tries < PORT_TRIES; tries++) {
      const port = await this.#port();
      const started = this.#start({ port: String(port), shared, dir: folder });
      started.collectStdout();
      try {
        const host = await untilOpen(port, started, this.options.startTimeoutMs);
        return { url: new URL(this.options.path, `http://${host.includes(':') ? `[${host}]` : host}:${port}`), process: started, folder };
      } catch (error) {
        await started.kill();
        if (wasInterrupted() || !portIsTaken(error)) throw error;
        failure = error;
      }
    }
    const hint = `The server was told its port by ${this.#usesPlaceholder() ? '{port}' : this.options.portEnv}. Does it listen there, or on a port of its own?`;
    throw new ServerFailure(`${failure instanceof Error ? failure.message : String(failure)} ${hint}`);
  }

  stdio(shared: string, folder: string): ServerProcess {
    return this.#start({ shared, dir: folder });
  }

  /** One that nobody answers on yet: else we would talk to a stranger. */
  async #port(): Promise<number> {
    for (let tries = 0; tries < PORT_TRIES; tries++) {
      const port = await this.choosePort();
      if (!(await isOpen(port))) return port;
    }
    throw new ServerFailure('The ports that were tried are all in use.');
  }

  #usesPlaceholder(): boolean {
    const { command, env } = this.options;
    return [...command, ...Object.values(env)].some(text => text?.includes('{port}'));
  }

  #start(values: Readonly<Record<string, string>>): ServerProcess {
    if (wasInterrupted()) throw new ServerFailure('Interrupted.');
    const { command, cwd, env, portEnv } = this.options;
    const [file = '', ...args] = command.map(text => filled(text, values));
    const own = values['dir'];
    const started = new ServerProcess({
      file,
      args,
      cwd,
      owner: this.scratch.owner,
      env: {
        ...Object.fromEntries(Object.entries(env).map(([name, text]) => [name, text && filled(text, values)])),
        // A replica elsewhere has a temporary folder of its own.
        ...(own && { TMPDIR: own, TEMP: own, TMP: own }),
        ...(values['port'] !== undefined && { [portEnv]: values['port'] }),
      },
    });
    if (started.pid === undefined) {
      void started.kill();
      throw new ServerFailure(`${file} could not be started: is it installed, and is the path right?${lastWords(started)}`);
    }
    return started;
  }
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(port|shared|dir)\}/g, (whole, name: string) => values[name] ?? whole);
}
