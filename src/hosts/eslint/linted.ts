import { relative, resolve, sep } from 'node:path';
import type { Rule as EslintRule, SourceCode } from 'eslint';
import type { Registry } from '../../audit.js';
import { kindOf } from '../../files/kinds.js';
import type { Finding, Fingerprint } from '../../finding.js';
import type { Rule } from '../../rule.js';
import type { TransformDefinition } from '../../transform.js';
import { orderFindings } from '../engine.js';
import { Offers, type Offer } from './offers.js';
import { Snapshots, type Snapshot } from './snapshot.js';

/** One file that is being linted. Its rules are created before any of them is asked, so one walk serves them all. */
export class Linted {
  readonly #rules = new Set<Rule>();
  #visited: readonly Finding[] | undefined;
  #offers: ReadonlyMap<Fingerprint, Offer> | undefined;

  constructor(
    readonly path: string,
    private readonly snapshot: Snapshot,
    private readonly transforms: readonly TransformDefinition[],
    private readonly known: readonly Rule[],
  ) {}

  expect(rule: Rule): void {
    if (this.#rules.has(rule)) return;
    this.#rules.add(rule);
    this.#visited = undefined;
  }

  findings(rule: Rule, includeTests: boolean): readonly Finding[] {
    const found = [...(rule.visit ? this.#visit() : []), ...(rule.project ? this.snapshot.conclude(this.path, includeTests) : [])];
    return orderFindings(found.filter(f => f.rule === rule.id && f.file === this.path && f.confidence !== 'possible'));
  }

  /** What can be done about a finding here and now. */
  offer(finding: Finding): Offer | undefined {
    if (finding.fix.transform === undefined) return undefined;
    this.#offers ??= new Offers(this.snapshot, this.path, this.known).of(this.#visit(), this.transforms);
    return this.#offers.get(finding.fingerprint);
  }

  #visit(): readonly Finding[] {
    return (this.#visited ??= this.snapshot.visit(this.path, this.#asked()));
  }

  /** All of them, mostly: then the same list each time, which is known already. */
  #asked(): readonly Rule[] {
    return this.known.every(rule => this.#rules.has(rule) || !rule.visit) ? this.known : this.known.filter(rule => this.#rules.has(rule));
  }
}

/** Finds the file that a host is at, in the project that it belongs to. */
export class Files {
  readonly #linted = new WeakMap<SourceCode, Linted>();
  readonly #snapshots: Snapshots;

  constructor(
    private readonly registry: Registry,
    private readonly transforms: readonly TransformDefinition[],
  ) {
    this.#snapshots = new Snapshots(registry);
  }

  of({ sourceCode, cwd, filename }: EslintRule.RuleContext): Linted {
    const known = this.#linted.get(sourceCode);
    if (known) return known;
    const { text } = sourceCode;
    const inside = pathIn(cwd, filename);
    const path = inside ?? 'input.ts';
    const snapshot = inside === undefined ? this.#snapshots.alone(path, text) : this.#snapshots.of(cwd).with(path, text);
    const linted = new Linted(path, snapshot, this.transforms, this.registry.rules);
    this.#linted.set(sourceCode, linted);
    return linted;
  }
}

/** Where a file stands in the folder that is linted; undefined for text from elsewhere. */
export function pathIn(cwd: string, filename: string): string | undefined {
  if (filename.startsWith('<')) return undefined;
  const path = relative(cwd, resolve(cwd, filename)).split(sep).join('/');
  if (path === '' || path.startsWith('../') || /^(?:[A-Za-z]:|\/)/.test(path)) return undefined;
  return kindOf(path.slice(path.lastIndexOf('/') + 1)) === 'code' ? path : `${path}.ts`;
}
