import type { TSESTree } from '@typescript-eslint/types';
import { enclosingFunction, indexOf, innermost, memberName } from '../mcp/file-index.js';
import type { FunctionNode } from '../mcp/values.js';
import type { Range, SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import { statementAround } from '../mcp/nodes.js';

/** What ran after the handshake, and where it can run instead. */
export interface StartUp {
  /** `server.oninitialized = async () => {...};` */
  readonly hook: TSESTree.ExpressionStatement;
  readonly body: TSESTree.BlockStatement;
  /** The statement that begins to serve. */
  readonly serving: TSESTree.Node;
}

/** A hook that cannot be moved, for a person. */
export interface StayingHook {
  readonly stays: TSESTree.Node;
}

/** The hook around a call, when all of it can run before serving. */
export function startUpOf(file: SourceFile, call: TSESTree.Node, isGone: (node: { readonly range: Range }) => boolean): StartUp | StayingHook | undefined {
  const fn = enclosingFunction(call);
  const assignment = fn?.parent;
  const outer = fn && hookAround(fn);
  if (outer) return { stays: outer };
  if (!fn || assignment?.type !== 'AssignmentExpression' || assignment.right !== fn || assignment.left.type !== 'MemberExpression' || memberName(assignment.left) !== 'oninitialized') return undefined;
  const hook = assignment.parent;
  const stays = { stays: assignment };
  if (hook.type !== 'ExpressionStatement' || fn.body.type !== 'BlockStatement' || fn.params.length > 0 || usesThis(fn)) return stays;
  const server = rootOf(assignment.left);
  if (!server || mentions(file, fn, server, isGone)) return stays;
  const serving = servingStatements(file);
  const [only] = serving;
  if (!only || serving.length > 1 || !canAwait(file, only)) return stays;
  const home = hook.parent;
  const isVisible = home.type === 'Program' || (home.range[0] <= only.range[0] && only.range[1] <= home.range[1]);
  return isVisible ? { hook, body: fn.body, serving: only } : stays;
}

/** Somewhere inside a hook, in a function of its own. */
function hookAround(fn: FunctionNode): TSESTree.Node | undefined {
  const outer = enclosingFunction(fn);
  if (!outer) return undefined;
  const { parent } = outer;
  const isHook = parent.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression' && memberName(parent.left) === 'oninitialized';
  return isHook ? parent : hookAround(outer);
}

function rootOf(node: TSESTree.MemberExpression): string | undefined {
  const object = innermost(node.object);
  if (object.type === 'Identifier') return object.name;
  return object.type === 'MemberExpression' ? rootOf(object) : undefined;
}

function mentions(file: SourceFile, fn: FunctionNode, name: string, isGone: (node: { readonly range: Range }) => boolean): boolean {
  const found: TSESTree.Node[] = [];
  walkTree(fn.body, node => {
    if (node.type === 'Identifier' && node.name === name && !isGone(node) && !isAsked(file, node)) found.push(node);
  });
  return found.length > 0;
}

/** `const capabilities = server.getClientCapabilities();` goes with its uses. */
function isAsked(file: SourceFile, node: TSESTree.Node): boolean {
  return /^[\w$.]+\.getClientCapabilities\(\)/.test(file.text.slice(node.range[0]));
}

function usesThis(fn: FunctionNode): boolean {
  const found: TSESTree.Node[] = [];
  walkTree(fn.body, node => {
    if (node.type === 'ThisExpression') found.push(node);
  });
  return found.length > 0;
}

/** `await server.connect(transport)`, `serveStdio(createServer)`. */
function servingStatements(file: SourceFile): readonly TSESTree.Node[] {
  const calls = indexOf(file).calls.filter(({ callee }) => (callee.type === 'Identifier' && callee.name === 'serveStdio') || (callee.type === 'MemberExpression' && memberName(callee) === 'connect'));
  return calls.map(call => statementAround(call) ?? call);
}

function canAwait(file: SourceFile, node: TSESTree.Node): boolean {
  const fn = enclosingFunction(node);
  if (fn) return fn.async;
  return file.program.body.some(s => s.type === 'ImportDeclaration');
}
