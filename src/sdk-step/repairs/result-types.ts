import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from '../../edits/editor.js';
import { indexOf, innermost, memberName } from '../../mcp/file-index.js';
import { returnExpressions } from '../../mcp/nodes.js';
import { isFunctionNode } from '../../mcp/values.js';
import type { CompileError } from '../../migrate/types.js';
import type { SourceFile } from '../../parse/source.js';
import type { Project } from '../../project.js';
import { editedWhere, NO_OVERLAP, type TypeRepair } from './attempt.js';
import { addNamedImport } from '../imports.js';
import type { PassFile } from '../pass.js';

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

/** Where a handler's result does not fit, it is said to be what it is. Only a compiler knows where; what it still does not take is said by way of `unknown`. */
export const resultTypes: TypeRepair = {
  fits: ({ code }) => NOT_ASSIGNABLE.has(code),
  ways: [
    (project, errors) => edited(project, errors, []),
    (project, errors, last) => {
      const unlike = last?.errors.filter(e => e.code === NO_OVERLAP) ?? [];
      return unlike.length === 0 ? new Map<string, string>() : edited(project, errors, unlike.map(e => ({ ...e, line: e.line - linesAdded(project, last?.project, e.file) })));
    },
  ],
};

/** Only imports are added as lines, and these stand above. */
function linesAdded(before: Project, after: Project | undefined, path: string): number {
  return (after?.text(path) ?? '').split('\n').length - (before.text(path) ?? '').split('\n').length;
}

function edited(project: Project, errors: readonly CompileError[], unlike: readonly CompileError[]): ReadonlyMap<string, string> {
  return editedWhere(project, errors, { id: 'result-types', words: /setRequestHandler/ }, (pass, mine) => {
    declareIn(pass, mine, new Set(unlike.flatMap(e => (e.file === pass.file.path ? [e.line] : []))));
  });
}

function declareIn(pass: PassFile, errors: readonly CompileError[], unlike: ReadonlySet<number>): void {
  const { file, project, editor } = pass;
  const lines = project.lines(file.path);
  for (const call of indexOf(file).calls) {
    const callee = innermost(call.callee);
    if (callee.type !== 'MemberExpression' || memberName(callee) !== 'setRequestHandler') continue;
    const [method, handler] = call.arguments;
    const result = method?.type === 'Literal' && typeof method.value === 'string' ? RESULTS[method.value] : undefined;
    if (!handler || result === undefined) continue;
    const fn = doubled(file, innermost(handler));
    const [from, to] = [lines.position(call.range[0]).line, lines.position(call.range[1]).line];
    if (!errors.some(e => from <= e.line && e.line <= to)) continue;
    if (!isFunctionNode(fn)) {
      if (byReference(pass, fn, result, [...unlike].some(line => from <= line && line <= to))) addNamedImport(editor, moduleOf(file), result, 'type');
      continue;
    }
    const said = fn.returnType && resultSaid(fn.returnType.typeAnnotation);
    if (said) editor.replace(said.type, result);
    const returned = returnExpressions(fn);
    // What a promise comes to can be said where it is awaited.
    const turnsAsync = !fn.async && !fn.returnType && fn.type === 'ArrowFunctionExpression' && returned.some(r => r.type !== 'ObjectExpression' && r.type !== 'TSAsExpression');
    if (turnsAsync) editor.insert(fn.range[0], 'async ');
    for (const expression of returned) {
      const isUnlike = unlike.has(lines.position(expression.range[0]).line);
      cast(editor, expression, isUnlike ? `unknown as ${result}` : result, { isAsync: fn.async || turnsAsync, isPlain: said?.isPromise === false || isObject(file, expression) });
      if (isUnlike) pass.mark(expression.range[0], 'sdk-result', result);
    }
    addNamedImport(editor, moduleOf(file), result, 'type');
  }
}

