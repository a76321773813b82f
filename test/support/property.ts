// What holds for every migration of every project, whatever the transforms do.
import { transforms } from '../../transforms/index.js';
import { memoryTree } from '../../src/files/memory.js';
import { prepareSteps } from '../../src/migrate/steps.js';
import { planMigration, type Plan } from '../../src/migrate/plan.js';
import { parseSource } from '../../src/parse/parse.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';

export interface Held {
  /** Code files that have to do with MCP. */
  readonly files: number;
  readonly changed: number;
  readonly dropped: Plan['dropped'];
  /** Comments that went with the code that they were about. */
  readonly comments: readonly string[];
  readonly violations: readonly string[];
  /** Comments for a person: file and id, in the order in which they stand. */
  readonly markers: readonly string[];
}

type Texts = ReadonlyMap<string, string>;

export function checkProperties(texts: Texts): Held {
  const project = new Project(memoryTree(texts));
  const plan = migrate(project);
  const violations = [...parses(project, plan), ...isStable(texts, plan), ...keepsLines(texts, plan), ...sameInCrlf(texts, plan)];
  return {
    files: project.codeFiles().filter(f => project.mentionsMcp(f)).length,
    changed: Object.keys(plan.result).length,
    dropped: plan.dropped,
    comments: lostComments(texts, plan),
    markers: plan.markers.map(m => `${m.file} ${m.id}`),
    violations,
  };
}

function migrate(project: Project): Plan {
  return planMigration(project, transforms, registry, { includeTests: true, prepare: prepareSteps, markLeft: true });
}

function parses(project: Project, { result }: Plan): readonly string[] {
  return Object.entries(result).flatMap(([file, text]) => {
    if (text === null || !isCode(file)) return [];
    const after = parseSource(file, text).problems.length;
    return after > (project.source(file)?.problems.length ?? 0) ? [`${file} does not parse any more`] : [];
  });
}

/** A second run, on a project that remembers nothing of the first. */
function isStable(texts: Texts, { result }: Plan): readonly string[] {
  const again = migrate(new Project(memoryTree(after(texts, result))));
  return Object.keys(again.result).map(file => `${file} is changed again by a second run`);
}

/** No line without a change differs in a single byte: what is not removed or added is there, in its order, line ends included. */
function keepsLines(texts: Texts, { result, steps }: Plan): readonly string[] {
  return Object.entries(result).flatMap(([file, text]) => {
    const before = texts.get(file)?.replace(/^\uFEFF/, '');
    if (text === null || before === undefined || !steps.some(s => s.changes.some(c => c.file === file))) return [];
    const problems: string[] = [];
    if (!before.includes('\r') && text.includes('\r')) problems.push(`${file} has got other line ends`);
    if (/\r\n/.test(before) && !/(?<!\r)\n/.test(before) && /(?<!\r)\n/.test(text)) problems.push(`${file} has got other line ends`);
    if (before.endsWith('\n') !== text.endsWith('\n')) problems.push(`${file} ends in another way`);
    if (before.startsWith('#!') && before.split('\n')[0] !== text.split('\n')[0]) problems.push(`${file} has lost its first line`);
    const spaces = (t: string): number => t.split('\n').filter(l => /\S[ \t]+\r?$/.test(l)).length;
    if (spaces(text) > spaces(before)) problems.push(`${file} has got spaces at the end of lines`);
    return problems;
  });
}

/** The same project with other line ends becomes the same result with other line ends. */
function sameInCrlf(texts: Texts, { result }: Plan): readonly string[] {
  if (Object.keys(result).length === 0) return [];
  const crlf = (text: string): string => text.replace(/\r?\n/g, '\r\n');
  const other = migrate(new Project(memoryTree(new Map([...texts].map(([file, text]) => [file, isCode(file) ? crlf(text) : text])))));
  return [...new Set([...Object.keys(result), ...Object.keys(other.result)])].flatMap(file => {
    const [a, b] = [result[file], other.result[file]];
    const known = texts.has(file) && isCode(file);
    if (!known || a === undefined || a === null || b === undefined || b === null) return a === b || !known ? [] : [`${file} is migrated otherwise with CRLF`];
    return crlf(a) === b ? [] : [`${file} becomes something else with CRLF`];
  });
}

function lostComments(texts: Texts, { result }: Plan): readonly string[] {
  const there = new Map<string, number>();
  const count = (text: string, by: number): number => {
    const now = (there.get(text) ?? 0) + by;
    there.set(text, now);
    return now;
  };
  for (const [file, text] of Object.entries(result)) if (text !== null && isCode(file)) for (const c of parseSource(file, text).comments) count(plain(c.value), 1);
  return Object.keys(result).flatMap(file => {
    const before = texts.get(file);
    if (before === undefined || !isCode(file)) return [];
    return parseSource(file, before.replace(/^\uFEFF/, '')).comments.flatMap(c => (count(plain(c.value), -1) < 0 ? [`${file}: ${plain(c.value).slice(0, 80)}`] : []));
  });
}

function plain(comment: string): string {
  return comment.replace(/\s*\*?\s+/g, ' ').trim();
}

function after(texts: Texts, result: Plan['result']): Texts {
  const all = new Map(texts);
  for (const [file, text] of Object.entries(result)) {
    if (text === null) all.delete(file);
    else all.set(file, (texts.get(file)?.startsWith('\uFEFF') ? '\uFEFF' : '') + text);
  }
  return all;
}

function isCode(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file);
}
