import { applyEdits, withoutRepetitions, type Edit } from '../edits/edit.js';
import { Editor } from '../edits/editor.js';
import { modelOf, type McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';

/** One repair. It sees the project as the earlier ones left it, and edits files of it. */
export interface Pass {
  readonly id: string;
  /** Texts without which the pass has nothing to do in a file. */
  readonly words: RegExp;
  readonly rewrite: (file: PassFile) => void;
}

export interface PassFile {
  readonly file: SourceFile;
  readonly project: Project;
  readonly mcp: McpModel;
  readonly editor: Editor;
  /** What is left for a person, at a place of this file. */
  readonly mark: (offset: number, id: string, detail?: string) => void;
}

/** A place in the text as it is before a pass, that a person must look at. */
export interface Mark {
  readonly file: string;
  readonly line: number;
  readonly id: string;
  readonly detail?: string;
}

/** Tells places apart while texts change: a comment on a line of its own, taken out at the end. */
const SENTINEL = '/*@mcp-stateless:';
const SENTINELS = /^[ \t]*\/\*@mcp-stateless:([a-z0-9-]+)(?: ([^\n]*?))?@\*\/\r?\n/m;

/** Runs a pass over all files that have its words, or some of them. */
export function runPass(project: Project, pass: Pass, files: readonly string[] = project.codeFiles()): Project {
  const mcp = modelOf(project);
  const changes = new Map<string, string>();
  for (const path of files) {
    const text = project.text(path);
    if (text === undefined || !pass.words.test(text)) continue;
    const file = project.source(path);
    if (!file || file.problems.length > 0) continue;
    const after = rewritten(file, project, mcp, pass);
    if (after !== text) changes.set(path, after);
  }
  return withSound(project, changes);
}

/** A file that a pass would leave unreadable stays as it was: the others go on. */
function withSound(project: Project, changes: Map<string, string>): Project {
  if (changes.size === 0) return project;
  const next = project.with(changes);
  const broken = [...changes.keys()].filter(path => (next.source(path)?.problems.length ?? 0) > 0);
  if (broken.length === 0) return next;
  for (const path of broken) changes.delete(path);
  return withSound(project, changes);
}

function rewritten(file: SourceFile, project: Project, mcp: McpModel, pass: Pass): string {
  const editor = new Editor(file);
  const marks: Edit[] = [];
  pass.rewrite({
    file,
    project,
    mcp,
    editor,
    mark: (offset, id, detail) => {
      const start = lineStartOutsideText(file, offset);
      const indent = /^[ \t]*/.exec(file.text.slice(start))?.[0] ?? '';
      const text = `${indent}${SENTINEL}${id}${detail === undefined ? '' : ` ${detail.replace(/\*\//g, '* /').replace(/\s+/g, ' ')}`}@*/\n`;
      if (!marks.some(m => m.range[0] === start && m.text === text)) marks.push({ range: [start, start], text });
    },
  });
  return applyEdits(file.text, [...marks, ...withoutRepetitions(editor.edits)]);
}

/** The start of the statement's line: never inside a template or another text. */
function lineStartOutsideText(file: SourceFile, offset: number): number {
  const statement = file.program.body.find(s => s.range[0] <= offset && offset < s.range[1]);
  const start = file.text.lastIndexOf('\n', offset - 1) + 1;
  const before = file.text.slice(statement?.range[0] ?? start, start);
  const inTemplate = (before.match(/`/g) ?? []).length % 2 === 1;
  return inTemplate && statement ? file.text.lastIndexOf('\n', statement.range[0] - 1) + 1 : start;
}

/** A line that only says what is to be done with the next one. */
export function isMark(line: string): boolean {
  return line.trimStart().startsWith(SENTINEL);
}

/** Takes the marks out of a text and says where they stood. */
export function takeMarks(path: string, text: string): { readonly text: string; readonly marks: readonly Mark[] } {
  const marks: Mark[] = [];
  let rest = text;
  for (let match = SENTINELS.exec(rest); match; match = SENTINELS.exec(rest)) {
    const line = rest.slice(0, match.index).split('\n').length;
    marks.push({ file: path, line, id: match[1] ?? '', ...(match[2] !== undefined && { detail: match[2] }) });
    rest = rest.slice(0, match.index) + rest.slice(match.index + match[0].length);
  }
  return { text: rest, marks };
}
