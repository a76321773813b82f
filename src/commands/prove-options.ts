// The options of `prove`, which `migrate --prove` takes too. Without the modules behind them.
import { Option, type Command } from 'commander';

const FORMATS = ['terminal', 'json', 'junit'] as const;
const ERAS = ['modern', 'older', 'both'] as const;

/** For options that may be given several times. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export function withProveOptions(command: Command): Command {
  return command
    .option('--http', 'the server speaks HTTP (the default when it is given a port)')
    .option('--stdio', 'the server speaks over its pipes (the default otherwise)')
    .option('--url <url>', 'a server that runs already, on this machine (repeatable)', collect)
    .option('--allow-remote', 'let --url name another machine')
    .option('-n, --replicas <n>', 'how many to start (2)')
    .option('--port-env <name>', 'variable that tells the server its port (PORT); {port} in the command does too')
    .option('--path <path>', 'path of the endpoint (/mcp)')
    .option('--env <name=value>', 'variable for the server (repeatable); {port}, {shared}, {dir} are filled in', collect)
    .option('--cwd <folder>', 'where to start it')
    .option('--script <file>', 'calls to make, one JSON object per line')
    .option('--save-script <file>', 'save the calls that were made')
    .option('--record <file>', 'record a script: a proxy between your client and the server')
    .option('--seed <n>', 'for calls made from the schemas (1)')
    .option('--calls <n>', 'how often such calls use each tool (2)')
    .option('--read-only', 'call only tools that declare readOnlyHint, or that the script or --allow names (the default)')
    .option('--allow <tool>', 'call this tool too (repeatable)', collect)
    .option('--allow-all', 'call every tool')
    .addOption(new Option('--era <era>', 'which clients to try').choices(ERAS).default('both'))
    .option('--source <folder>', 'source of the server: explains what is found with the findings of an audit')
    .option('--shared <folder>', 'a folder that all machines share when deployed (repeatable)', collect)
    .option('--watch <folder>', 'a folder in which the server keeps files: each machine gets its own; put back afterwards (repeatable)', collect)
    .option('--timeout <ms>', 'for one call (5000)')
    .option('--start-timeout <ms>', 'for the start of the server (20000)')
    .option('--conformance <folder>', 'where the official conformance suite is installed (this folder)')
    .option('--no-conformance', 'leave it out')
    .option('--conformance-node <file>', 'a Node.js of 22 or newer, for the suite')
    .addOption(new Option('--fail-on <level>', 'which failed checks count').choices(['error', 'warning', 'info']).default('error'))
    .addOption(new Option('-f, --format <format>', 'how to print').choices(FORMATS).default('terminal'))
    .option('-v, --verbose', 'show all checks and the script');
}
