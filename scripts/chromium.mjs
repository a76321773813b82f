// Makes sure that there is a Chromium for the tests of the HTML report: Debian's package, when we may install it.
// Prints its path; exit code 1 with a reason when there is none.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

export function findChromium() {
  for (const name of ['chromium', 'chromium-browser']) {
    const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

export function installChromium() {
  const found = findChromium();
  if (found) return { path: found };
  if (process.getuid?.() !== 0) return { why: 'installing packages needs root' };
  if (spawnSync('sh', ['-c', 'command -v apt-get']).status !== 0) return { why: 'there is no apt-get' };
  const apt = (...args) => spawnSync('apt-get', args, { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  apt('update', '-qq');
  const { status, stderr } = apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
  const path = findChromium();
  return status === 0 && path ? { path } : { why: `apt-get install chromium failed: ${stderr.trim().split('\n').at(-1) ?? ''}` };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { path, why } = installChromium();
  console.log(path ?? `No Chromium: ${why}. Tests of the HTML report in a browser will be skipped.`);
  process.exitCode = path ? 0 : 1;
}
