import { isUnreadable, type FileTree } from '../files/tree.js';

/** The parts of a package.json that questions about code need. */
export interface Manifest {
  /** Path of the file. */
  readonly path: string;
  /** Folder of the package, '' for the root, otherwise without a trailing slash. */
  readonly folder: string;
  readonly name: string | undefined;
  readonly json: Readonly<Record<string, unknown>>;
}

export function readManifests(tree: FileTree): readonly Manifest[] {
  const found: Manifest[] = [];
  for (const { path } of tree.files) {
    if (!(path === 'package.json' || path.endsWith('/package.json'))) continue;
    const bytes = tree.read(path);
    if (isUnreadable(bytes)) continue;
    const json = parseObject(bytes.toString('utf8'));
    if (!json) continue;
    const name = json['name'];
    found.push({ path, folder: path.slice(0, Math.max(0, path.length - '/package.json'.length)), name: typeof name === 'string' ? name : undefined, json });
  }
  return found;
}

/** The package that a file belongs to: the manifest in the nearest folder above it. */
export function manifestOf(manifests: readonly Manifest[], path: string): Manifest | undefined {
  let nearest: Manifest | undefined;
  for (const manifest of manifests) {
    const inside = manifest.folder === '' || path.startsWith(`${manifest.folder}/`);
    if (inside && (!nearest || manifest.folder.length >= nearest.folder.length)) nearest = manifest;
  }
  return nearest;
}

const DEPENDENCY_FIELDS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const;

/** Declared ranges by package name; the runtime field wins over the others. */
export function dependenciesOf(manifest: Manifest): ReadonlyMap<string, string> {
  const ranges = new Map<string, string>();
  for (const field of [...DEPENDENCY_FIELDS].reverse()) {
    const value = manifest.json[field];
    if (!isRecord(value)) continue;
    for (const [name, range] of Object.entries(value)) if (typeof range === 'string') ranges.set(name, range);
  }
  return ranges;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
