// Rewrites of a project become new texts of files: edits, new and removed files, dependencies, markers.
import { applyEdits, EditConflict, withoutRepetitions, type Edit } from '../edits/edit.js';
import { manifestOf } from '../graph/workspace.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import type { DependencyChange, Marker, ProjectRewrite } from '../transform.js';
import { changeDependencies } from './manifest.js';
import { withMarkers, type MarkerAt } from './markers.js';
import type { FileChange } from './step.js';

export interface Applied {
  readonly changes: readonly FileChange[];
  readonly notes: readonly string[];
}

/** The rewrites do not fit to the project or to each other. */
export interface Misfit {
  readonly problem: string;
}

export interface ApplyOptions {
  readonly markers: boolean;
}

/** All rewrites at once. Their offsets are those of the project's texts. */
export function applyRewrites(project: Project, rewrites: readonly ProjectRewrite[], options: ApplyOptions): Applied | Misfit {
  try {
    return new Application(project, options).run(rewrites);
  } catch (error) {
    if (error instanceof EditConflict) return { problem: error.message };
    throw error;
  }
}

/** New texts, with their dependencies and markers. For steps that bring whole texts. */
export function applyTexts(project: Project, texts: ReadonlyMap<string, string | null>, dependencies: readonly DependencyChange[], markers: readonly Marker[]): Applied {
  const application = new Application(project, { markers: true });
  return application.finish(new Map(texts), dependencies.map(d => ({ ...d, near: [...texts.keys()] })), markers);
}

type NearDependency = DependencyChange & { readonly near: readonly string[] };

class Application {
  readonly #notes: string[] = [];

  constructor(
    private readonly project: Project,
    private readonly options: ApplyOptions,
  ) {}

  run(rewrites: readonly ProjectRewrite[]): Applied {
    const texts = new Map<string, string | null>();
    this.#create(rewrites, texts);
    const edits = mergedEdits(rewrites);
    const markers: Marker[] = [];
    for (const [path, list] of edits) {
      const before = this.project.text(path);
      if (before === undefined) throw new EditConflict(`${path} cannot be read.`);
      texts.set(path, applyEdits(before, list));
    }
    for (const path of rewrites.flatMap(r => r.removed ?? [])) {
      if (this.project.text(path) === undefined) throw new EditConflict(`${path} cannot be removed: it is not there.`);
      texts.set(path, null);
    }
    for (const marker of rewrites.flatMap(r => r.markers ?? [])) markers.push({ ...marker, offset: movedOffset(edits.get(marker.file) ?? [], marker.offset) });
    const dependencies = rewrites.flatMap(r => (r.dependencies ?? []).map(d => ({ ...d, near: filesOf(r) })));
    return this.finish(texts, dependencies, this.options.markers ? markers : []);
  }

  /** Offsets of markers are those of the new texts. */
  finish(texts: Map<string, string | null>, dependencies: readonly NearDependency[], markers: readonly Marker[]): Applied {
    this.#changeManifests(texts, dependencies);
    this.#mark(texts, markers);
    const changes = [...texts].flatMap(([file, after]): FileChange[] => {
      const before = this.project.text(file);
      return before === after || (before === undefined && after === null) ? [] : [{ file, before: before ?? '', after }];
    });
    return { changes: changes.sort((a, b) => (a.file < b.file ? -1 : 1)), notes: this.#notes };
  }

  #create(rewrites: readonly ProjectRewrite[], texts: Map<string, string | null>): void {
    for (const { path, text } of rewrites.flatMap(r => r.created ?? [])) {
      const there = texts.get(path) ?? this.project.text(path);
      if (there !== undefined && there !== text) throw new EditConflict(`${path} is there already.`);
      // A file that no kind fits is not in the project's list, and may be on the disk nevertheless: writing refuses then.
      texts.set(path, text);
    }
  }

  #changeManifests(texts: Map<string, string | null>, dependencies: readonly NearDependency[]): void {
    for (const dependency of dependencies) {
      const path = this.#manifestFor(dependency);
      if (path === undefined) continue;
      const text = texts.get(path) ?? this.project.text(path);
      if (text === undefined) continue;
      const changed = changeDependencies(text, [dependency], path);
      for (const note of changed.notes) if (!this.#notes.includes(note)) this.#notes.push(note);
      texts.set(path, changed.text);
    }
  }

  /** The named package, or the one that the first file of the rewrite belongs to. */
  #manifestFor({ package: folder, near, name, range }: NearDependency): string | undefined {
    const { manifests } = this.project;
    if (folder !== undefined) return manifests.find(m => m.folder === folder.replace(/^\.?\/|\/$/g, '').replace(/^\.$/, ''))?.path;
    const found = near.flatMap(path => manifestOf(manifests, path) ?? []);
    // What goes may be declared further up, as in workspaces that share their dependencies.
    const declaring = range === undefined ? [...found, ...manifests].find(m => JSON.stringify(m.json).includes(`"${name}"`)) : undefined;
    return (declaring ?? found[0] ?? manifests.find(m => m.folder === ''))?.path;
  }

  #mark(texts: Map<string, string | null>, markers: readonly Marker[]): void {
    const byFile = new Map<string, MarkerAt[]>();
    for (const marker of markers) byFile.set(marker.file, [...(byFile.get(marker.file) ?? []), marker]);
    if (byFile.size === 0) return;
    const next = this.project.with(texts);
    for (const [path, list] of byFile) {
      const source = readable(next, path);
      if (source) texts.set(path, withMarkers(source, list));
    }
  }
}

function readable(project: Project, path: string): SourceFile | undefined {
  const source = project.source(path);
  return source && source.problems.length === 0 ? source : undefined;
}

function filesOf(rewrite: ProjectRewrite): readonly string[] {
  return [...(rewrite.created ?? []).map(c => c.path), ...rewrite.edits.keys(), ...(rewrite.removed ?? [])];
}

/** Edits by file, sorted by path. What several rewrites say alike is said once. */
export function mergedEdits(rewrites: readonly ProjectRewrite[]): ReadonlyMap<string, readonly Edit[]> {
  const merged = new Map<string, Edit[]>();
  for (const rewrite of rewrites) {
    for (const [path, list] of rewrite.edits) {
      const before = merged.get(path) ?? [];
      const insertions = new Set(before.map(keyOf));
      merged.set(path, [...before, ...list.filter(e => !insertions.has(keyOf(e)))]);
    }
  }
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, list]) => [path, withoutRepetitions(list)]));
}

function keyOf({ range, text }: Edit): string {
  return `${range[0].toString()}:${range[1].toString()}:${text}`;
}

/** Where an offset is after edits. Inside something that is replaced, it is where the replacement begins. */
export function movedOffset(edits: readonly Edit[], offset: number): number {
  let moved = offset;
  for (const { range, text } of edits) {
    if (range[1] <= offset) moved += text.length - (range[1] - range[0]);
    else if (range[0] < offset) moved -= offset - range[0];
  }
  return moved;
}
