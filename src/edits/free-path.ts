import type { Project } from '../project.js';

/** This path, or the next one like it that no file has: `src/llm.ts`, `src/llm-2.ts`. */
export function freePath(project: Pick<Project, 'tree'>, path: string): string {
  const taken = new Set(project.tree.files.map(f => f.path));
  const dot = path.lastIndexOf('.');
  const [base, extension] = dot > path.lastIndexOf('/') ? [path.slice(0, dot), path.slice(dot)] : [path, ''];
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? path : `${base}-${n.toString()}${extension}`;
    if (!taken.has(candidate)) return candidate;
  }
}
