import type { TSESTree } from '@typescript-eslint/types';
import { applyEdits } from '../../edits/edit.js';
import { Editor } from '../../edits/editor.js';
import { indexOf, innermost, memberName } from '../../mcp/file-index.js';
import { returnExpressions } from '../../mcp/nodes.js';
import { isFunctionNode } from '../../mcp/values.js';
import type { CompileError, TypeCheck } from '../../migrate/types.js';
import type { SourceFile } from '../../parse/source.js';
import type { Project } from '../../project.js';
import { addNamedImport } from '../imports.js';

/** The first major took any object for a result; the second knows the result of each method. */
const RESULTS: Readonly<Record<string, string>> = {
  'tools/list': 'ListToolsResult',
  'tools/call': 'CallToolResult',
  'resources/list': 'ListResourcesResult',
  'resources/read': 'ReadResourceResult',
  'resources/templates/list': 'ListResourceTemplatesResult',
  'prompts/list': 'ListPromptsResult',
  'prompts/get': 'GetPromptResult',
  'completion/complete': 'CompleteResult',
  'sampling/createMessage': 'CreateMessageResult',
  'elicitation/create': 'ElicitResult',
  'roots/list': 'ListRootsResult',
};
const NOT_ASSIGNABLE = new Set([2322, 2345, 2769]);

/** Where a handler's result does not fit, it is said to be what it is. Only a compiler knows where; what it still does not take stays. */
export function declareResults(project: Project, files: readonly string[], types: TypeCheck): Project {
  const candidates = files.filter(path => /\.[cm]?tsx?$/.test(path) && /setRequestHandler\(/.test(project.text(path) ?? ''));
  if (candidates.length === 0) return project;
  const errors = types.errors(project, candidates, false).errors.filter(e => NOT_ASSIGNABLE.has(e.code));
  const changes = new Map<string, string>();
  for (const path of new Set(errors.map(e => e.file))) {
    const file = project.source(path);
    if (file) changes.set(path, declared(project, file, errors.filter(e => e.file === path)));
  }
  if (changes.size === 0) return project;
  const next = project.with(changes);
  const left = types.errors(next, [...changes.keys()], false).errors;
  const worse = [...changes.keys()].filter(path => left.filter(e => e.file === path).length >= types.errors(project, [path], false).errors.filter(e => e.file === path).length);
  return worse.length === 0 ? next : project.with(new Map([...changes].filter(([path]) => !worse.includes(path))));
}

function declared(project: Project, file: SourceFile, errors: readonly CompileError[]): string {
  const editor = new Editor(file);
  const lines = project.lines(file.path);
  for (const call of indexOf(file).calls) {
    const callee = innermost(call.callee);
    if (callee.type !== 'MemberExpression' || memberName(callee) !== 'setRequestHandler') continue;
    const [method, handler] = call.arguments;
    const result = method?.type === 'Literal' && typeof method.value === 'string' ? RESULTS[method.value] : undefined;
    if (!handler || result === undefined || !isFunctionNode(innermost(handler))) continue;
    const [from, to] = [lines.position(call.range[0]).line, lines.position(call.range[1]).line];
    if (!errors.some(e => from <= e.line && e.line <= to)) continue;
    const fn = innermost(handler);
    if (!isFunctionNode(fn) || fn.returnType) continue;
    for (const expression of returnExpressions(fn)) cast(editor, expression, result, fn.async);
    addNamedImport(editor, moduleOf(file), result, 'type');
  }
  return applyEdits(file.text, editor.edits);
}

function cast(editor: Editor, expression: TSESTree.Expression, result: string, isAsync: boolean): void {
  switch (expression.type) {
    case 'TSAsExpression':
      return;
    case 'ObjectExpression':
      editor.insert(expression.range[1], ` as ${result}`);
      return;
    default:
      // It may be a promise, of which only an asynchronous function can say what comes of it.
      if (!isAsync) return;
      editor.insert(expression.range[0], expression.type === 'AwaitExpression' ? '(' : '(await ');
      editor.insert(expression.range[1], `) as ${result}`);
  }
}

function moduleOf(file: SourceFile): string {
  const module = file.program.body.flatMap(s => (s.type === 'ImportDeclaration' ? [s.source.value] : [])).find(s => /^@modelcontextprotocol\/(?:server|client)$/.test(s));
  return module ?? '@modelcontextprotocol/server';
}
