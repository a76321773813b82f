// What the last migration did, for reports: `.mcp-stateless/last-migration.json`.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Choices } from '../choices.js';
import type { Decline, DependencyChange, Variable } from '../transform.js';
import { VERSION } from '../version.js';
import type { CheckedPlan, PlanTypes } from './checked.js';
import { FOLDER, tidy } from './journal.js';
import type { DroppedStep, PlacedMarker, Step } from './step.js';

export interface LastMigration {
  readonly schema: 1;
  readonly tool: string;
  readonly time: string;
  readonly choices: Choices;
  readonly steps: readonly (Omit<Step, 'changes'> & { readonly files: readonly string[] })[];
  readonly dropped: readonly DroppedStep[];
  readonly declines: readonly Decline[];
  /** How many findings are left. */
  readonly left: number;
  readonly types: PlanTypes;
  readonly markers: readonly PlacedMarker[];
  readonly notes: readonly string[];
  readonly dependencies: readonly DependencyChange[];
  readonly variables: readonly Variable[];
  /** The project's own command that was run afterwards, and passed. */
  readonly check?: string;
  /** What showed that any replica serves any request. */
  readonly proof?: PassedProof;
}

/** A proof of the migrated server. One that fails is not kept, as the migration is not. */
export interface PassedProof {
  readonly command: string;
  readonly verdict: 'proven';
  readonly transport: 'http' | 'stdio';
  readonly replicas: number;
  /** Revisions whose clients were served. */
  readonly eras: readonly ('modern' | 'older')[];
  readonly steps: number;
  readonly checks: { readonly pass: number; readonly fail: number; readonly untold: number };
  /** What a reader has to know to judge it. */
  readonly notes: readonly string[];
  readonly seconds: number;
}

export interface Verified {
  readonly check?: string | undefined;
  readonly proof?: PassedProof | undefined;
}

export function lastMigration(plan: CheckedPlan, choices: Choices, time: string, { check, proof }: Verified): LastMigration {
  const { dropped, declines, types, markers, notes, dependencies, variables } = plan;
  return {
    schema: 1,
    tool: `mcp-stateless ${VERSION}`,
    time,
    choices,
    steps: plan.steps.map(({ changes, ...step }) => ({ ...step, files: changes.map(c => c.file) })),
    dropped,
    declines,
    left: plan.left.length,
    types,
    markers,
    notes,
    dependencies,
    variables,
    ...(check !== undefined && { check }),
    ...(proof && { proof }),
  };
}

export function saveLast(root: string, last: LastMigration): void {
  const path = lastPath(root);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(last, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** What was undone is no longer the last. */
export function forgetLast(root: string): void {
  rmSync(lastPath(root), { force: true });
  tidy(root);
}

function lastPath(root: string): string {
  return join(root, FOLDER, 'last-migration.json');
}
