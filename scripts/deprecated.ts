// What the transforms for sampling, logging and roots do to real servers, and whether it compiles.
//   npm run deprecated -- DIR ... [--work DIR] [--timeout SECONDS] [--again] [--table] [--second]
// Each DIR is a checkout, which is only read. In copies of it, packages are installed without scripts, and the compiler of the repository
// is asked before; after the three transforms on the first SDK line; and after a whole migration. New is every error that was not there before.
// Where a whole migration brings some, or with --second, it is also asked after the step to the second line and the three: there, new are errors
// that the step alone does not bring. JavaScript is checked as such. Results are kept in the work folder.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, toolsFor, type Shell } from './goldens/commands.js';
import { readErrors } from './goldens/record.js';
import { commandsOf, copyTree, install, loosened, newErrors, quote } from './goldens/trees.js';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const THREE = 'sampling-to-provider,logging-to-logger,roots-to-params';
const STEP = 'sdk-v1-to-v2';
const FEATURES = ['sampling', 'logging', 'roots'] as const;
/** What clients do is not for these transforms. */
const OF_CLIENTS = /:(?:client-handler|client-level|capability-of-client|sent-change)$|^(?:sampling:handler-on-server|roots:capability)$/;

interface Site {
  readonly rule: string;
  readonly subject: string;
  readonly file: string;
  readonly zone: string;
  readonly why?: string;
}

interface Applied {
  readonly files: number;
  readonly dropped: readonly string[];
  readonly found: readonly Site[];
  readonly left: readonly Site[];
}

interface Line {
  readonly applied: Applied;
  readonly errors?: readonly string[];
  readonly added?: readonly string[];
}

interface Result {
  readonly name: string;
  readonly problem?: string;
  readonly before?: readonly string[];
  readonly first?: Line;
  readonly second?: Line;
  readonly whole?: Line;
}

const VALUED = ['--work', '--timeout'];
const args = process.argv.slice(2);
const value = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const work = resolve(value('--work') ?? join(tmpdir(), 'mcp-stateless-deprecated'));
const timeoutMs = Number(value('--timeout') ?? 600) * 1000;
const plain: Shell = { env: {}, timeoutMs };

async function apply(folder: string, ...flags: readonly string[]): Promise<Applied> {
  const { code, output } = await run([process.execPath, join(ROOT, 'node_modules/tsx/dist/cli.mjs'), join(ROOT, 'scripts/goldens/apply.ts'), folder, ...flags].map(quote).join(' '), ROOT, plain);
  if (code !== 0) throw new Error(output.trim().split('\n').slice(-4).join(' | '));
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Applied;
}

function isServers({ rule, subject, zone }: Site): boolean {
  return /^no-(?:sampling|logging|roots)$/.test(rule) && zone !== 'test' && !OF_CLIENTS.test(subject);
}

