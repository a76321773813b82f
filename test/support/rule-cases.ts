import { readdirSync } from 'node:fs';
import { prepare, type Case, type Cases } from '../cases.js';

const folder = new URL('../../rules/', import.meta.url);

export interface RuleCase {
  readonly rule: string;
  /** The rule, whether it must report, and the name of the case. */
  readonly name: string;
  readonly example: Case;
  /** Without the marks. */
  readonly files: ReadonlyMap<string, string>;
}

/** The folders of rules/, in order. */
export function ruleIds(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap(e => (e.isDirectory() ? [e.name] : []))
    .sort();
}

/** Every row of every table beside a rule. */
export async function ruleCases(): Promise<readonly RuleCase[]> {
  const all: RuleCase[] = [];
  for (const rule of ruleIds()) {
    const { default: cases } = (await import(new URL(`${rule}/cases.ts`, folder).href)) as { default: Cases };
    const add = (kind: string) => (example: Case) => all.push({ rule, name: `${rule}, ${kind}: ${example.name}`, example, files: prepare(example).files });
    cases.valid.forEach(add('leaves alone'));
    cases.invalid.forEach(add('reports'));
  }
  return all;
}
