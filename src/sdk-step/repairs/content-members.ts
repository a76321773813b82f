import type { TSESTree } from '@typescript-eslint/types';
import type { CompileError } from '../../migrate/types.js';
import { keyName } from '../../mcp/exports.js';
import { walkTree } from '../../parse/walk.js';
import type { Project } from '../../project.js';
import { addNamedImport } from '../imports.js';
import { runPass, type PassFile } from '../pass.js';
import type { TypeRepair } from './attempt.js';
import { moduleOf } from './result-types.js';

const SURPLUS = 2353;
/** What a member is too much for, by the content that the compiler names. */
const CONTENTS: Readonly<Record<string, string>> = { text: 'TextContent', image: 'ImageContent', audio: 'AudioContent', resource: 'EmbeddedResource', resource_link: 'ResourceLink' };
const MESSAGE = /'([\w$]+)' does not exist in type '\{[^]*?\btype: "(\w+)"/;

/** The first major let content have members of its own, and sent them. It still may; the type is said, since the second does not know them. */
export const contentMembers: TypeRepair = {
  fits: ({ code, message }) => code === SURPLUS && contentOf(message) !== undefined,
  ways: [(project, errors) => edited(project, errors)],
};

function contentOf(message: string): { readonly member: string; readonly type: string } | undefined {
  const [, member, kind] = MESSAGE.exec(message) ?? [];
  const type = kind === undefined ? undefined : CONTENTS[kind];
  return member === undefined || type === undefined ? undefined : { member, type };
}

function edited(project: Project, errors: readonly CompileError[]): ReadonlyMap<string, string> {
  const changes = new Map<string, string>();
  for (const path of new Set(errors.map(e => e.file))) {
    const after = runPass(project, { id: 'content-members', words: /\btype\b/, rewrite: pass => declareIn(pass, errors.filter(e => e.file === path)) }, [path]).text(path);
    if (after !== undefined && after !== project.text(path)) changes.set(path, after);
  }
  return changes;
}

function declareIn({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  const done = new Set<TSESTree.Node>();
  walkTree(file.program, node => {
    if (node.type !== 'Property' || node.computed || node.parent.type !== 'ObjectExpression' || done.has(node.parent)) return;
    const { line } = lines.position(node.range[0]);
    const wrong = errors.flatMap(e => (e.line === line ? [contentOf(e.message)] : [])).find(c => c?.member === keyName(node.key));
    if (!wrong) return;
    done.add(node.parent);
    editor.insert(node.parent.range[1], ` as ${wrong.type}`);
    addNamedImport(editor, moduleOf(file), wrong.type, 'type');
  });
}