async function measure(checkout: string): Promise<Result | undefined> {
  const name = basename(checkout).replace('__', '/');
  const folder = join(work, basename(checkout));
  const tree = (step: string): string => join(folder, step);
  if (!existsSync(tree('before'))) copyTree(checkout, tree('before'), false);
  copyTree(tree('before'), tree('bare'), false);
  const bare = await apply(tree('bare'), '--only', THREE, '--target', 'v1-stateless');
  rmSync(tree('bare'), { recursive: true });
  const sites = bare.found.filter(isServers);
  if (sites.length === 0) return undefined;
  const commands = commandsOf({ repo: name }, tree('before'), '');
  const shell: Shell = { ...plain, env: { PATH: await toolsFor('', [commands.manager], work), npm_config_manage_package_manager_versions: 'false' } };
  const packages = [...new Set(sites.map(s => packageOf(tree('before'), s.file)))];
  const installing = existsSync(join(tree('before'), 'package.json')) ? [''] : packages;
  const marker = join(folder, 'installed');
  if (!existsSync(marker)) {
    for (const at of installing) {
      const failed = await install(commands.install, join(tree('before'), at), '', shell) && (await install(loosened(commands), join(tree('before'), at), '', shell));
      if (failed !== undefined && failed !== '') return { name, problem: `install: ${failed}`, first: { applied: bare } };
    }
    // Packages in folders that the root knows nothing of.
    const alone = packages.filter(at => !installing.includes(at) && !['', at].some(f => existsSync(join(tree('before'), f, 'node_modules/@modelcontextprotocol'))));
    for (const at of alone) await install(loosened({ ...commands, manager: 'npm' }), join(tree('before'), at), '', shell);
    writeFileSync(marker, [...installing, ...alone].join('\n'));
  }
  const into = readFileSync(marker, 'utf8').split('\n');
  const check = (step: string): Promise<readonly string[]> => errorsOf(tree(step), packages, sites, shell);
  const before = await check('before');

  copyTree(tree('before'), tree('first'), true);
  const first = await apply(tree('first'), '--only', THREE, '--target', 'v1-stateless');
  await reinstall(tree('first'), tree('before'), into, shell, commands);
  const firstErrors = await check('first');

  copyTree(tree('before'), tree('whole'), true);
  const whole = await apply(tree('whole'));
  await reinstall(tree('whole'), tree('before'), into, shell, commands);
  const wholeErrors = await check('whole');
  const measured: Result = {
    name,
    before,
    first: { applied: first, errors: firstErrors, added: newErrors(before, firstErrors) },
    whole: { applied: whole, errors: wholeErrors, added: newErrors(before, wholeErrors) },
  };
  // Where nothing is new after everything, nothing is new after a part of it.
  if (measured.whole?.added?.length === 0 && !args.includes('--second')) return measured;

  copyTree(tree('before'), tree('second'), true);
  const second = await apply(tree('second'), '--only', `${STEP},${THREE}`);
  await reinstall(tree('second'), tree('before'), into, shell, commands);
  const secondErrors = await check('second');
  // The step asks the compiler too, so it needs packages while it is made.
  copyTree(tree('before'), tree('step'), true);
  await apply(tree('step'), '--only', STEP);
  linkModules(tree('second'), tree('step'), packages);
  const stepErrors = await check('step');
  return { ...measured, second: { applied: second, errors: secondErrors, added: newErrors(stepErrors, secondErrors) } };
}

async function reinstall(tree: string, before: string, into: readonly string[], shell: Shell, commands: ReturnType<typeof commandsOf>): Promise<void> {
  if ((await manifests(tree)) === (await manifests(before))) return;
  for (const [i, at] of into.entries()) await install(loosened(i === 0 ? commands : { ...commands, manager: into[0] === '' ? 'npm' : commands.manager }), join(tree, at), '', shell);
}

/** All of them in one text. */
async function manifests(tree: string): Promise<string> {
  return (await run(`find . -name package.json -not -path '*/node_modules/*' | sort | xargs cat`, tree, plain)).output;
}

/** The folder of the nearest package above a file. */
function packageOf(root: string, file: string): string {
  let folder = posix.dirname(file);
  while (folder !== '.' && !existsSync(join(root, folder, 'package.json'))) folder = posix.dirname(folder);
  return folder === '.' ? '' : folder;
}

function linkModules(from: string, to: string, packages: readonly string[]): void {
  for (const folder of new Set(['', ...packages])) {
    const there = join(from, folder, 'node_modules');
    rmSync(join(to, folder, 'node_modules'), { recursive: true, force: true });
    if (existsSync(there) && existsSync(join(to, folder))) symlinkSync(there, join(to, folder, 'node_modules'));
  }
}

