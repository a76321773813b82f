import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../../mcp/exports.js';
import type { CompileError } from '../../migrate/types.js';
import { walkTree } from '../../parse/walk.js';
import type { Project } from '../../project.js';
import { runPass, type PassFile } from '../pass.js';
import type { TypeRepair } from './attempt.js';

const UNKNOWN_NAME = 2353;
const LISTED = /^(?:roots|tools|prompts|resources)$/;

/** `roots: { listRoots: true }`: the first major took any member of a capability. The protocol knows none of that name, so it says nothing. */
export const unknownCapabilities: TypeRepair = {
  fits: ({ code, message }) => code === UNKNOWN_NAME && /in type '\{ listChanged\?/.test(message),
  ways: [edited],
};

function edited(project: Project, errors: readonly CompileError[]): ReadonlyMap<string, string> {
  const changes = new Map<string, string>();
  for (const path of new Set(errors.map(e => e.file))) {
    const after = runPass(project, { id: 'capabilities', words: /[cC]apabilities/, rewrite: pass => removeIn(pass, errors.filter(e => e.file === path)) }, [path]).text(path);
    if (after !== undefined && after !== project.text(path)) changes.set(path, after);
  }
  return changes;
}

function removeIn({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  const unknown: TSESTree.Property[] = [];
  walkTree(file.program, node => {
    if (node.type !== 'Property' || node.computed || node.parent.type !== 'ObjectExpression') return;
    const around = node.parent.parent;
    if (around.type !== 'Property' || !LISTED.test(keyName(around.key) ?? '')) return;
    const name = keyName(node.key);
    if (errors.some(e => e.line === lines.position(node.range[0]).line && e.message.includes(`'${name ?? ''}'`))) unknown.push(node);
  });
  for (const property of unknown) editor.removeProperty(property);
}
