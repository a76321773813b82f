import type { TSESTree } from '@typescript-eslint/types';
import { indexOf, innermost, memberName } from '../../mcp/file-index.js';
import { keyName } from '../../mcp/exports.js';
import type { CompileError } from '../../migrate/types.js';
import type { Project } from '../../project.js';
import { runPass, type PassFile } from '../pass.js';
import { ensureZod } from '../passes/zod-name.js';
import type { TypeRepair } from './attempt.js';

const NOT_ASSIGNABLE = new Set([2322, 2345, 2769]);
const KEYS = /^(?:inputSchema|outputSchema|argsSchema)$/;

/** `inputSchema: tool.shape`, of which only a type of the program says that it is a raw shape: it is made a schema where it is registered. */
export const shapesAtRegistration: TypeRepair = {
  fits: ({ code, message }) => NOT_ASSIGNABLE.has(code) && /\bShape\b|ZodRawShape|~standard/.test(message),
  ways: [(project, errors) => edited(project, errors, /^(?:inputSchema|argsSchema)$/), (project, errors) => edited(project, errors, KEYS)],
};

function edited(project: Project, errors: readonly CompileError[], keys: RegExp): ReadonlyMap<string, string> {
  const changes = new Map<string, string>();
  for (const path of new Set(errors.map(e => e.file))) {
    const after = runPass(project, { id: 'shapes', words: /\bregister(?:Tool|Prompt)\b/, rewrite: pass => wrapIn(pass, errors.filter(e => e.file === path), keys) }, [path]).text(path);
    if (after !== undefined && after !== project.text(path)) changes.set(path, after);
  }
  return changes;
}

function wrapIn(pass: PassFile, errors: readonly CompileError[], keys: RegExp): void {
  const { file, project, editor } = pass;
  const lines = project.lines(file.path);
  for (const call of indexOf(file).calls) {
    const callee = innermost(call.callee);
    const [, configuration] = call.arguments;
    if (callee.type !== 'MemberExpression' || !/^register(?:Tool|Prompt)$/.test(memberName(callee) ?? '') || !configuration) continue;
    const [from, to] = [lines.position(call.range[0]).line, lines.position(call.range[1]).line];
    if (!errors.some(e => from <= e.line && e.line <= to)) continue;
    if (configuration.type === 'Identifier' || configuration.type === 'MemberExpression') {
      wrapDescriptor(pass, configuration, keys);
      continue;
    }
    if (configuration.type !== 'ObjectExpression') continue;
    for (const entry of configuration.properties) {
      if (entry.type !== 'Property' || entry.computed || !keys.test(keyName(entry.key) ?? '')) continue;
      const value = innermost(entry.value);
      if (value.type !== 'Identifier' && value.type !== 'MemberExpression') continue;
      const text = `${ensureZod(pass)}.object(${editor.text(entry.value)})`;
      editor.replace(entry, `${keyName(entry.key) ?? ''}: ${text}`);
    }
  }
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
