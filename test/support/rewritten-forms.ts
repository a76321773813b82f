import { diskTree } from '../../src/files/disk.js';
import { planMigration } from '../../src/migrate/plan.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';
import { transforms } from '../../transforms/index.js';
import type { Files } from './fixtures.js';
import { nameOf, projectFor, type Cell } from './forms.js';
import { writeFiles, tempFolder } from './temp.js';

const THREE = ['sampling-to-provider', 'logging-to-logger', 'roots-to-params'];

interface Rewritten {
  readonly before: Files;
  readonly after: Files;
  /** What was not rewritten, and why. */
  readonly problems: readonly string[];
}

/** What the three transforms make of the server of a cell. */
export function rewritten(cell: Cell, folder = tempFolder()): Rewritten {
  const before = projectFor(cell);
  writeFiles(folder, before);
  const choices = { provider: 'openai', logging: 'stderr', markers: false, ...(cell.line === 'v1' && { target: 'v1-stateless' as const }) } as const;
  const plan = planMigration(new Project(diskTree(folder)), transforms, registry, { transforms: THREE, choices });
  const after: Record<string, string> = { ...before };
  for (const [path, text] of Object.entries(plan.result)) if (text !== null) after[path] = text;
  const why = (fingerprint: string): string => plan.declines.find(d => d.for === fingerprint)?.reason ?? '';
  const left = plan.left.filter(f => /^no-(?:sampling|logging|roots)$/.test(f.rule)).map(f => `${f.file}:${String(f.line)} ${f.subject} ${why(f.fingerprint)}`);
  return { before, after, problems: [...plan.dropped.map(d => d.reason), ...left].map(p => `${nameOf(cell)}: ${p}`) };
}
