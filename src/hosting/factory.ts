import type { TSESTree } from '@typescript-eslint/types';
import { hasBlankAbove, indentAt, indentEdits, reindented, withComments } from '../edits/indent.js';
import { innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains } from '../mcp/nodes.js';
import type { Range, SourceFile } from '../parse/source.js';
import { awaits, type Closure } from './closure.js';
import type { FileDraft } from './draft.js';
import { calledFunctions } from './fresh.js';

/** How a new server is made. */
export interface Factory {
  /** An expression that is a function without parameters. */
  readonly expression: string;
  /** An expression that is a new server, or a promise of one. */
  readonly call: string;
  readonly isAsync: boolean;
  /** The name of the function, when it has one. */
  readonly name?: string;
}

const NAMES = ['createServer', 'createMcpServer', 'buildMcpServer'];

/** Writes the function that a closure becomes. */
export function writeFactory(mcp: McpModel, draft: FileDraft, closure: Closure): Factory {
  const { declarator } = closure;
  if (closure.moved.length === 1 && closure.senders.length === 0 && declarator.init && declarator.id.type === 'Identifier' && isCallOnly(declarator.init)) {
    removeDeclaration(draft, closure, declarator.init);
    return factoryOfCall(mcp, draft.file, declarator.init);
  }
  const name = draft.freeName(...NAMES);
  const { isAsync } = closure;
  writeFunction(draft, closure, name, writeSenders(draft, closure, name));
  return { expression: name, call: `${name}()`, isAsync, name };
}

/** `createServer(config)`: made by a function already. */
function isCallOnly(init: TSESTree.Expression): boolean {
  const inner = innermost(init);
  if (inner.type === 'MemberExpression') return true;
  return inner.type === 'CallExpression' && !inner.arguments.some(awaits);
}

export function factoryOfCall(mcp: McpModel, file: SourceFile, init: TSESTree.Expression): Factory {
  const outer = init.type === 'AwaitExpression' ? init.argument : init;
  const text = file.text.slice(...outer.range);
  const isAsync = init.type === 'AwaitExpression';
  const call = innermost(init);
  if (call.type === 'CallExpression' && call.callee.type === 'Identifier' && call.arguments.length === 0 && outer.type === 'CallExpression') {
    const functions = calledFunctions(mcp, file, call);
    // The SDK hands its own argument to the factory: one with optional parameters would take it for them.
    if (functions.length > 0 && functions.every(f => f.node.params.length === 0)) return { expression: call.callee.name, call: text, isAsync, name: call.callee.name };
  }
  return { expression: `() => ${text}`, call: text, isAsync };
}

/** What is said about the server is said about the statement that gets it, where that comes next. */
function removeDeclaration(draft: FileDraft, { declaration, declarator, block }: Closure, kept: TSESTree.Expression): void {
  const { file, editor } = draft;
  const next = block.body[block.body.findIndex(s => s === declaration) + 1];
  const variable = declarator.id.type === 'Identifier' ? file.variableOf(declarator.id) : undefined;
  const isGiven = variable?.references.some(r => r.identifier.parent.type === 'CallExpression' && r.identifier.parent.callee !== r.identifier && next && contains(next, r.identifier)) === true;
  const isSaid = withComments(file, declaration)[0] < declaration.range[0] && next && file.text.slice(declaration.range[1], next.range[0]).trim() === '';
  if (isGiven && isSaid) editor.replace({ range: [declaration.range[0], next.range[0]] }, '');
  else editor.removeStatement(declaration);
  draft.gone(declaration, [kept]);
}

/** Code outside of requests speaks to the server that was made last: the name of the variable that holds it. */
function writeSenders(draft: FileDraft, closure: Closure, factory: string): string | undefined {
  const { senders, block, moved } = closure;
  if (senders.length === 0) return undefined;
  const { file, editor } = draft;
  const name = draft.freeName('currentServer', 'liveServer');
  for (const { range } of senders) draft.replace({ range }, `${name}?.`);
  const first = block.body.find(s => moved.includes(s) || senders.some(({ statement }) => contains(s, statement)));
  if (!first) return name;
  const [start] = withComments(file, first);
  const { eol, semicolon } = editor.style;
  const written = returnType(draft, { ...closure, isAsync: false }).slice(2);
  const made = closure.isAsync ? `Awaited<ReturnType<typeof ${factory}>>` : `ReturnType<typeof ${factory}>`;
  const type = /\.[cm]?tsx?$/.test(file.path) ? `: ${written === '' ? made : written} | undefined` : '';
  const base = indentAt(file, start);
  editor.insert(start, `/** The server that the client talks to. */${eol}${base}let ${name}${type}${semicolon}${eol}${eol}${base}`);
  return name;
}

