import type { TSESTree } from '@typescript-eslint/types';
import { indexOf, innermost, memberName } from '../../mcp/file-index.js';
import { keyName } from '../../mcp/exports.js';
import type { CompileError } from '../../migrate/types.js';
import type { Project } from '../../project.js';
import type { PassFile } from '../pass.js';
import { ensureZod } from '../passes/zod-name.js';
import { editedWhere, type TypeRepair } from './attempt.js';

const NOT_ASSIGNABLE = new Set([2322, 2345, 2769]);
const KEYS = /^(?:inputSchema|outputSchema|argsSchema)$/;

/** `inputSchema: tool.shape`, of which only a type of the program says that it is a raw shape: it is made a schema where it is registered. */
export const shapesAtRegistration: TypeRepair = {
  fits: ({ code, message }) => NOT_ASSIGNABLE.has(code) && /\bShape\b|ZodRawShape|~standard/.test(message),
  ways: [(project, errors) => edited(project, errors, /^(?:inputSchema|argsSchema)$/), (project, errors) => edited(project, errors, KEYS)],
};

/** `outputSchema: isSchema ? schema : shapeOf(schema)`: one branch is a schema, the other a raw shape, or nothing. */
export const shapesInChoices: TypeRepair = {
  fits: shapesAtRegistration.fits,
  ways: [(project, errors) => edited(project, errors, KEYS, true)],
};

function edited(project: Project, errors: readonly CompileError[], keys: RegExp, choices = false): ReadonlyMap<string, string> {
  return editedWhere(project, errors, { id: 'shapes', words: /\bregister(?:Tool|Prompt)\b/ }, (pass, mine) => wrapIn(pass, mine, keys, choices));
}

function wrapIn(pass: PassFile, errors: readonly CompileError[], keys: RegExp, choices: boolean): void {
  const { file, project, editor } = pass;
  const lines = project.lines(file.path);
  for (const call of indexOf(file).calls) {
    const callee = innermost(call.callee);
    const [, configuration] = call.arguments;
    if (callee.type !== 'MemberExpression' || !/^register(?:Tool|Prompt)$/.test(memberName(callee) ?? '') || !configuration) continue;
    const [from, to] = [lines.position(call.range[0]).line, lines.position(call.range[1]).line];
    if (!errors.some(e => from <= e.line && e.line <= to)) continue;
    if (!choices && (configuration.type === 'Identifier' || configuration.type === 'MemberExpression')) {
      wrapDescriptor(pass, configuration, keys);
      continue;
    }
    if (configuration.type !== 'ObjectExpression') continue;
    for (const entry of configuration.properties.flatMap(entriesOf)) {
      if (entry.computed || !keys.test(keyName(entry.key) ?? '')) continue;
      const value = innermost(entry.value);
      if (choices && value.type === 'ConditionalExpression') {
        wrapBranch(pass, value);
        continue;
      }
      if (choices || (value.type !== 'Identifier' && value.type !== 'MemberExpression')) continue;
      const text = `${ensureZod(pass)}.object(${editor.text(entry.value)})`;
      editor.replace(entry, `${keyName(entry.key) ?? ''}: ${text}`);
    }
  }
}

/** Also `...(prompt.args && { argsSchema: prompt.args.shape })`. */
function entriesOf(entry: TSESTree.ObjectLiteralElement): readonly TSESTree.Property[] {
  if (entry.type === 'Property') return [entry];
  const given = innermost(entry.argument);
  const objects = given.type === 'LogicalExpression' ? [given.right] : given.type === 'ConditionalExpression' ? [given.consequent, given.alternate] : [];
  return objects.flatMap(o => (o.type === 'ObjectExpression' ? o.properties.flatMap(p => (p.type === 'Property' ? [p] : [])) : []));
}

/** The branch that a call makes is the shape. */
function wrapBranch(pass: PassFile, { consequent, alternate }: TSESTree.ConditionalExpression): void {
  const { editor, file } = pass;
  const [made, ...others] = [consequent, alternate].filter(b => b.type === 'CallExpression');
  if (!made || others.length > 0) return;
  const name = /\bschemaOf\b/.test(file.text) ? 'schemaOfShape' : 'schemaOf';
  editor.replace(made, `${name}(${editor.text(made)})`);
  const { eol, indent, semicolon } = editor.style;
  const zod = ensureZod(pass);
  if (!editor.edits.some(e => e.text.includes(`function ${name}(`))) editor.insert(file.text.length, `${eol}function ${name}(shape: ${zod}.ZodRawShape | undefined) {${eol}${indent}return shape && ${zod}.object(shape)${semicolon}${eol}}${eol}`);
}

/** `registerTool(tool.name, tool.definition, ...)`: of a descriptor that comes whole, what is in it is wrapped beside it. */
function wrapDescriptor(pass: PassFile, descriptor: TSESTree.Identifier | TSESTree.MemberExpression, keys: RegExp): void {
  const text = pass.editor.text(descriptor);
  const wrapped = (isOfPrompt(descriptor) ? ['argsSchema'] : ['inputSchema', 'outputSchema']).filter(key => keys.test(key));
  pass.editor.replace(descriptor, `{ ...${text}, ${wrapped.map(key => `${key}: ${text}.${key} && ${ensureZod(pass)}.object(${text}.${key})`).join(', ')} }`);
}

function isOfPrompt({ parent }: TSESTree.Node): boolean {
  return parent?.type === 'CallExpression' && parent.callee.type === 'MemberExpression' && memberName(parent.callee) === 'registerPrompt';
}