/** `const ask = vi.fn(() => ({ ... }))`: what a test double does is what it is given. */
function doubled(file: SourceFile, handler: TSESTree.Node): TSESTree.Node {
  const definition = handler.type === 'Identifier' ? file.variableOf(handler)?.defs[0]?.node : undefined;
  const made = definition?.type === 'VariableDeclarator' && definition.init ? innermost(definition.init) : undefined;
  const [does] = made?.type === 'CallExpression' && made.callee.type === 'MemberExpression' && memberName(made.callee) === 'fn' ? made.arguments : [];
  return does && isFunctionNode(does) ? does : handler;
}

/** A name for what is no promise. */
function isObject(file: SourceFile, node: TSESTree.Expression): boolean {
  const declared = node.type === 'Identifier' ? file.variableOf(node)?.defs[0]?.node : undefined;
  return declared?.type === 'VariableDeclarator' && declared.init !== null && innermost(declared.init).type === 'ObjectExpression';
}

/** `setRequestHandler('tools/list', this.list)`: what the handler gives is said where it is given. */
function byReference({ mcp, file, editor }: PassFile, handler: TSESTree.Node, result: string, isUnlike: boolean): boolean {
  if (handler.type !== 'Identifier' && handler.type !== 'MemberExpression') return false;
  const [takes = wrappedIn(file, handler)] = mcp.values(file, handler).flatMap(({ value }) => (value.kind === 'function' ? [value.node.params.length] : []));
  if (takes === undefined || takes > 2) return false;
  const names = ['request', 'ctx'].slice(0, takes).join(', ');
  editor.replace(handler, `async ${takes === 1 ? names : `(${names})`} => (await ${editor.text(handler)}(${names})) as ${isUnlike ? 'unknown as ' : ''}${result}`);
  return true;
}

/** `const list = withErrors(async request => {...})`: what wraps a handler takes what the handler takes. */
function wrappedIn(file: SourceFile, handler: TSESTree.Identifier | TSESTree.MemberExpression): number | undefined {
  const declared = handler.type === 'Identifier' ? file.variableOf(handler)?.defs[0]?.node : undefined;
  const made = declared?.type === 'VariableDeclarator' && declared.init ? innermost(declared.init) : undefined;
  const [first] = made?.type === 'CallExpression' ? made.arguments : [];
  const fn = first && innermost(first);
  return isFunctionNode(fn) ? fn.params.length : undefined;
}

/** What a function says of its result: a type of the program, which the second major does not know. */
function resultSaid(type: TSESTree.TypeNode): { readonly type: TSESTree.TypeNode; readonly isPromise: boolean } {
  const isPromise = type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && type.typeName.name === 'Promise';
  const [inner] = isPromise ? (type.typeArguments?.params ?? []) : [];
  return { type: inner ?? type, isPromise };
}

function cast(editor: Editor, expression: TSESTree.Expression, result: string, { isAsync, isPlain }: { readonly isAsync: boolean; readonly isPlain: boolean }): void {
  switch (expression.type) {
    case 'TSAsExpression':
      return;
    case 'ObjectExpression':
      editor.insert(expression.range[1], ` as ${result}`);
      return;
    default: {
      const isSimple = /^(?:Identifier|MemberExpression|CallExpression)$/.test(expression.type);
      // It may be a promise, of which only an asynchronous function can say what comes of it.
      if (!isAsync && !isPlain) return;
      if (isPlain) {
        if (!isSimple) editor.insert(expression.range[0], '(');
        editor.insert(expression.range[1], `${isSimple ? '' : ')'} as ${result}`);
        return;
      }
      const [open, close] = expression.type === 'AwaitExpression' ? ['(', ')'] : isSimple ? ['(await ', ')'] : ['(await (', '))'];
      editor.insert(expression.range[0], open);
      editor.insert(expression.range[1], `${close} as ${result}`);
    }
  }
}

export function moduleOf(file: SourceFile): string {
  const module = file.program.body.flatMap(s => (s.type === 'ImportDeclaration' ? [s.source.value] : [])).find(s => /^@modelcontextprotocol\/(?:server|client)$/.test(s));
  return module ?? '@modelcontextprotocol/server';
}
