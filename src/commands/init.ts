import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { proposeSetUp, type ProjectFacts, type Proposal } from '../init/propose.js';
import { tryGit } from '../git/git.js';
import { inert, paint, wantsColour } from '../report/paint.js';
import { rootOf } from './audit.js';
import { EXIT, UsageError, type ExitCode, type Io } from './io.js';
import { prefixOf, repositoryOf } from './repository.js';

export interface InitArguments {
  /** Write all of it without asking. */
  readonly yes?: boolean;
}

/** Shows what it would write, asks about each file, and never writes over one. */
export async function initCommand(path: string | undefined, given: InitArguments, io: Io): Promise<ExitCode> {
  const root = rootOf(path, io);
  const style = paint(wantsColour({ isTTY: io.stdout.isTTY, env: io.env }));
  const top = repositoryOf(root) ?? root;
  const { proposals, advice } = proposeSetUp(factsOf(root, top, io));
  const written: string[] = [];
  for (const proposal of proposals) {
    const file = join(proposal.inRepository ? top : root, proposal.file);
    await io.stdout.write(`${style.bold(inert(proposal.file))}  ${style.dim(proposal.what)}\n${proposal.text.replace(/^(?=.)/gm, '  ')}\n`);
    if (!(given.yes ?? (await io.ask?.(`Write ${proposal.file}?`)) ?? false)) continue;
    write(file, proposal);
    written.push(proposal.file);
  }
  for (const { file, text } of advice) await io.stdout.write(`${style.bold(inert(file))}  ${text}\n`);
  await io.stdout.write(`\n${closing(proposals, written, given.yes === true || io.ask !== undefined)}`);
  return EXIT.clean;
}

function closing(proposals: readonly Proposal[], written: readonly string[], asked: boolean): string {
  if (proposals.length === 0) return 'Everything is there already. Nothing was written.\n';
  if (!asked) return 'Nothing was written. Run it in a terminal to be asked, or with --yes to write these files.\n';
  if (written.length === 0) return 'Nothing was written.\n';
  const install = written.some(f => !f.startsWith('.git')) ? 'Next: npm install --save-dev mcp-stateless\n' : '';
  return `Wrote ${written.join(', ')}.\n${install}`;
}

function factsOf(root: string, top: string, io: Io): ProjectFacts {
  const files = readdirSync(root);
  const remote = tryGit(root, ['config', '--get', 'remote.origin.url']) ?? '';
  const host = /gitlab/i.test(remote) || existsSync(join(top, '.gitlab-ci.yml')) ? 'gitlab' : /github/i.test(remote) || existsSync(join(top, '.github')) ? 'github' : 'unknown';
  const existing = new Set(['.github/workflows/mcp-stateless.yml', '.gitlab/mcp-stateless.yml'].filter(f => existsSync(join(top, f))));
  return { files, existing: new Set([...existing, ...files]), manifest: manifestOf(root), host, prefix: prefixOf(root, io) };
}

function manifestOf(root: string): ProjectFacts['manifest'] {
  try {
    const value: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return typeof value === 'object' && value !== null ? { type: Reflect.get(value, 'type'), configured: 'mcp-stateless' in value } : undefined;
  } catch {
    return undefined;
  }
}

function write(path: string, { file, text }: Proposal): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Fails when somebody has made it in the meantime.
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new UsageError(exists ? `${file} is there already and stays as it is.` : `${file} cannot be written. May you write in ${dirname(path)}?`);
  }
}
