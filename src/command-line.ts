// The command line: its commands, options and help. What it may touch of the process comes from outside.
import { Command, CommanderError, Option } from 'commander';
import type { AuditArguments } from './commands/audit.js';
import { EXIT, FAIL_LEVELS, FORMATS, UsageError, type ExitCode, type Io } from './commands/io.js';
import type { InitArguments } from './commands/init.js';
import { HANDLE_SCOPES, LEGACIES, LOGGINGS, PROVIDERS, ROOTS, STORES, TARGETS } from './choices.js';
import type { MigrateArguments } from './commands/migrate.js';
import type { ProveArguments } from './commands/prove.js';
import { collect, withProveOptions } from './commands/prove-options.js';
import type { ReportArguments } from './commands/report.js';
import type { RulesArguments } from './commands/rules.js';
import type { UndoArguments } from './commands/undo.js';
import { VERSION } from './version.js';

/** As in commands/report.ts, which is loaded only when it is needed. */
const REPORT_FORMATS = ['terminal', 'markdown', 'html', 'json', 'sarif', 'github', 'gitlab', 'badge', 'badge-svg'] as const;
const REPORT_FAIL_LEVELS = ['never', 'error', 'warning', 'info', 'new-error', 'new-warning', 'new-info'] as const;

// Each command is loaded when it is called: an audit of a project without MCP is over before the rest would be read.
function program(io: Io, done: (code: ExitCode) => void): Command {
  const cli = new Command('mcp-stateless')
    .description('Takes an MCP server from the session-based protocol to the stateless one (revision 2026-07-28).')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: text => void io.stdout.write(text), writeErr: text => void io.stderr.write(text) })
    .configureHelp({ sortSubcommands: false })
    .addHelpText('after', '\nExit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or failure.\n');

  cli
    .command('audit', { isDefault: true })
    .description('find everything that the revision removed, deprecated or changed')
    .argument('[path]', 'folder of the project', undefined)
    .addOption(new Option('-f, --format <format>', 'how to print').choices(FORMATS).default('terminal'))
    .addOption(new Option('--fail-on <level>', 'exit with 1 for findings of this level or above (error)').choices(FAIL_LEVELS))
    .option('--rule <id>', 'run this rule only (repeatable)', collect)
    .option('--clause <id>', 'report what is found for this clause only (repeatable)', collect)
    .option('--ignore <pattern>', 'leave out files, in the syntax of .gitignore (repeatable)', collect)
    .option('--include-tests', 'report findings in tests too')
    .option('--all', 'also report what only a name speaks for')
    .option('--types', 'ask the compiler about receivers that are in doubt (slower; wants installed packages)')
    .option('--since <ref>', 'report findings in lines that changed since this branch, tag or commit only')
    .option('--baseline <file>', 'report findings that this file does not know only')
    .option('--update-baseline', 'write the findings of this run to the file of --baseline')
    .option('--no-config', 'do not look for a configuration: mcp-stateless.config.* or "mcp-stateless" in package.json')
    .option('--today <date>', 'count days until removals from this date, for reports that stay the same')
    .addHelpText(
      'after',
      `
Examples:
  mcp-stateless audit                          audit the project in this folder
  mcp-stateless audit server --fail-on warning
  mcp-stateless audit --format jsonl | jq .message
  mcp-stateless audit --rule no-sampling --rule no-logging
  mcp-stateless audit --since main             what a branch adds
  mcp-stateless audit --baseline mcp.json --update-baseline`,
    )
    .action(async (path: string | undefined, given: AuditArguments) => done(await (await import('./commands/audit.js')).auditCommand(path, given, io)));

  cli
    .command('migrate')
    .description('plan the migration and show it; with --write, do it')
    .argument('[path]', 'folder of the project', undefined)
    .option('--write', 'write the files: all or none')
    .option('--dry-run', 'write nothing (the default)')
    .option('-i, --interactive', 'decide unit by unit, then write')
    .option('--only <transform>', 'run this transform only (repeatable)', collect)
    .option('--skip <id>', 'leave out a transform or a unit (repeatable)', collect)
    .option('--unit <id>', 'migrate this unit only, by its id or by the place of a finding, as in src/server.ts:12 (repeatable)', collect)
    .addOption(new Option('--target <target>', 'where to go').choices(TARGETS))
    .addOption(new Option('--store <store>', 'where state behind handles is kept').choices(STORES))
    .addOption(new Option('--provider <provider>', "whom to ask instead of the client's model").choices(PROVIDERS))
    .addOption(new Option('--logging <logging>', 'where log messages go').choices(LOGGINGS))
    .addOption(new Option('--roots <roots>', "what takes the place of the client's roots").choices(ROOTS))
    .addOption(new Option('--legacy <legacy>', 'how clients of older revisions are served over HTTP').choices(LEGACIES))
    .addOption(new Option('--handle-per <scope>', 'whether containers that the same tools use share one handle').choices(HANDLE_SCOPES))
    .option('--keep-protocol-logging', 'keep log messages to the client where the request asks for them')
    .option('--no-keep-protocol-logging', 'send clients no log messages (the default)')
    .option('--no-markers', 'leave no TODO(mcp-stateless:...) comments')
    .option('--no-types', 'do not ask the compiler')
    .option('--check <command>', 'run this after writing, and put everything back when it fails')
    .option('--prove <command>', 'start the migrated server with this after writing, prove it, and put everything back when that fails; options of prove go before --')
    .option('--allow-dirty', 'write although git has changes that are not committed')
    .option('--patch <file>', 'save the changes as a patch for git apply; - prints it')
    .option('--summary <file>', 'save what was done and what is left, in Markdown')
    .option('--json', 'print the plan as JSON')
    .option('--no-config', 'do not look for a configuration')
    .option('--no-pager', 'do not page on a terminal')
    .addHelpText(
      'after',
      `
Examples:
  mcp-stateless migrate                        show the plan; nothing is written
  mcp-stateless migrate --write --check "npm test"
  mcp-stateless migrate --write --check "npm install && npm run build" --prove "--allow-all -- node dist/server.js"
  mcp-stateless migrate --interactive
  mcp-stateless migrate --unit no-sampling:src/llm.ts --provider anthropic
  mcp-stateless undo                           take the last migration back`,
    )
    .action(async (path: string | undefined, given: MigrateArguments) => done(await (await import('./commands/migrate.js')).migrateCommand(path, given, io)));

  cli
    .command('report')
    .description('compare two states of the project: what a migration changed, what is left')
    .argument('[path]', 'folder of the project, in a git repository', undefined)
    .option('--base <ref>', 'commit, branch or tag before (where this branch began)')
    .option('--head <ref>', 'commit, branch or tag after (the working tree)')
    .option('--merge-base', 'compare with where the head left the base, as a pull request does')
    .addOption(new Option('-f, --format <format>', 'how to print').choices(REPORT_FORMATS).default('terminal'))
    .option('-o, --output <format=file>', 'also write this format to a file (repeatable)', collect)
    .option('--history <file>', 'append a line about this run to a file of JSON lines, and draw the trend')
    .addOption(new Option('--fail-on <level>', 'exit with 1 for findings after, or only new ones, of this level or above').choices(REPORT_FAIL_LEVELS).default('never'))
    .option('--ignore <pattern>', 'leave out files, in the syntax of .gitignore (repeatable)', collect)
    .option('--include-tests', 'report findings in tests too')
    .option('--all', 'also report what only a name speaks for')
    .option('--no-config', 'do not look for a configuration: mcp-stateless.config.* or "mcp-stateless" in package.json')
    .option('--repository-url <url>', 'address for links to lines (that of the remote origin)')
    .option('--today <date>', 'count days until removals from this date, for reports that stay the same')
    .addHelpText(
      'after',
      `
Examples:
  mcp-stateless report                         what this branch changed, with what is not committed yet
  mcp-stateless report --base v1.4.0 --head v2.0.0
  mcp-stateless report -f markdown -o html=report.html -o sarif=report.sarif`,
    )
    .action(async (path: string | undefined, given: ReportArguments) => done(await (await import('./commands/report.js')).reportCommand(path, given, io)));

  cli
    .command('init')
    .description('set up the workflow, the configuration and ESLint: asks first, never writes over a file')
    .argument('[path]', 'folder of the project', undefined)
    .option('--yes', 'write without asking')
    .action(async (path: string | undefined, given: InitArguments) => done(await (await import('./commands/init.js')).initCommand(path, given, io)));

  cli
    .command('undo')
    .description('take the last migration back: bytes, modes, new and removed files')
    .argument('[path]', 'folder of the project', undefined)
    .option('--force', 'also when a process seems to be writing')
    .action(async (path: string | undefined, given: UndoArguments) => done(await (await import('./commands/undo.js')).undoCommand(path, given, io)));

  cli
    .command('explain')
    .description('say what a rule or a clause of the catalogue is about, and what to do')
    .argument('<id>', 'id of a rule or of a clause, as printed with a finding')
    .action(async (id: string) => done(await (await import('./commands/explain.js')).explainCommand(id, io)));

  cli
    .command('rules')
    .description('list the rules')
    .option('--clauses', 'list the clauses of the catalogue and what finds them')
    .option('--json', 'print JSON')
    .action(async (given: RulesArguments) => done(await (await import('./commands/rules.js')).rulesCommand(given, io)));

  withProveOptions(
    cli
      .command('prove')
      .description('start the server, and show that any replica serves any request')
      .argument('[command...]', 'how to start the server, behind --'),
  )
    .addHelpText(
      'after',
      `
Examples:
  mcp-stateless prove -- node dist/stdio.js                  a stdio server
  mcp-stateless prove --http -n 3 -- node dist/http.js       HTTP, told its port by PORT
  mcp-stateless prove --script calls.jsonl -- node dist/http.js --port {port}
  mcp-stateless prove --url http://127.0.0.1:3000/mcp --url http://127.0.0.1:3001/mcp

Exit codes: 0 proven, 1 not proven, 2 wrong usage or failure.`,
    )
    .action(async (command: readonly string[], given: ProveArguments) => {
      // The rest of the tool does without these modules.
      const { proveCommand } = await import('./commands/prove.js');
      done(await proveCommand(command, given, io));
    });

  return cli;
}

/** Runs one command; `args` are those after the name of the program. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.clean;
  try {
    await program(io, c => (code = c)).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.failed;
    await io.stderr.write(error instanceof UsageError ? `mcp-stateless: ${error.message}\n` : `mcp-stateless failed: ${failure(error, io)}\n`);
    return EXIT.failed;
  }
}

/** A stack is for those who ask for it. */
function failure(error: unknown, io: Io): string {
  if (!(error instanceof Error)) return String(error);
  return io.env['DEBUG'] ? (error.stack ?? error.message) : `${error.message}\nThis is a bug: please report it, with DEBUG=1 for details.`;
}
