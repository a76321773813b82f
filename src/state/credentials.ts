import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { endName, innermost, memberName } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import { isAuthName } from './auth.js';
import type { Access } from './cells.js';
import type { StateModel } from './model.js';
import { opensSessions } from './served.js';

export interface Credential {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  readonly name: string;
}

const MAX_DEPTH = 5;

/** `sessions.set(id, { transport, user: req.user })`: who it is, kept in the record of a session; a container of nothing else is one by its own name. */
export function credentialsInRecords(mcp: McpModel, state: StateModel): readonly Credential[] {
  const found: Credential[] = [];
  for (const cell of state.cells) {
    if ((cell.class !== 'transports' && cell.class !== 'session') || isAuthName(cell.name)) continue;
    const later = cell.accesses.find(isCredentialGiven);
    if (later?.node.type === 'MemberExpression') found.push({ file: later.file, node: later.node, name: memberName(later.node) ?? '' });
    for (const { file, value, mode } of cell.accesses) {
      if (mode !== 'write' || !value) continue;
      for (const known of mcp.values(file, value)) {
        if (known.value.kind !== 'object') continue;
        const property = known.value.node.properties.find(p => p.type === 'Property' && isAuthName(keyName(p.key) ?? ''));
        if (property?.type === 'Property') found.push({ file: known.value.file, node: property, name: keyName(property.key) ?? '' });
      }
    }
  }
  return found;
}

/** `sessions.get(id).token = token`. */
function isCredentialGiven({ op, part, node, value }: Access): boolean {
  const given = value ? innermost(value) : undefined;
  const forgotten = given === undefined || (given.type === 'Literal' && typeof given.value !== 'string') || (given.type === 'Identifier' && given.name === 'undefined');
  return op === 'assign' && part && node.type === 'MemberExpression' && !forgotten && isAuthName(memberName(node) ?? '');
}

/** `createServer(tokenOf(req))` where a session is opened: the server keeps the token for the session. */
export function credentialsGivenToServers(mcp: McpModel, state: StateModel): readonly Credential[] {
  const found: Credential[] = [];
  for (const { file, fn, from } of state.reach.functions) {
    if (![...from].some(h => h.kind === 'http') || !opensSessions(file, fn)) continue;
    walkTree(fn.body, node => {
      if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return;
      const argument = node.arguments.find(a => a.type !== 'SpreadElement' && isCredential(mcp, file, a, 0));
      if (!argument || !buildsServer(mcp, state, file, node)) return;
      found.push({ file, node, name: nameOf(argument) });
    });
  }
  return found;
}

/** A call that gives a server, or something that has one. */
function buildsServer(mcp: McpModel, state: StateModel, file: SourceFile, node: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
  const callees = mcp.values(file, node.callee);
  if (callees.some(({ value }) => value.kind === 'function' && (state.reach.surroundsHandler(value.node) || /\bnew (?:Mcp)?Server\b|\bMCP\w*\(/.test(value.file.text.slice(...value.node.range))))) return true;
  return callees.some(({ value }) => value.kind === 'class' && /\bnew (?:Mcp)?Server\b|setRequestHandler|registerTool/.test(value.file.text.slice(...value.node.range)));
}

/** Whether a value comes from the credentials of the request. */
export function isCredential(mcp: McpModel, file: SourceFile, node: TSESTree.Node, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  const inner = innermost(node);
  switch (inner.type) {
    case 'Identifier': {
      const variable = file.variableOf(inner);
      if (!variable) return false;
      const sources = variable.references.flatMap(r => (r.isWrite() && r.writeExpr ? [r.writeExpr] : []));
      return sources.some(s => isCredential(mcp, file, s, depth + 1));
    }
    case 'MemberExpression': {
      const name = memberName(inner) ?? '';
      if (/^(?:authorization|x-api-key|x-auth-token)$/i.test(name)) return true;
      if (inner.object.type === 'Super') return false;
      const root = innermost(inner.object);
      if (isRequestPart(root) && /(?:api-?key|token|secret|-auth)$/i.test(name) && root.type === 'MemberExpression') return true;
      if (/^(?:auth|user|authInfo)$/.test(name) && root.type === 'Identifier' && /^(?:req|request|ctx|c)$/.test(root.name)) return true;
      return isCredential(mcp, file, inner.object, depth + 1);
    }
    case 'CallExpression': {
      const callee = innermost(inner.callee);
      const name = endName(callee) ?? '';
      if (isAuthName(name) && inner.arguments.some(a => a.type !== 'SpreadElement' && isRequestPart(a))) return true;
      if (inner.arguments.some(isHeaders) && readsCredentials(mcp, file, callee)) return true;
      return inner.arguments.some(a => a.type !== 'SpreadElement' && isCredential(mcp, file, a, depth + 1));
    }
    case 'ObjectExpression':
      return inner.properties.some(p => p.type === 'Property' && isCredential(mcp, file, p.value, depth + 1));
    case 'TemplateLiteral':
      return inner.expressions.some(e => isCredential(mcp, file, e, depth + 1));
    case 'ConditionalExpression':
      return isCredential(mcp, file, inner.consequent, depth + 1) || isCredential(mcp, file, inner.alternate, depth + 1);
    case 'LogicalExpression':
      return isCredential(mcp, file, inner.left, depth + 1) || isCredential(mcp, file, inner.right, depth + 1);
    default:
      return false;
  }
}

/** A function of the program that takes keys out of the headers that it is given. */
function readsCredentials(mcp: McpModel, file: SourceFile, callee: TSESTree.Node): boolean {
  return mcp.values(file, callee).some(({ value }) => value.kind === 'function' && /['"`](?:authorization|x-(?:[\w-]+-)?(?:api-?key|token))['"`]/i.test(value.file.text));
}

function isHeaders(node: TSESTree.Node): boolean {
  return node.type === 'MemberExpression' && isRequestPart(node);
}

/** `req`, `req.headers`. */
function isRequestPart(node: TSESTree.Node): boolean {
  const inner = innermost(node);
  if (inner.type === 'MemberExpression') return memberName(inner) === 'headers';
  return inner.type === 'Identifier' && /^(?:req|request)$/.test(inner.name);
}

function nameOf(node: TSESTree.Node): string {
  const inner = innermost(node);
  if (inner.type === 'Identifier') return inner.name;
  const named = inner.type === 'ObjectExpression' ? inner.properties.find(p => p.type === 'Property' && isAuthName(keyName(p.key) ?? '')) : undefined;
  if (named?.type === 'Property') return keyName(named.key) ?? '';
  return inner.type === 'MemberExpression' ? (memberName(inner) ?? 'a credential') : 'a credential';
}

