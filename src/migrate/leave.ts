// What is left for a person is said where it is, and no longer where it is done.
import type { Choices } from '../choices.js';
import type { Finding } from '../finding.js';
import type { Project } from '../project.js';
import type { Decline, ProjectRewrite } from '../transform.js';
import { leftMarker } from './left-markers.js';
import { markersIn, withMarkers, withoutResolved, type MarkerAt } from './markers.js';
import type { FileChange, PlacedMarker } from './step.js';
import type { State } from './take.js';

export interface Remains {
  readonly declines: readonly Decline[];
  /** Rewrites that are still asked for: their markers stay. */
  readonly rewrites: readonly ProjectRewrite[];
  /** Whether markers that nothing asks for go. Not so when only a part of the migration ran. */
  readonly resolve: boolean;
  /** Why findings are left, where something says so. */
  readonly why: (finding: Finding) => string | undefined;
  /** Absent: what no transform takes is not marked. */
  readonly choices?: Pick<Choices, 'target'>;
}

export function markResult({ project, findings }: State, { declines, rewrites, resolve, ...rest }: Remains): readonly FileChange[] {
  const wanted = new Map<string, MarkerAt[]>();
  const want = (file: string, marker: MarkerAt): unknown => wanted.set(file, [...(wanted.get(file) ?? []), marker]);
  for (const { for: fingerprint, marker, detail } of declines) {
    const finding = marker === undefined ? undefined : findings.find(f => f.fingerprint === fingerprint);
    if (finding && marker !== undefined) want(finding.file, { id: marker, offset: finding.range[0], ...(detail !== undefined && { detail }) });
  }
  for (const marker of rewrites.flatMap(r => r.markers ?? [])) want(marker.file, marker);
  const said = new Set(declines.flatMap(d => (d.marker === undefined ? [] : [d.for])));
  for (const marker of leftIn(findings.filter(f => !said.has(f.fingerprint)), rest)) want(marker.file, marker);
  const marked = [...wanted.keys()];
  const old = resolve ? project.codeFiles().filter(path => project.text(path)?.includes('TODO(mcp-stateless:')) : [];
  return [...new Set([...marked, ...old])].sort().flatMap((path): FileChange[] => {
    const file = project.source(path);
    if (!file || file.problems.length > 0) return [];
    const needed = wanted.get(path) ?? [];
    const before = file.text;
    const added = withMarkers(file, needed);
    // The places are those of the text without the new comments: what is resolved is looked for in the old text.
    const cleared = resolve && added === before ? withoutResolved(file, needed, findings.flatMap(f => (f.file === path ? [f.range] : []))) : added;
    return cleared === before ? [] : [{ file: path, before, after: cleared }];
  });
}

function leftIn(findings: readonly Finding[], { why, choices }: Pick<Remains, 'why' | 'choices'>): readonly (MarkerAt & { readonly file: string })[] {
  const once = new Set<string>();
  return findings.flatMap(finding => {
    const detail = why(finding);
    const left = choices && leftMarker(finding, detail, choices);
    const key = [finding.file, left?.id, detail].join('\0');
    if (!left || (left.once === true && once.has(key))) return [];
    once.add(key);
    return { file: finding.file, id: left.id, offset: finding.range[0], ...(detail !== undefined && { detail }) };
  });
}

/** All markers of a project. */
export function placedMarkers(project: Project): readonly PlacedMarker[] {
  return project.codeFiles().flatMap(path => {
    const file = project.text(path)?.includes('TODO(mcp-stateless:') ? project.source(path) : undefined;
    return file ? markersIn(file).map(({ id, text, offset }) => ({ id, file: path, line: project.lines(path).position(offset).line, text })) : [];
  });
}
