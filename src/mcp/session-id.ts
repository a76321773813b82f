import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { keyName } from './exports.js';
import { memberName } from './file-index.js';
import { roleOf } from './roles.js';
import type { SdkTypeId } from './sdk-map.js';
import { NOTHING, step, type Known, type SessionIdSource } from './values.js';

// Where session ids come from. Everything else about them is ordinary data flow.

const HEADER = /^(?:http_)?mcp[-_]session[-_]id$|^mcpSessionId$/i;
/** Members of strings that give the string again, or a part of it. */
const STRING_MEMBERS = new Set(['toString', 'trim', 'toLowerCase', 'toUpperCase', 'slice', 'substring', 'replace', 'valueOf', 'split', 'concat']);

export function isSessionHeader(name: string): boolean {
  return HEADER.test(name);
}

/** `headers['mcp-session-id']`, `headers.get('mcp-session-id')`: whatever the receiver, the name says it. */
export function headerSessionId(file: SourceFile, at: TSESTree.Node, name: string): readonly Known[] | undefined {
  return isSessionHeader(name) ? [{ value: { kind: 'session-id', from: 'header' }, because: step(file, at, 'name') }] : undefined;
}

/** The message endpoint of HTTP+SSE takes the session id from the query string. */
export function querySessionId(file: SourceFile, node: TSESTree.MemberExpression, name: string): readonly Known[] | undefined {
  if (name !== 'sessionId' && name !== 'session_id') return undefined;
  if (node.object.type !== 'MemberExpression' || memberName(node.object) !== 'query') return undefined;
  return /SSEServerTransport|handlePostMessage/.test(file.text) ? [{ value: { kind: 'session-id', from: 'query' }, because: step(file, node, 'name') }] : undefined;
}

/** `transport.sessionId`, `extra.sessionId`. */
export function memberSessionId(type: SdkTypeId, name: string): SessionIdSource | undefined {
  if (name !== 'sessionId') return undefined;
  const role = roleOf(type);
  if (role === 'server-transport' || role === 'transport') return 'transport';
  return role === 'context' || role === 'server' ? 'context' : undefined;
}

/** Options of the transports that are called with the id of a session. */
export function isSessionCallback(member: string): boolean {
  return member === 'onsessioninitialized' || member === 'onsessionclosed';
}

const makers = new WeakMap<SourceFile, boolean>();

function makesSessions(file: SourceFile): boolean {
  const known = makers.get(file) ?? file.text.includes('sessionIdGenerator');
  makers.set(file, known);
  return known;
}

export function keepsSessionId(member: string): boolean {
  return STRING_MEMBERS.has(member);
}

/** A text that has a session id in it: a key such as `mcp:session:${id}`. */
export function derivedSessionId(parts: readonly (readonly Known[])[]): readonly Known[] | undefined {
  const ids = parts.flatMap(part => part.filter(k => k.value.kind === 'session-id'));
  return ids.length > 0 ? ids : undefined;
}

/** `const id = randomUUID(); new Transport({ sessionIdGenerator: () => id })`: the variable is the id of the session. */
export function mintedSessionId(file: SourceFile, variable: Variable): readonly Known[] {
  if (!makesSessions(file)) return NOTHING;
  for (const { identifier } of variable.references) {
    const arrow = identifier.parent;
    if (arrow.type !== 'ArrowFunctionExpression' || arrow.body !== identifier) continue;
    if (arrow.parent.type === 'Property' && keyName(arrow.parent.key) === 'sessionIdGenerator')
      return [{ value: { kind: 'session-id', from: 'generator' }, because: step(file, identifier, 'name') }];
  }
  return NOTHING;
}

/** A program that talks to servers by itself, and is none. */
export function isClientByHand({ text }: SourceFile): boolean {
  return /\b(?:_?fetch(?:Impl|Fn|er)?|customFetch|axios\w*(?:\.\w+)?|got|ky|undici\.request|https?\.request)\s*\(/.test(text) && !/\b(?:req|request|ctx|c)\b[?!]?\.(?:headers?|get|req|raw)\b|\bsetHeader\s*\(|createServer|headers\.set\s*\(/.test(text);
}
