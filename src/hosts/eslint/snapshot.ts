import type { Registry } from '../../audit.js';
import { diskTree } from '../../files/disk.js';
import { zoneOf } from '../../files/kinds.js';
import { memoryTree } from '../../files/memory.js';
import { stampOf } from '../../files/stamp.js';
import { Gates } from '../../eras/gates.js';
import type { FileTree } from '../../files/tree.js';
import type { Finding } from '../../finding.js';
import { McpModel } from '../../mcp/model.js';
import type { SourceFile } from '../../parse/source.js';
import { Project } from '../../project.js';
import type { Rule } from '../../rule.js';
import { mayHandle, nearMcp, rulesFor, type NearMcp } from '../../seeds.js';
import { StateModel } from '../../state/model.js';
import { Engine, orderFindings } from '../engine.js';

const NOTHING: readonly Finding[] = [];

/** A project at one moment, with what has been learnt about it. All files of a run share one. */
export class Snapshot {
  readonly mcp: McpModel;
  readonly gates: Gates;
  #state: StateModel | undefined;
  #near: NearMcp | undefined;
  readonly #concluded = new Map<boolean, ReadonlyMap<string, readonly Finding[]>>();

  constructor(
    readonly project: Project,
    private readonly registry: Registry,
    private readonly saved?: { readonly snapshot: Snapshot; readonly path: string },
  ) {
    this.mcp = new McpModel(project);
    this.gates = new Gates(this.mcp);
  }

  get near(): NearMcp {
    return (this.#near ??= this.#nearAsSaved() ?? nearMcp(this.project));
  }

  /** Typing seldom changes what a file imports, and nothing else changes what is connected with MCP. */
  #nearAsSaved(): NearMcp | undefined {
    if (!this.saved) return undefined;
    const { snapshot, path } = this.saved;
    const same = snapshot.near.files.has(path) && snapshot.project.specifiers(path).join('\n') === this.project.specifiers(path).join('\n');
    return same ? snapshot.near : undefined;
  }

  /** What the rules find that look at one file of code. */
  visit(path: string, rules: readonly Rule[]): readonly Finding[] {
    const present = rulesFor(this.project, this.near, path, rules);
    const file = present.length > 0 ? this.project.source(path) : undefined;
    if (!file) return NOTHING;
    const engine = this.#engine(false);
    engine.visit(file, present);
    return orderFindings(engine.findings);
  }

  /** What the rules find in one file that ask about the whole program. They are asked once, for all files. */
  conclude(path: string, includeTests: boolean): readonly Finding[] {
    if (this.near.files.size === 0) return NOTHING;
    let byFile = this.#concluded.get(includeTests);
    if (!byFile) this.#concluded.set(includeTests, (byFile = groupedByFile(this.#concludeAll(includeTests))));
    return byFile.get(path) ?? NOTHING;
  }

  /** What outlives a call, for those who change it. */
  state(): StateModel {
    return (this.#state ??= new StateModel(this.mcp, this.#handlerFiles(true)));
  }

  #handlerFiles(includeTests: boolean): readonly SourceFile[] {
    return mayHandle(this.project, this.near.files).flatMap(path => (includeTests || zoneOf(path) !== 'test' ? (this.project.source(path) ?? []) : []));
  }

  #engine(includeTests: boolean): Engine {
    return new Engine(this.project, this.mcp, this.registry.transformOf, () => this.#handlerFiles(includeTests), this.gates);
  }

  #concludeAll(includeTests: boolean): readonly Finding[] {
    const engine = this.#engine(includeTests);
    engine.conclude(this.registry.rules);
    return orderFindings(engine.findings);
  }

  /** The same project with another text of one file, as in an editor before it is saved. */
  with(path: string, text: string): Snapshot {
    return this.project.text(path) === text ? this : new Snapshot(this.project.with(new Map([[path, text]])), this.registry, { snapshot: this, path });
  }
}

function groupedByFile(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.file);
    if (group) group.push(finding);
    else groups.set(finding.file, [finding]);
  }
  return groups;
}

/** So long nobody looks at the disk again: an editor asks on every key. */
const TRUSTED_MS = 2_000;
const KEPT_FOLDERS = 4;

interface Kept {
  readonly snapshot: Snapshot;
  readonly stamp: string;
  until: number;
}

/** The projects that are being linted, by folder. */
export class Snapshots {
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly registry: Registry) {}

  of(folder: string): Snapshot {
    const now = Date.now();
    const known = this.#kept.get(folder);
    if (known && now < known.until) return known.snapshot;
    const tree = listed(folder);
    const stamp = stampOf(tree);
    if (known?.stamp === stamp) {
      known.until = Date.now() + TRUSTED_MS;
      return known.snapshot;
    }
    const snapshot = new Snapshot(new Project(tree), this.registry);
    this.#kept.delete(folder);
    this.#kept.set(folder, { snapshot, stamp, until: Date.now() + TRUSTED_MS });
    for (const oldest of this.#kept.keys()) if (this.#kept.size > KEPT_FOLDERS) this.#kept.delete(oldest);
    return snapshot;
  }

  /** A file that belongs to no folder: nothing is known but its text. */
  alone(path: string, text: string): Snapshot {
    return new Snapshot(new Project(memoryTree(new Map([[path, text]]))), this.registry);
  }
}

function listed(folder: string): FileTree {
  try {
    return diskTree(folder);
  } catch {
    return memoryTree(new Map(), folder);
  }
}