/** The packages that the sites are in, by their own configuration, or as JavaScript. */
async function errorsOf(root: string, packages: readonly string[], sites: readonly Site[], shell: Shell): Promise<readonly string[]> {
  const errors: string[] = [];
  for (const folder of packages) {
    const cwd = join(root, folder);
    const files = [...new Set(sites.flatMap(s => (packageOf(root, s.file) === folder ? [quote(posix.relative(folder, s.file))] : [])))];
    const config = existsSync(join(cwd, 'tsconfig.json')) ? '-p tsconfig.json' : existsSync(join(root, 'tsconfig.json')) ? `-p ${join(root, 'tsconfig.json')}` : `--allowJs --checkJs --skipLibCheck --module nodenext --target es2022 ${files.join(' ')}`;
    const compiler = [cwd, root, ROOT].map(at => join(at, 'node_modules/typescript/bin/tsc')).find(path => existsSync(path)) ?? 'tsc';
    const { output, code, timedOut } = await run(`node ${quote(compiler)} --noEmit --pretty false --incremental false --composite false ${config}`, cwd, shell);
    writeFileSync(`${root}.${folder.replaceAll('/', '_')}.types.log`, output);
    // Types of packages are named by their place, which is another one in each copy.
    const found = readErrors(output.replaceAll(new RegExp(`${dirname(root)}/(?:before|first|second|step|whole)/`, 'g'), ''));
    // A compiler that did not run has found nothing either.
    if (timedOut || (code !== 0 && found.length === 0)) throw new Error(`the compiler says in ${folder || 'the root'}: ${output.trim().split('\n').slice(-2).join(' ').slice(0, 200)}`);
    errors.push(...found.map(e => posix.join(folder, e)));
  }
  return errors;
}

function outcome({ found, left }: Applied, feature: string): string {
  const mine = (s: Site): boolean => isServers(s) && s.rule === `no-${feature}`;
  const all = found.filter(mine).length;
  const open = left.filter(mine);
  if (all === 0) return '';
  const why = [...new Set(open.map(s => s.why ?? 'no reason'))].map(w => `"${w}"`).join(' ');
  return open.length === 0 ? `${String(all)} rewritten` : `${String(all - open.length)} rewritten, ${String(open.length)} declined: ${why}`;
}

function errors(line: Line | undefined): string {
  return line?.added ? String(line.added.length) : '-';
}

function table(results: readonly Result[]): string {
  const rows = results.flatMap(r => FEATURES.flatMap(feature => {
    const [one, two] = [r.first, r.whole].map(line => (line ? outcome(line.applied, feature) : ''));
    if (!one && !two) return [];
    const said = one === two || !two ? one : `${one ?? ''} / ${two}`;
    const lines = [r.first, r.second, r.whole];
    return `| ${[r.name, feature, said ?? '', r.before ? String(r.before.length) : '-', lines.map(l => (l?.errors ? String(l.errors.length) : '-')).join(' / '), lines.map(errors).join(' / '), r.problem ?? ''].map(c => c.replaceAll('|', '/')).join(' | ')} |`;
  }));
  return ['| repository | feature | outcome, first SDK line / whole | errors before | errors after: first / second / whole | new errors | problem |', `|${' --- |'.repeat(7)}`, ...rows].join('\n');
}

const results: Result[] = [];
mkdirSync(join(work, 'results'), { recursive: true });
for (const given of args.filter((a, i) => !a.startsWith('--') && !VALUED.includes(args[i - 1] ?? ''))) {
  const checkout = resolve(given);
  const kept = join(work, 'results', `${basename(checkout)}.json`);
  if (args.includes('--again') || !existsSync(kept)) {
    if (args.includes('--table')) continue;
    const result = await measure(checkout).catch((error: unknown): Result => ({ name: basename(checkout), problem: error instanceof Error ? error.message : String(error) }));
    writeFileSync(kept, JSON.stringify(result ?? null, null, 1));
    console.error(`${basename(checkout)}: ${result ? (result.problem ?? `${String(result.before?.length)} errors before, new ${[result.first, result.second, result.whole].map(errors).join(' / ')}`) : 'nothing found'}`);
  }
  const result = JSON.parse(readFileSync(kept, 'utf8')) as Result | null;
  if (result) results.push(result);
}
console.log(table(results));
