import { join } from 'node:path';
import type { Cause } from '../../src/prove/causes.js';
import { proveServer, type ProveOptions } from '../../src/prove/prove.js';
import type { ProofReport } from '../../src/prove/report.js';

const root = join(import.meta.dirname, '../..');

export interface Fixture {
  readonly name: string;
  readonly transport: 'http' | 'stdio';
  /** What the server before its migration is caught at. */
  readonly causes: readonly Cause[];
  /** Checks that name the fault, where no comparison does. */
  readonly clauses?: readonly string[];
  /** Whether the server before speaks 2026-07-28 already. */
  readonly modern: boolean;
  readonly calls?: number;
  /** Folders in which the server before keeps files. */
  readonly watch?: readonly string[];
}

export const FIXTURES: readonly Fixture[] = [
  { name: 'session-map', transport: 'http', causes: ['session'], modern: false },
  { name: 'session-state', transport: 'http', causes: ['session', 'session-state'], modern: false },
  { name: 'closure', transport: 'http', causes: ['session', 'session-state'], modern: false },
  // Who logs in twice in one session is refused, as the tool is there already: an answer of the session, besides the list.
  { name: 'dynamic-tools', transport: 'http', causes: ['session', 'session-state', 'list-state'], modern: false },
  { name: 'elicitation', transport: 'http', causes: ['session'], clauses: ['push-elicitation'], modern: false },
  { name: 'module-variable', transport: 'http', causes: ['process-memory'], modern: true },
  { name: 'class-field', transport: 'http', causes: ['process-memory'], modern: true },
  { name: 'rate-limit', transport: 'http', causes: ['process-memory'], modern: true, calls: 4 },
  { name: 'file-own', transport: 'http', causes: ['disk'], modern: true },
  { name: 'file-shared', transport: 'http', causes: ['disk'], modern: true, watch: ['fixtures/prove/before/data'] },
  { name: 'stdio-module', transport: 'stdio', causes: ['process-memory'], modern: false },
  { name: 'stdio-current', transport: 'stdio', causes: ['process-memory'], modern: false },
  { name: 'stdio-class', transport: 'stdio', causes: ['process-memory'], modern: false },
];

export async function proveFixture(side: 'before' | 'after', name: string, options: Partial<ProveOptions> & { readonly transport: 'http' | 'stdio' }): Promise<ProofReport> {
  return proveServer({
    command: [process.execPath, join(root, 'fixtures/prove', side, `${name}.mjs`)],
    cwd: root,
    replicas: 3,
    allowAll: true,
    env: { STATE_DIR: '{shared}', MCP_REQUEST_STATE_KEY: '0123456789abcdef0123456789abcdef' },
    conformance: { skip: true },
    ...options,
  });
}

export function fixtureNamed(name: string): Fixture {
  const found = FIXTURES.find(f => f.name === name);
  if (!found) throw new Error(`no fixture ${name}`);
  return found;
}
