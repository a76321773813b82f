// The commands of a record, as people wrote them down: with the folder in parentheses behind them, and some preparations in words.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly timedOut: boolean;
}

export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

export function run(command: string, cwd: string, { env, timeoutMs }: Shell): Promise<Outcome> {
  return new Promise(done => {
    const child = spawn('bash', ['-c', command], { cwd, env: { ...process.env, CI: '1', NO_COLOR: '1', FORCE_COLOR: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    let timedOut = false;
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.on('close', code => {
      clearTimeout(timer);
      done({ code, output, timedOut });
    });
  });
}

/** `npx tsc --noEmit (packages/mcp)`: the command and the folder that it runs in. Undefined where the words are no command. */
export function readCommand(text: string | undefined, root: string, subdir: string): { readonly command: string; readonly cwd: string } | undefined {
  if (text === undefined || text.trim() === '' || /^\(.*\)$/.test(text.trim())) return undefined;
  const note = /\s*\(([^()]*)\)\s*$/.exec(text);
  const command = note ? text.slice(0, note.index) : text;
  const named = note?.[1] ?? '';
  if (/root/.test(named)) return { command, cwd: root };
  if (named !== '' && existsSync(join(root, named))) return { command, cwd: join(root, named) };
  return { command, cwd: subdir !== '' && existsSync(join(root, subdir)) ? join(root, subdir) : root };
}

/** What can be done of a preparation that is told in words. Returns variables for the environment, or undefined when it was not understood. */
export function prepare(text: string, root: string): Readonly<Record<string, string | undefined>> | undefined {
  const unset = /^unset (\w+)/.exec(text);
  if (unset?.[1] !== undefined) return { [unset[1]]: undefined };
  const rewrite = /^rewrite (\S+) to (\S+) in (\S+)$/.exec(text);
  if (rewrite) {
    const [, from = '', to = '', file = ''] = rewrite;
    const path = join(root, file);
    if (existsSync(path)) writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
    return {};
  }
  const drop = /^drop (.+) from (package\.json)$/.exec(text);
  if (drop) {
    dropDependencies(join(root, drop[2] ?? ''), (drop[1] ?? '').split(/,\s*/));
    return {};
  }
  const override = /^pnpm-workspace\.yaml override (\S+): (\S+)$/.exec(text);
  if (override) {
    const path = join(root, 'pnpm-workspace.yaml');
    const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const line = `  '${override[1] ?? ''}': ${override[2] ?? ''}\n`;
    if (before.includes(line)) return {};
    writeFileSync(path, /^overrides:/m.test(before) ? before.replace(/^overrides:\s*\n/m, m => m + line) : `${before}\noverrides:\n${line}`);
    return {};
  }
  return undefined;
}

function dropDependencies(path: string, names: readonly string[]): void {
  const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string> | undefined>;
  for (const field of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const declared = json[field];
    if (declared) json[field] = Object.fromEntries(Object.entries(declared).filter(([name]) => !names.some(n => (n.endsWith('/*') ? name.startsWith(n.slice(0, -1)) : n === name))));
  }
  writeFileSync(path, `${JSON.stringify(json, null, 2)}\n`);
}

/** Node of the major that a record asks for, and the package managers, installed once into the work folder. */
export async function toolsFor(node: string, managers: readonly string[], work: string): Promise<string> {
  const paths: string[] = [];
  const major = /(\d+)/.exec(node)?.[1];
  if (major !== undefined && major !== process.versions.node.split('.')[0]) paths.push(join(await installed(`node@${major}`, `node${major}`, work), 'node_modules', 'node', 'bin'));
  const names: Readonly<Record<string, string>> = { pnpm: 'pnpm@10', bun: 'bun', yarn: 'yarn@1' };
  for (const manager of managers) {
    const name = names[manager];
    if (name !== undefined) paths.push(join(await installed(name, manager, work), 'node_modules', '.bin'));
  }
  return [...paths, process.env['PATH'] ?? ''].join(delimiter);
}

async function installed(name: string, folder: string, work: string): Promise<string> {
  const path = join(work, 'tools', folder);
  if (existsSync(join(path, 'done'))) return path;
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), '{}');
  const shell: Shell = { env: {}, timeoutMs: 300_000 };
  await run(`npm install --no-audit --no-fund ${name}; for f in node_modules/{node,bun}/install.js; do [ -f $f ] && (cd $(dirname $f) && node install.js); [ -f $(dirname $f)/installArchSpecificPackage.js ] && (cd $(dirname $f) && node installArchSpecificPackage.js); done; true`, path, shell);
  writeFileSync(join(path, 'done'), '');
  return path;
}