function writeFunction(draft: FileDraft, closure: Closure, name: string, current: string | undefined): void {
  const { file, editor } = draft;
  const { eol, indent, semicolon } = editor.style;
  const runs = runsOf(closure);
  const anchor = [...runs].sort((a, b) => size(b) - size(a))[0];
  const [first] = anchor ?? [];
  const last = anchor?.at(-1);
  if (!anchor || !first || !last) return;
  const [start] = withComments(file, first);
  const end = endWithTrailing(file, last);
  const base = indentAt(file, start);
  const inner = base + indent;
  const isTop = closure.block.type === 'Program';
  const others = closure.moved.filter(s => !anchor.includes(s));
  const before = others.filter(s => closure.moved.indexOf(s) < closure.moved.indexOf(first)).map(s => movedText(draft, closure, s, inner));
  const after = others.filter(s => closure.moved.indexOf(s) > closure.moved.indexOf(last)).map(s => movedText(draft, closure, s, inner));
  const gap = anchor.length > 1 && /\n[ \t]*\r?\n/.test(file.text.slice(start, end)) ? eol : '';
  const space = isTop && start > 0 && !hasBlankAbove(file, start) && file.text.slice(0, start).trim() !== '' ? eol : '';
  const head = header(draft, closure, name, isTop, first === closure.moved[0] && first.type === 'ExportNamedDeclaration');
  const exported = first.type === 'ExportNamedDeclaration' ? first : undefined;
  const headText = `${space}${head}${eol}${before.map((t, i) => (i === 0 ? t.replace(/^\r?\n/, '') : t) + eol).join('')}${before.length > 0 && (gap || hasBlankAbove(file, start)) ? eol : ''}${inner}`;
  if (exported) draft.editor.replace({ range: [start, closure.declaration.range[0]] }, headText);
  else editor.insert(start, headText);
  for (const edit of indentEdits(file, [start, end], base, inner)) editor.insert(edit.range[0], edit.text);
  const kept = current === undefined ? '' : `${inner}${current} = ${variableName(closure)}${semicolon}${eol}`;
  const returned = `${gap}${kept}${inner}return ${variableName(closure)}${semicolon}${eol}${base}}${isTop ? '' : semicolon}`;
  editor.insert(end, `${eol}${after.map(t => t + eol).join('')}${returned}`);
  for (const statement of others) editor.removeStatement(statement);
  for (const node of closure.exports) if (node.type === 'Identifier') editor.replace(node, node.parent.type === 'ExportSpecifier' && node.parent.local === node.parent.exported ? name : name);
}

function header(draft: FileDraft, closure: Closure, name: string, isTop: boolean, isExported: boolean): string {
  const type = returnType(draft, closure);
  const async = closure.isAsync ? 'async ' : '';
  return isTop ? `${isExported ? 'export ' : ''}${async}function ${name}()${type} {` : `const ${name} = ${async}()${type} => {`;
}

/** Written where the class is named in the code; otherwise it is inferred. */
function returnType(draft: FileDraft, { declarator, isAsync }: Closure): string {
  if (!/\.[cm]?tsx?$/.test(draft.file.path)) return '';
  const init = declarator.init ? innermost(declarator.init) : undefined;
  const annotated = declarator.id.typeAnnotation;
  const type = annotated ? draft.editor.text(annotated.typeAnnotation) : init?.type === 'NewExpression' && init.callee.type === 'Identifier' ? draft.editor.text({ range: [init.callee.range[0], init.typeArguments?.range[1] ?? init.callee.range[1]] }) : undefined;
  if (type === undefined) return '';
  return isAsync ? `: Promise<${type}>` : `: ${type}`;
}

export function variableName({ declarator }: Closure): string {
  return declarator.id.type === 'Identifier' ? declarator.id.name : 'server';
}

/** A statement with its comments, as it stands in the factory. */
function movedText({ file, editor }: FileDraft, closure: Closure, statement: TSESTree.Statement, indent: string): string {
  const [start, end] = withComments(file, statement);
  const range: Range = [start, endWithTrailing(file, { range: [start, end] })];
  const blank = hasBlankAbove(file, start) ? editor.style.eol : '';
  if (statement.type === 'ExportNamedDeclaration' && statement === closure.moved[0]) return blank + indent + reindented(file, [closure.declaration.range[0], range[1]], indent);
  return blank + indent + reindented(file, range, indent);
}

/** A comment on the same line belongs to the statement. */
function endWithTrailing({ text }: SourceFile, { range }: { readonly range: Range }): number {
  const rest = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\n]*?\*\/(?=[ \t]*\r?\n))/.exec(text.slice(range[1]));
  return range[1] + (rest?.[0].length ?? 0);
}

/** Statements that stand next to each other in the block. */
function runsOf({ block, moved }: Closure): readonly (readonly TSESTree.Statement[])[] {
  const runs: TSESTree.Statement[][] = [];
  let open: TSESTree.Statement[] | undefined;
  for (const statement of block.body) {
    if (!moved.includes(statement)) open = undefined;
    else if (open) open.push(statement);
    else runs.push((open = [statement]));
  }
  return runs;
}

function size(run: readonly TSESTree.Statement[]): number {
  const [first] = run;
  const last = run.at(-1);
  return first && last ? last.range[1] - first.range[0] : 0;
}
