import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../../mcp/exports.js';
import type { SourceFile } from '../../parse/source.js';

/** Where v2 has what v1 had at the top of the context. */
export interface ContextPlace {
  /** As read from a context. */
  readonly path: string;
  readonly group: 'mcpReq' | 'http';
  readonly member: string;
}

const PLACES: Readonly<Record<string, ContextPlace>> = {
  signal: { path: 'mcpReq.signal', group: 'mcpReq', member: 'signal' },
  requestId: { path: 'mcpReq.id', group: 'mcpReq', member: 'id' },
  _meta: { path: 'mcpReq._meta', group: 'mcpReq', member: '_meta' },
  sendRequest: { path: 'mcpReq.send', group: 'mcpReq', member: 'send' },
  sendNotification: { path: 'mcpReq.notify', group: 'mcpReq', member: 'notify' },
  authInfo: { path: 'http?.authInfo', group: 'http', member: 'authInfo' },
  requestInfo: { path: 'http?.req', group: 'http', member: 'req' },
  closeSSEStream: { path: 'http?.closeSSE', group: 'http', member: 'closeSSE' },
  closeStandaloneSSEStream: { path: 'http?.closeStandaloneSSE', group: 'http', member: 'closeStandaloneSSE' },
};

export const CONTEXT_WORDS = new RegExp(`\\b(?:${Object.keys(PLACES).join('|')})\\b`);

export function placeOf(name: string): ContextPlace | undefined {
  return Object.hasOwn(PLACES, name) ? PLACES[name] : undefined;
}

/** A member that only the context of the second major has. */
export function isGroup(name: string | undefined): boolean {
  return name === 'mcpReq' || name === 'http';
}

/** The pattern with what moved nested: `{ signal, authInfo: auth }` is `{ mcpReq: { signal }, http: { authInfo: auth } = {} }`. */
export function nestedPattern(file: SourceFile, pattern: TSESTree.ObjectPattern): string | undefined {
  const groups = new Map<string, string[]>();
  const order: string[] = [];
  for (const entry of pattern.properties) {
    // The rest of a context is another rest now.
    if (entry.type === 'RestElement') return undefined;
    const place = placeOf(keyName(entry.key) ?? '');
    if (!place) {
      order.push(file.text.slice(...entry.range));
      continue;
    }
    const value = file.text.slice(...entry.value.range);
    const text = value === place.member || value.startsWith(`${place.member} =`) ? value : `${place.member}: ${value}`;
    const group = groups.get(place.group);
    if (group) group.push(text);
    else {
      groups.set(place.group, [text]);
      order.push(`@${place.group}`);
    }
  }
  const parts = order.map(part => (part.startsWith('@') ? groupText(part.slice(1), groups.get(part.slice(1)) ?? []) : part));
  return `{ ${parts.join(', ')} }`;
}

function groupText(group: string, members: readonly string[]): string {
  return `${group}: { ${members.join(', ')} }${group === 'http' ? ' = {}' : ''}`;
}

/** One member of something that is shaped like a context, with the text that it has at its new place. */
export interface ShapedMember {
  readonly group: 'mcpReq' | 'http' | undefined;
  readonly text: string;
}

export interface ShapedGroup {
  readonly group: 'mcpReq' | 'http';
  readonly members: readonly string[];
}

/** Members in the order in which they stood, those of a group together where its first one stood. */
export function grouped(members: readonly ShapedMember[]): readonly (ShapedMember | ShapedGroup)[] {
  const seen = new Set<string>();
  return members.flatMap((member): readonly (ShapedMember | ShapedGroup)[] => {
    if (member.group === undefined) return [member];
    if (seen.has(member.group)) return [];
    seen.add(member.group);
    return [{ group: member.group, members: members.filter(m => m.group === member.group).map(m => m.text) }];
  });
}
