// What is checked before the tests: the build and the types on one core, the linter on the other.
import { spawn } from 'node:child_process';

const LANES = [['build', 'typecheck'], ['lint']];

function run(script) {
  return new Promise(resolve => {
    const child = spawn('npm', ['run', '-s', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', chunk => output.push(chunk));
    child.stderr.on('data', chunk => output.push(chunk));
    child.on('close', code => {
      // In one piece, so that the lanes do not mix.
      process.stdout.write(`${script}: ${code === 0 ? 'ok' : 'failed'}\n`);
      if (code !== 0) process.stdout.write(Buffer.concat(output));
      resolve(code === 0);
    });
  });
}

async function lane(scripts) {
  for (const script of scripts) if (!(await run(script))) return false;
  return true;
}

if ((await Promise.all(LANES.map(lane))).includes(false)) process.exitCode = 1;
