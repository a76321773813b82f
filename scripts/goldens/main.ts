// Migrations that people made, against ours and the official codemod's.
//   npm run goldens -- [ALIAS ...] [--file FILE] [--git-dirs DIR] [--work DIR] [--timeout SECONDS] [--jobs N]
//                      [--again] [--only TRANSFORM,...] [--codemod] [--no-tests] [--table]
// FILE has records as `repo`, `before`, `after`, `install`, `typecheck`, `test`, or only `repo` and `commit`. Results are kept in the work
// folder: a second call goes on where the first one ended; --again begins anew, --table only prints.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { GoldenRecord, Result } from './record.js';
import { aliasOf, measure, type Options } from './repository.js';
import { tableOf } from './table.js';

const VALUED = ['--file', '--git-dirs', '--work', '--timeout', '--jobs', '--only'];
const args = process.argv.slice(2);
const value = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const names = args.filter((a, i) => !a.startsWith('--') && !VALUED.includes(args[i - 1] ?? ''));

const file = resolve(value('--file') ?? '../shared/corpus/goldens.json');
const options: Options = {
  work: resolve(value('--work') ?? join(tmpdir(), 'mcp-stateless-goldens')),
  gitDirs: resolve(value('--git-dirs') ?? '.'),
  timeoutMs: Number(value('--timeout') ?? 600) * 1000,
  only: value('--only'),
  codemod: args.includes('--codemod'),
  tests: !args.includes('--no-tests'),
};

const records = (JSON.parse(readFileSync(file, 'utf8')) as readonly GoldenRecord[]).filter(r => names.length === 0 || names.includes(aliasOf(r)) || names.includes(r.repo));
const results = new Map<string, Result>();
const queue = [...records];
mkdirSync(join(options.work, 'results'), { recursive: true });

function kept(alias: string): string {
  return join(options.work, 'results', `${alias}.json`);
}

async function work(): Promise<void> {
  for (let record = queue.shift(); record; record = queue.shift()) {
    const alias = aliasOf(record);
    if (existsSync(kept(alias)) && !args.includes('--again')) results.set(alias, JSON.parse(readFileSync(kept(alias), 'utf8')) as Result);
    else if (!args.includes('--table')) {
      const result = await measure(record, options).catch((error: unknown): Result => ({ alias, repo: record.repo, record: {}, problem: error instanceof Error ? error.message : String(error) }));
      writeFileSync(kept(alias), `${JSON.stringify(result, null, 2)}\n`);
      results.set(alias, result);
      console.error(`${alias}: ${result.problem ?? `${String(result.ours?.newErrors?.length ?? '-')} new errors`}`);
    }
  }
}

await Promise.all(Array.from({ length: Math.max(1, Number(value('--jobs') ?? 1)) }, work));
console.log(tableOf(records.flatMap(r => results.get(aliasOf(r)) ?? [])));
