import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import { keyName } from './exports.js';
import { enclosingFunction, endName, innermost, outermost } from './file-index.js';
import type { McpModel } from './model.js';

// JSON-RPC messages that somebody writes out by hand.

const CORE = /^(?:tools|prompts|resources|completion|server|subscriptions)\//;

export interface RawMessage {
  readonly node: TSESTree.ObjectExpression;
  readonly kind: 'request' | 'notification' | 'result' | 'error';
  /** Undefined when it is computed. */
  readonly method: string | undefined;
  readonly params: TSESTree.Node | undefined;
}

const found = new WeakMap<McpModel, Map<SourceFile, readonly RawMessage[]>>();

/** Object literals with `jsonrpc: '2.0'`, in their order. */
export function rawMessages(mcp: McpModel, file: SourceFile): readonly RawMessage[] {
  if (!file.text.includes('jsonrpc')) return [];
  const known = found.get(mcp) ?? new Map<SourceFile, readonly RawMessage[]>();
  found.set(mcp, known);
  let messages = known.get(file);
  if (!messages) {
    const list: RawMessage[] = [];
    walkTree(file.program, node => {
      const message = node.type === 'ObjectExpression' ? read(mcp, file, node) : undefined;
      if (message) list.push(message);
    });
    known.set(file, (messages = list));
  }
  return messages;
}

function read(mcp: McpModel, file: SourceFile, node: TSESTree.ObjectExpression): RawMessage | undefined {
  const members = new Map<string, TSESTree.Node>();
  for (const p of node.properties) if (p.type === 'Property') members.set(keyName(p.key) ?? '', p.value);
  if (!members.has('jsonrpc')) return undefined;
  if (members.has('result')) return { node, kind: 'result', method: undefined, params: members.get('result') };
  if (members.has('error')) return { node, kind: 'error', method: undefined, params: members.get('error') };
  const method = members.get('method');
  if (!method) return undefined;
  return { node, kind: members.has('id') ? 'request' : 'notification', method: mcp.text(file, method), params: members.get('params') };
}

/** A method of the protocol that every revision from the stateless one on wants metadata for. */
export function isCoreMethod(method: string): boolean {
  return CORE.test(method);
}

/** Whether a message is given to something that sends it, itself or by the name that it is kept under. */
export function isSent(file: SourceFile, node: TSESTree.Node, depth = 0): boolean {
  const outer = outermost(node);
  const { parent } = outer;
  if (parent?.type === 'CallExpression' && parent.arguments.some(a => a === outer)) return sends(parent);
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' && depth < 2) {
    const variable = file.variableOf(parent.id);
    return variable?.references.some(r => !r.init && isSent(file, r.identifier, depth + 1)) ?? false;
  }
  if (parent?.type === 'Property' && /^(?:body|data|json|payload)$/.test(keyName(parent.key) ?? '')) return true;
  if (parent?.type === 'ReturnStatement' || parent?.type === 'ArrowFunctionExpression') {
    const maker = parent.type === 'ArrowFunctionExpression' ? parent : enclosingFunction(parent);
    const name = maker?.type === 'FunctionDeclaration' ? maker.id?.name : maker?.parent.type === 'VariableDeclarator' && maker.parent.id.type === 'Identifier' ? maker.parent.id.name : undefined;
    return name !== undefined && /(?:build|make|create|rpc|json_?rpc)\w*(?:request|message|call|payload|body)?$/i.test(name);
  }
  return false;
}

function sends(call: TSESTree.CallExpression): boolean {
  const callee = innermost(call.callee);
  const name = endName(callee) ?? '';
  return /stringify$|^(?:send|post|write|emit|fetch|publish|rpc|call|request|dispatch)|(?:Request|Rpc|RPC)$/.test(name);
}
