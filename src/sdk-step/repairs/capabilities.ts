import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../../mcp/exports.js';
import { innermost, memberName } from '../../mcp/file-index.js';
import type { CompileError } from '../../migrate/types.js';
import { walkTree } from '../../parse/walk.js';
import { addNamedImport } from '../imports.js';
import type { PassFile } from '../pass.js';
import { CAPABILITIES, MEMBERS_OF_CAPABILITIES } from '../passes/capability-members.js';
import { editedWhere, type TypeRepair } from './attempt.js';

const UNKNOWN_NAME = 2353;
const NOT_ASSIGNABLE = new Set([2322, 2345, 2769]);

/** `roots: { listRoots: true }`: the first major took any member of a capability. The protocol knows none of that name, so it says nothing. */
export const unknownCapabilities: TypeRepair = {
  fits: ({ code, message }) => code === UNKNOWN_NAME && /in type '\{ (?:listChanged|experimental)\?/.test(message),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'capabilities', words: /[cC]apabilities/ }, removeIn)],
};

/** `extensions: settings`, typed as any object: the second major says that it goes over the wire, which it always did. */
export const extensionTypes: TypeRepair = {
  fits: ({ code, message }) => NOT_ASSIGNABLE.has(code) && /'extensions' are incompatible|Record<string, object>/.test(message),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'extensions', words: /\bextensions\b/ }, sayWire)],
};

function sayWire({ file, editor }: PassFile): void {
  walkTree(file.program, node => {
    if (node.type !== 'Property' || node.parent.type !== 'ObjectExpression' || keyName(node.key) !== 'extensions' || !isAmongCapabilities(node)) return;
    const value = innermost(node.value);
    if (value.type !== 'Identifier' && value.type !== 'MemberExpression') return;
    editor.replace(node, `extensions: ${editor.text(value)} as Record<string, JSONObject>`);
    addNamedImport(editor, '@modelcontextprotocol/server', 'JSONObject', 'type');
  });
}

/** Also in `...(extensions && { extensions })`. */
function isAmongCapabilities(property: TSESTree.Property): boolean {
  const own = property.parent;
  const spread = own.parent.type === 'LogicalExpression' || own.parent.type === 'ConditionalExpression' ? own.parent.parent : undefined;
  const list = spread?.type === 'SpreadElement' ? spread.parent : own;
  return list.type === 'ObjectExpression' && nameOf(list) === 'capabilities';
}

/** Of either side: of the wrong one is what the compiler says so of. */
const ALL = new Set([...CAPABILITIES, 'elicitation', 'roots', 'sampling']);

function removeIn({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  walkTree(file.program, node => {
    if (node.type !== 'ObjectExpression') return;
    const named = (p: TSESTree.Property): boolean => errors.some(e => e.line === lines.position(p.range[0]).line && e.message.includes(`'${keyName(p.key) ?? ''}'`));
    const known = MEMBERS_OF_CAPABILITIES.get(nameOf(node) ?? '') ?? ALL;
    const others = node.properties.flatMap(p => (p.type === 'Property' && !p.computed && (!known.has(keyName(p.key) ?? '') || named(p)) ? [p] : []));
    // The compiler names the first of them.
    if (others.some(named)) editor.removeProperties(others);
  });
}

/** Of which capability an object is the value: `{ prompts: {...} }`, `capabilities.prompts = {...}`. */
function nameOf({ parent }: TSESTree.ObjectExpression): string | undefined {
  if (parent.type === 'Property') return keyName(parent.key);
  return parent.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression' ? memberName(parent.left) : undefined;
}
