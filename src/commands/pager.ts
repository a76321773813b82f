import { spawn } from 'node:child_process';

/** Shows a text page by page, or at once when it fits the screen. False when there is no pager. */
export function page(text: string, env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const command = env['PAGER'] ?? 'less';
  if (command === '' || command === 'cat') return Promise.resolve(false);
  return new Promise(resolve => {
    // As git does: colours stay, what fits one screen ends by itself.
    const child = spawn(command, { shell: true, stdio: ['pipe', 'inherit', 'inherit'], env: { ...env, LESS: env['LESS'] ?? 'FRX' } });
    child.on('error', () => resolve(false));
    child.on('close', code => resolve(code !== 127));
    // Who leaves early has seen enough.
    child.stdin.on('error', () => undefined);
    child.stdin.end(text);
  });
}
