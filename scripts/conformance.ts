// The official conformance suite on a server of a checkout, before and after its migration. The checkout has its dependencies; it is copied first.
//   npm run conformance -- DIR --suite DIR --node FILE --serve "node --import tsx src/index.ts" [--path /mcp] [--before]
//   --suite: where @modelcontextprotocol/conformance is installed; --node: a Node.js of 22 or newer, for the suite and the server
//   {port} in --serve is the port; it is in PORT as well
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_CHOICES } from '../src/choices.js';
import { diskTree } from '../src/files/disk.js';
import { planMigration } from '../src/migrate/plan.js';
import { Project } from '../src/project.js';
import { conformance } from '../src/prove/conformance.js';
import { freePort } from '../src/prove/processes.js';
import { registry } from '../src/registry.js';
import { sdkStep } from '../src/sdk-step/step.js';
import { transforms } from '../transforms/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { suite: { type: 'string' }, node: { type: 'string' }, serve: { type: 'string' }, path: { type: 'string', default: '/mcp' }, cwd: { type: 'string', default: '.' }, before: { type: 'boolean' } },
});
const [folder] = positionals;
const { suite, node = process.execPath, serve } = values;
if (folder === undefined || suite === undefined || serve === undefined) {
  console.error('Name a checkout, --suite and --serve.');
  process.exit(2);
}

const own = join(import.meta.dirname, '..', 'node_modules');

/** The packages of the checkout, with those of the second major of the SDK beside them. */
function linkPackages(from: string, to: string, needsZod4: boolean): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) if (name !== '@modelcontextprotocol') symlinkSync(join(from, name), join(to, name));
  const scope = join(to, '@modelcontextprotocol');
  mkdirSync(scope);
  for (const base of [join(from, '@modelcontextprotocol'), join(own, '@modelcontextprotocol')]) {
    for (const name of existsSync(base) ? readdirSync(base) : []) if (!existsSync(join(scope, name))) symlinkSync(join(base, name), join(scope, name));
  }
  const zod = join(to, 'zod', 'package.json');
  const isOld = existsSync(zod) && (JSON.parse(readFileSync(zod, 'utf8')) as { version: string }).version.startsWith('3.');
  if (!needsZod4 || !isOld) return;
  rmSync(join(to, 'zod'));
  symlinkSync(join(own, 'zod'), join(to, 'zod'));
}

function copyOf(source: string): string {
  const copy = join(mkdtempSync(join(tmpdir(), 'conformance-')), basename(source));
  cpSync(source, copy, { recursive: true, filter: path => !/[\\/](?:node_modules|\.git)$/.test(path) });
  linkPackages(join(source, 'node_modules'), join(copy, 'node_modules'), values.before !== true);
  return copy;
}

function migrate(copy: string): void {
  const plan = planMigration(new Project(diskTree(copy)), transforms, registry, { transforms: [...transforms.map(t => t.id), sdkStep.id], choices: { ...DEFAULT_CHOICES, markers: false }, prepare: [sdkStep] });
  for (const [path, text] of Object.entries(plan.result)) {
    if (text === null) rmSync(join(copy, path));
    else {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
  }
  console.log(`${Object.keys(plan.result).length} files changed: ${plan.steps.map(s => s.transform).join(', ')}`);
}

async function answers(url: URL): Promise<boolean> {
  for (let i = 0; i < 150; i++) {
    const reached = await fetch(url).then(
      async r => (await r.body?.cancel(), true),
      () => false,
    );
    if (reached) return true;
    await new Promise(done => setTimeout(done, 200));
  }
  return false;
}

const copy = copyOf(resolve(folder));
if (values.before !== true) migrate(copy);
const port = await freePort();
const [command = node, ...args] = serve.replaceAll('{port}', String(port)).split(' ');
const child = spawn(command === 'node' ? node : command, args, { cwd: join(copy, values.cwd), env: { ...process.env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] });
let said = '';
for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
const url = new URL(values.path, `http://127.0.0.1:${port}`);
try {
  if (!(await answers(url))) console.log(`The server did not start:\n${said}`);
  else for (const { message, status } of await conformance(url, { folder: resolve(suite), node }, copy, `conformance-${process.pid}`)) console.log(`${status}  ${message}`);
} finally {
  child.kill('SIGKILL');
  rmSync(dirname(copy), { recursive: true, force: true });
}
