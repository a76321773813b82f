#!/usr/bin/env node
import { runCommandLine } from './command-line.js';
import { ask, endQuestions } from './commands/confirm.js';
import { tuneForShortRuns } from './commands/engine.js';
import { EXIT, outputOf, type Input, type Io } from './commands/io.js';

async function processIo(): Promise<Io> {
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
    runsShortly: tuneForShortRuns,
    today: new Date().toISOString().slice(0, 10),
    ...(process.stdin.isTTY && { stdin: await terminalInput() }),
    ...(process.stdout.isTTY && { page: async (text: string) => (await import('./commands/pager.js')).page(text, process.env) }),
  };
}

async function terminalInput(): Promise<Input> {
  const { inputOf } = await import('./commands/input.js');
  return inputOf(process.stdin);
}

// A reader such as `head` may close the pipe early.
process.stdout.on('error', (error: Error) => {
  if ('code' in error && error.code === 'EPIPE') process.exitCode = EXIT.clean;
  else throw error;
});
process.exitCode = await runCommandLine(process.argv.slice(2), await processIo());
endQuestions();
