import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { reindented, withComments } from '../edits/indent.js';
import { keyName } from '../mcp/exports.js';
import { enclosingFunction, innermost, memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains } from '../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Draft } from './draft.js';
import { lineOf } from './closure.js';
import { calledFunctions } from './fresh.js';

const NOW = /^(?:forEach|map|flatMap|filter|find|findIndex|some|every|reduce|sort|from)$/;
const MAX_DEPTH = 4;

/**
 * `const server = createServer()` was called once, and what that function keeps for its tools was there as long as the process.
 * It is called for each request now, so what it keeps moves out of it. Gives what is to be said about that.
 */
export function keepStateOutside(mcp: McpModel, draft: Draft, file: SourceFile, made: TSESTree.Expression): readonly string[] {
  const call = innermost(made.type === 'AwaitExpression' ? made.argument : made);
  const [called, more] = call.type === 'CallExpression' ? calledFunctions(mcp, file, call) : [];
  if (!called || more || called.node.body.type !== 'BlockStatement' || mayBeCalledPerSession(mcp, called.file, called.node)) return [];
  const { file: home, node: fn } = called;
  const top = topOf(fn);
  const begun = called.node.body.body.flatMap(s => (s.type === 'ExpressionStatement' && isBegun(s.expression) ? [s] : []));
  const notes = begun.map(s => `Line ${lineOf(home, s)} of ${home.path} runs for each request now: ${home.text.slice(...s.range).replace(/\s+/g, ' ')} Do it where the process starts, if it is about that.`);
  const kept = called.node.body.body.filter((s): s is TSESTree.VariableDeclaration => s.type === 'VariableDeclaration' && isKept(home, fn, s));
  if (!top || kept.length === 0) return notes;
  const { editor } = draft.of(home);
  const text = kept.map(s => reindented(home, withComments(home, s), '') + editor.style.eol).join('');
  for (const statement of kept) editor.removeStatement(statement);
  editor.insert(withComments(home, top)[0], text + editor.style.eol);
  const names = kept.flatMap(s => s.declarations.flatMap(d => (d.id.type === 'Identifier' ? [d.id.name] : [])));
  return [`${names.join(', ')} moved out of the function that makes servers in ${home.path}, since that is called for each request now.`, ...notes];
}

/** `report('launch').then()`, `void warmUp()`: nobody waits for it, so it does not make the server. */
function isBegun(expression: TSESTree.Expression): boolean {
  if (expression.type === 'UnaryExpression') return expression.operator === 'void' && expression.argument.type === 'CallExpression';
  return expression.type === 'CallExpression' && expression.callee.type === 'MemberExpression' && /^(?:then|catch|finally)$/.test(memberName(expression.callee) ?? '');
}

/** The statement of the module that a function is, or is in at once. */
function topOf(fn: FunctionNode): TSESTree.Node | undefined {
  const { parent } = fn;
  const statement = fn.type === 'FunctionDeclaration' ? fn : parent.type === 'VariableDeclarator' ? parent.parent : undefined;
  if (!statement) return undefined;
  const outer = statement.parent.type === 'ExportNamedDeclaration' || statement.parent.type === 'ExportDefaultDeclaration' ? statement.parent : statement;
  return outer.parent.type === 'Program' ? outer : undefined;
}

/** Then it belonged to one client. */
function mayBeCalledPerSession(mcp: McpModel, file: SourceFile, fn: FunctionNode): boolean {
  return mcp.infer.references.ofFunction(file, fn).some(use => {
    if (use.node === fn || isNameOf(use.node, fn)) return false;
    const call = outermost(use.node).parent;
    if (use.node.parent.type === 'ImportSpecifier' || use.node.parent.type === 'ExportSpecifier') return false;
    if (call?.type !== 'CallExpression') return true;
    // Given to what serves one process, or each request: no client has a server of its own there.
    if (call.callee !== outermost(use.node)) return !/^(?:serveStdio|createMcpHandler)$/.test(importedName(use.file, call.callee) ?? '');
    const caller = enclosingFunction(call);
    return caller !== undefined && opensItself(mcp, use.file, caller);
  });
}

