import { auditCommand, type AuditArguments } from '../../src/commands/audit.js';
import { UsageError } from '../../src/commands/io.js';
import type { Finding } from '../../src/finding.js';
import type { Report } from '../../src/report/report.js';
import type { Ran } from './cli.js';

/** The audit command in this process: many times faster than the built one, with the same words and codes. */
export async function auditIn(root: string, given: Partial<AuditArguments> & { readonly path?: string } = {}): Promise<Ran> {
  const { path, ...rest } = given;
  const written = { stdout: '', stderr: '' };
  const output = (name: keyof typeof written) => ({ isTTY: false, write: (text: string) => Promise.resolve(void (written[name] += text)) });
  try {
    const status = await auditCommand(path, { format: 'jsonl', config: true, ...rest }, { cwd: root, env: {}, stdout: output('stdout'), stderr: output('stderr'), today: '2026-08-01' });
    return { status, ...written };
  } catch (error) {
    if (error instanceof UsageError) return { status: 2, stdout: written.stdout, stderr: `mcp-stateless: ${error.message}\n` };
    throw error;
  }
}

export function findingsIn({ stdout }: Ran): readonly Finding[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Finding);
}

export function reportIn({ stdout }: Ran): Report {
  return JSON.parse(stdout) as Report;
}
