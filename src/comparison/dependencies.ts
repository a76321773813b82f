import { isRecord, type Manifest } from '../graph/workspace.js';
import type { DependencyChange } from './comparison.js';

const FIELDS = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'] as const;

/** What came, went or changed in the manifests. */
export function dependencyChanges(before: readonly Manifest[], after: readonly Manifest[]): readonly DependencyChange[] {
  const paths = [...new Set([...before, ...after].map(m => m.path))].sort();
  return paths.flatMap(manifest => {
    const old = before.find(m => m.path === manifest);
    const now = after.find(m => m.path === manifest);
    return FIELDS.flatMap(field => {
      const [was, is] = [rangesOf(old, field), rangesOf(now, field)];
      return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap(name => {
        const change = { manifest, name, field, before: was.get(name) ?? null, after: is.get(name) ?? null };
        return change.before === change.after ? [] : [change];
      });
    });
  });
}

function rangesOf(manifest: Manifest | undefined, field: string): ReadonlyMap<string, string> {
  const value = manifest?.json[field];
  return new Map(isRecord(value) ? Object.entries(value).flatMap(([name, range]) => (typeof range === 'string' ? [[name, range] as const] : [])) : []);
}