function importedName(file: SourceFile, callee: TSESTree.Node): string | undefined {
  const definition = callee.type === 'Identifier' ? file.variableOf(callee)?.defs[0] : undefined;
  return definition?.type === 'ImportBinding' && definition.node.type === 'ImportSpecifier' ? keyName(definition.node.imported) : undefined;
}

function isNameOf(node: TSESTree.Node, fn: FunctionNode): boolean {
  return node.parent === fn || (node.parent?.type === 'VariableDeclarator' && node.parent.id === node);
}

/** It makes a transport of HTTP, other than in a function inside of it. */
function opensItself(mcp: McpModel, file: SourceFile, fn: FunctionNode): boolean {
  let found = false;
  walkTree(fn.body, node => {
    if (isFunctionNode(node)) return false;
    if (node.type === 'NewExpression' && /(?:StreamableHTTP|SSE)\w*Transport$/.test(mcp.constructed(file, node)?.type ?? '')) found = true;
    return true;
  });
  return found;
}

/** Empty to begin with, and filled and read by what is called later. */
function isKept(file: SourceFile, fn: FunctionNode, statement: TSESTree.VariableDeclaration): boolean {
  const [declarator] = statement.declarations;
  if (statement.declarations.length > 1 || declarator.id.type !== 'Identifier') return false;
  const variable = file.variableOf(declarator.id);
  if (!variable || !isEmpty(declarator.init, statement.kind) || isTakenOutside(file, fn, variable) || usesLocalTypes(file, fn, declarator)) return false;
  const uses = variable.references.filter(r => r.init !== true);
  return uses.length > 0 && uses.every(u => runsLater(file, fn, u.identifier));
}

function isEmpty(init: TSESTree.Expression | null, kind: string): boolean {
  if (!init) return kind === 'let';
  const value = innermost(init);
  if (value.type === 'NewExpression') return value.callee.type === 'Identifier' && /^(?:Weak)?(?:Map|Set)$/.test(value.callee.name) && value.arguments.length === 0;
  if (value.type === 'ArrayExpression') return value.elements.length === 0;
  if (value.type === 'ObjectExpression') return value.properties.length === 0;
  return kind === 'let' && (value.type === 'Literal' || (value.type === 'Identifier' && value.name === 'undefined'));
}

/** The module has another meaning for the name, or for the types that it is declared with. */
function isTakenOutside(file: SourceFile, fn: FunctionNode, variable: Variable): boolean {
  return file.scopes.scopes.some(s => s.variables.some(v => v !== variable && v.name === variable.name && v.defs.length > 0 && !v.defs.some(d => contains(fn, d.name))));
}

function usesLocalTypes(file: SourceFile, fn: FunctionNode, declarator: TSESTree.VariableDeclarator): boolean {
  return file.scopes.scopes.some(s => s.references.some(({ identifier, resolved }) => contains(declarator, identifier) && identifier !== declarator.id && resolved?.defs.some(d => contains(fn, d.name)) === true));
}

/** In a callback that nobody calls at once, or in a function that only such callbacks call. */
function runsLater(file: SourceFile, fn: FunctionNode, use: TSESTree.Node, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  let named: FunctionNode | undefined;
  for (let inner = enclosingFunction(use); inner && inner !== fn; inner = enclosingFunction(inner)) {
    if (isFunctionNode(inner) && isCallback(inner)) return true;
    named = isFunctionNode(inner) ? inner : undefined;
  }
  const name = named?.type === 'FunctionDeclaration' ? named.id : named?.parent.type === 'VariableDeclarator' && named.parent.id.type === 'Identifier' ? named.parent.id : undefined;
  const uses = name ? (file.variableOf(name)?.references.filter(r => r.init !== true && !(named && contains(named, r.identifier))) ?? []) : [];
  return uses.length > 0 && uses.every(u => runsLater(file, fn, u.identifier, depth + 1));
}

function isCallback(fn: FunctionNode): boolean {
  const { parent } = fn;
  if (parent.type === 'Property') return true;
  if (parent.type !== 'CallExpression' || parent.callee === fn) return false;
  return !(parent.callee.type === 'MemberExpression' && NOW.test(memberName(parent.callee) ?? ''));
}
