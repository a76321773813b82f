import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../../mcp/exports.js';
import { memberName } from '../../mcp/file-index.js';
import type { CompileError } from '../../migrate/types.js';
import { walkTree } from '../../parse/walk.js';
import type { PassFile } from '../pass.js';
import { MEMBERS_OF_CAPABILITIES } from '../passes/capability-members.js';
import { editedWhere, type TypeRepair } from './attempt.js';

const UNKNOWN_NAME = 2353;

/** `roots: { listRoots: true }`: the first major took any member of a capability. The protocol knows none of that name, so it says nothing. */
export const unknownCapabilities: TypeRepair = {
  fits: ({ code, message }) => code === UNKNOWN_NAME && /in type '\{ listChanged\?/.test(message),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'capabilities', words: /[cC]apabilities/ }, removeIn)],
};

function removeIn({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  walkTree(file.program, node => {
    const known = node.type === 'ObjectExpression' ? MEMBERS_OF_CAPABILITIES.get(nameOf(node) ?? '') : undefined;
    if (node.type !== 'ObjectExpression' || !known) return;
    const others = node.properties.flatMap(p => (p.type === 'Property' && !p.computed && !known.has(keyName(p.key) ?? '') ? [p] : []));
    // The compiler names the first of them.
    if (others.some(p => errors.some(e => e.line === lines.position(p.range[0]).line && e.message.includes(`'${keyName(p.key) ?? ''}'`)))) editor.removeProperties(others);
  });
}

/** Of which capability an object is the value: `{ prompts: {...} }`, `capabilities.prompts = {...}`. */
function nameOf({ parent }: TSESTree.ObjectExpression): string | undefined {
  if (parent.type === 'Property') return keyName(parent.key);
  return parent.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression' ? memberName(parent.left) : undefined;
}
