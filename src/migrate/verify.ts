// Whether a step made things worse. Everything here is in memory.
import type { Finding, Fingerprint } from '../finding.js';
import type { SourceComment } from '../parse/source.js';
import type { Project } from '../project.js';
import type { ProjectRewrite } from '../transform.js';
import { atLeast } from '../report/report.js';
import { mergedEdits } from './rewrites.js';
import type { FileChange } from './step.js';

/** A file that can be parsed worse than before. */
export function brokenBy(changes: readonly FileChange[], before: Project, after: Project): string | undefined {
  const broken = changes.find(c => c.after !== null && (after.source(c.file)?.problems.length ?? 0) > (before.source(c.file)?.problems.length ?? 0));
  const problem = broken && after.source(broken.file)?.problems[0];
  if (!broken || !problem) return undefined;
  return `${broken.file}:${after.lines(broken.file).position(problem.offset).line.toString()} would not parse any more: ${problem.message}`;
}

/** A comment that would be lost, though nobody meant to remove it. */
export function lostComment(rewrites: readonly ProjectRewrite[], changes: readonly FileChange[], before: Project, after: Project): string | undefined {
  const there = new Map<string, number>();
  for (const { file } of changes) for (const comment of after.source(file)?.comments ?? []) count(there, textOf(comment), 1);
  const edits = mergedEdits(rewrites);
  for (const [path, list] of edits) {
    const source = before.source(path);
    if (!source || changes.some(c => c.file === path && c.after === null)) continue;
    const named = rewrites.flatMap(r => r.removedComments?.get(path) ?? []);
    for (const comment of source.comments) {
      const { range } = comment;
      const text = textOf(comment);
      const meant = text === '' || MARKER.test(text) || named.some(n => n.range[0] <= range[0] && range[1] <= n.range[1]) || list.some(e => e.text.trim() === '' && e.range[0] <= range[0] && range[1] <= e.range[1]);
      if (meant) continue;
      if (count(there, text, -1) < 0) return `${path}:${before.lines(path).position(range[0]).line.toString()} would lose a comment: ${shortened(text)}`;
    }
  }
  return undefined;
}

const MARKER = /^TODO\(mcp-stateless:/;

function count(counts: Map<string, number>, key: string, by: number): number {
  const now = (counts.get(key) ?? 0) + by;
  counts.set(key, now);
  return now;
}

/** What a comment says, however it is indented. */
function textOf({ value }: SourceComment): string {
  return value.replace(/^[\s*/]+|[\s*/]+$/gm, '').replace(/\s+/g, ' ').trim();
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Findings that were not there before. What only moved to another file, or up and down in its own, was. */
export function addedFindings(before: readonly Finding[], after: readonly Finding[]): readonly Finding[] {
  const here = new Map<string, number>();
  const anywhere = new Map<string, number>();
  for (const f of before) count(here, keyIn(f), 1);
  const fresh = after.filter(f => count(here, keyIn(f), -1) < 0);
  for (const f of before) count(anywhere, keyOf(f), 1);
  for (const f of after) if (!fresh.includes(f)) count(anywhere, keyOf(f), -1);
  return fresh.filter(f => count(anywhere, keyOf(f), -1) < 0 && !isSameState(f, before, after));
}

/** State that was in the function that builds the server, and is outside of it now: it was found there. */
function isSameState({ rule, subject }: Finding, before: readonly Finding[], after: readonly Finding[]): boolean {
  const name = /^state:(.*)$/.exec(subject)?.[1];
  const inside = (f: Finding): boolean => f.rule === rule && (f.subject === `closure:${name ?? ''}` || f.subject === `session-closure:${name ?? ''}`);
  return name !== undefined && before.filter(inside).length > after.filter(inside).length;
}

/** Not the clause: a finding about a whole file names the first of several, which changes when some of them are done. */
function keyOf({ rule, subject }: Finding): string {
  return [rule, subject].join('\0');
}

/** An added finding that makes things worse: one that somebody would have to act on. What a test holds serves nobody. */
export function worseFinding(added: readonly Finding[], before: Project): string | undefined {
  const worse = added.find(f => f.zone !== 'test' && atLeast(f.severity, 'warning') && !isOfFirstLine(f, before));
  return worse && `${worse.file}:${worse.line.toString()} would get a new finding: ${worse.message}`;
}

/** One more name of the first SDK line in a file that is on it: whoever takes that file to the second takes this along. */
function isOfFirstLine({ subject, file }: Finding, before: Project): boolean {
  return subject === 'sdk:api' && /['"]@modelcontextprotocol\/sdk\//.test(before.text(file) ?? '');
}

/** An answered finding that is still there, perhaps in other words. */
export function keptFinding(rewrites: readonly ProjectRewrite[], before: readonly Finding[], after: readonly Finding[]): string | undefined {
  const room = new Map<string, number>();
  // What only older connections get to is information, not something to do.
  for (const f of before) if (f.era !== 'older') count(room, keyIn(f), 1);
  const answered = new Set<Fingerprint>(rewrites.flatMap(r => (r.edits.size === 0 && !r.removed?.length ? [] : r.answers)));
  const keys = new Set<string>();
  for (const f of before) {
    if (!answered.has(f.fingerprint)) continue;
    keys.add(keyIn(f));
    count(room, keyIn(f), -1);
  }
  const kept = after.find(f => f.era !== 'older' && keys.has(keyIn(f)) && count(room, keyIn(f), -1) < 0);
  return kept && `${kept.file}:${kept.line.toString()} would still be found: ${kept.message}`;
}

/** How many of these findings are gone, whatever the others are called now. */
export function goneOf(answers: readonly Fingerprint[], before: readonly Finding[], after: readonly Finding[]): number {
  const still = new Map<string, number>();
  for (const f of after) if (f.era !== 'older') count(still, keyIn(f), 1);
  const mine = before.filter(f => answers.includes(f.fingerprint));
  for (const f of before) if (!mine.includes(f) && f.era !== 'older') count(still, keyIn(f), -1);
  return mine.filter(f => count(still, keyIn(f), -1) < 0).length;
}

/** What a finding is about, whatever the code around it looks like. */
export function keyIn(finding: Finding): string {
  return `${finding.file}\0${keyOf(finding)}`;
}
