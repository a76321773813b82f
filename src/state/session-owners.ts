import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../files/kinds.js';
import { enclosingFunction, endName, indexOf, innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';
import { isAuthName } from './auth.js';
import { isCredential, type Credential } from './credentials.js';
import type { StateModel } from './model.js';
import { mentionsSession } from './session-ids.js';

/** Programs that take the protocol's sessions into their own hands. */
const OPENS = /mcp-session-id|sessionIdGenerator|onsessioninitialized|SSEServerTransport/i;
/** What keeps somebody with a session, or asks whether it is theirs. */
const KEEPS = /^(?:set|store|save|bind|assign|remember|record|link|associate|attach|put|is|validate|verify|check|assert|ensure|require|matches|owns)(?=[A-Z]|$)/;
const LOOKS_UP = /^(?:get|find|load|lookup|resolve)(?=[A-Z])/;

/**
 * `setOwner(sessionId, userId)`, `isOwnedBy(sessionId, userId)`, `tokenOf(sessionId)`: calls that tie an identity to a session, ask
 * whether they belong together, or take the identity from the session. Once for each function that does it.
 */
export function sessionOwners(mcp: McpModel, state: StateModel): readonly Credential[] {
  const found: Credential[] = [];
  for (const path of mcp.project.codeFiles()) {
    if (zoneOf(path) === 'test' || !OPENS.test(mcp.project.text(path) ?? '')) continue;
    const file = mcp.project.source(path);
    const seen = new Set<string>();
    for (const call of file ? indexOf(file).calls : []) {
      const name = file ? nameOfCall(call) : undefined;
      if (!file || name === undefined || !isOwning(mcp, state, file, call, name)) continue;
      const key = `${name}\0${enclosingFunction(call)?.range[0] ?? ''}`;
      if (!seen.has(key)) found.push({ file, node: call, name });
      seen.add(key);
    }
  }
  return found;
}

function nameOfCall(call: TSESTree.CallExpression): string | undefined {
  return endName(innermost(call.callee));
}

function isOwning(mcp: McpModel, state: StateModel, file: SourceFile, call: TSESTree.CallExpression, name: string): boolean {
  const [id, ...rest] = call.arguments;
  if (!id || id.type === 'SpreadElement' || !mentionsSession(file, id)) return false;
  if (rest.length === 0) return LOOKS_UP.test(name) && isAuthName(name) && state.ids.is(file, id);
  return KEEPS.test(name) && !isOfContainer(mcp, file, call) && rest.some(a => a.type !== 'SpreadElement' && isIdentity(mcp, file, a)) && state.ids.is(file, id);
}

/** What is in containers of the program is told where they are declared. */
function isOfContainer(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): boolean {
  const callee = innermost(call.callee);
  return callee.type === 'MemberExpression' && callee.object.type !== 'Super' && mcp.values(file, callee.object).some(({ value }) => value.kind === 'collection');
}

/** By what it is called, or where it comes from. */
function isIdentity(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  const inner = innermost(node);
  if (inner.type === 'ConditionalExpression') return isIdentity(mcp, file, inner.consequent) || isIdentity(mcp, file, inner.alternate);
  const name = endName(inner);
  if (name !== undefined && isAuthName(name)) return true;
  return inner.type !== 'Identifier' && isCredential(mcp, file, inner, 0);
}
