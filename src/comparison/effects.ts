import type { WireChange, WireKind } from './comparison.js';

interface Effect {
  readonly kind: WireKind;
  /** Matched against the name. */
  readonly name?: RegExp;
  readonly change: WireChange['change'];
  readonly modern: string;
  readonly older: string;
}

const SAME = 'As for modern clients.';
const NEVER_USED = 'Nothing: they never use it.';

/** What a change means for clients of the revision and of earlier ones. The first that fits is told. */
const EFFECTS: readonly Effect[] = [
  { kind: 'entry', name: /^createMcpHandler$/, change: 'added', modern: 'They are answered: each request by itself, by any process.', older: 'They are answered without sessions, unless the handler was told to refuse them.' },
  { kind: 'entry', name: /^serveStdio$/, change: 'added', modern: 'They are answered over stdio.', older: 'They are answered over stdio, with the handshake.' },
  { kind: 'entry', name: /with sessions$/, change: 'removed', modern: 'They could not use it.', older: 'They get no session id; each request stands alone.' },
  { kind: 'entry', name: /with sessions$/, change: 'added', modern: 'They cannot use it.', older: 'They get a session, which one process keeps.' },
  { kind: 'entry', name: /^SSE/, change: 'removed', modern: 'They could not use it.', older: 'Clients of HTTP with SSE (2024-11-05) find no endpoint any more.' },
  { kind: 'entry', change: 'removed', modern: 'They could not use it unless something else answers them.', older: 'They need the other entry that this project has.' },
  { kind: 'entry', change: 'added', modern: 'They can connect there if it speaks the revision.', older: 'They can connect there.' },
  { kind: 'tool', change: 'added', modern: 'tools/list names it, and they can call it.', older: SAME },
  { kind: 'tool', change: 'removed', modern: 'Calls of it fail.', older: SAME },
  { kind: 'argument', change: 'added', modern: 'Calls have to give it, if it is required; otherwise they may.', older: SAME },
  { kind: 'argument', change: 'removed', modern: 'It has no effect any more, or is refused.', older: SAME },
  { kind: 'argument', change: 'changed', modern: 'Calls that were right may be refused now, or the other way round.', older: SAME },
  { kind: 'prompt', change: 'added', modern: 'prompts/list names it.', older: SAME },
  { kind: 'prompt', change: 'removed', modern: 'Requests for it fail.', older: SAME },
  { kind: 'resource', change: 'added', modern: 'resources/list names it.', older: SAME },
  { kind: 'resource', change: 'removed', modern: 'Reads of it fail.', older: SAME },
  { kind: 'header', name: /^mcp-session-id$/, change: 'removed', modern: NEVER_USED, older: 'The server neither gives out nor reads a session id.' },
  { kind: 'header', name: /^mcp-session-id$/, change: 'added', modern: 'They ignore it and never send it.', older: 'The server gives out or reads a session id.' },
  { kind: 'header', name: /^last-event-id$/, change: 'removed', modern: NEVER_USED, older: 'Broken streams are not resumed.' },
  { kind: 'header', name: /^mcp-(?:method|name|param-)/, change: 'added', modern: 'They send it with each request; a proxy can route by it.', older: 'They do not send it.' },
  { kind: 'header', change: 'added', modern: 'The server reads or sends it.', older: 'They may not know it.' },
  { kind: 'header', change: 'removed', modern: 'The code does not name it any more; the SDK may still handle it.', older: SAME },
  { kind: 'route', name: /^(?:GET|DELETE) \S*mcp/, change: 'removed', modern: 'Nothing: they use POST only.', older: 'No stream to listen on (GET), no way to end a session (DELETE): both are refused.' },
  { kind: 'route', change: 'added', modern: 'There is one more address.', older: SAME },
  { kind: 'route', change: 'removed', modern: 'The address answers with an error, unless another route covers it.', older: SAME },
  { kind: 'method', name: /^initialize$|^notifications\/initialized$/, change: 'removed', modern: NEVER_USED, older: 'Only the SDK answers the handshake.' },
  { kind: 'method', name: /^logging\/setLevel$|^resources\/(?:un)?subscribe$|^ping$/, change: 'removed', modern: 'Nothing: the revision does not have it.', older: 'The request is refused as unknown.' },
  { kind: 'method', change: 'added', modern: 'The server answers it.', older: 'The server answers it, if they know it.' },
  { kind: 'method', change: 'removed', modern: 'The request is refused as unknown, unless the SDK answers it.', older: SAME },
  { kind: 'sends', name: /^input_required$/, change: 'added', modern: 'A call can come back with questions; the client answers them by calling again.', older: 'The SDK asks them by requests of its own while the call is open, where it serves them.' },
  { kind: 'sends', name: /^input_required$/, change: 'removed', modern: 'No call comes back with questions any more.', older: SAME },
  { kind: 'sends', name: /^(?:sampling|elicitation|roots)\//, change: 'removed', modern: 'Nothing: such a request could not reach them.', older: 'The server asks them no more in this way.' },
  { kind: 'sends', name: /^(?:sampling|elicitation|roots)\//, change: 'added', modern: 'It cannot reach them.', older: 'The server asks them.' },
  { kind: 'sends', name: /^notifications\/message$/, change: 'removed', modern: 'They get no log messages.', older: SAME },
  { kind: 'sends', change: 'removed', modern: 'They are not told this any more.', older: SAME },
  { kind: 'sends', change: 'added', modern: 'They get it while a request of theirs is open, or through subscriptions/listen.', older: 'They get it.' },
  { kind: 'capability', change: 'removed', modern: 'server/discover does not announce it.', older: 'The handshake does not announce it.' },
  { kind: 'capability', change: 'added', modern: 'server/discover announces it.', older: 'The handshake announces it.' },
  { kind: 'status', change: 'added', modern: 'The code answers with this status somewhere.', older: SAME },
  { kind: 'status', change: 'removed', modern: 'The code itself does not answer with this status any more; the SDK may.', older: SAME },
  { kind: 'code', change: 'added', modern: 'They can get this error code.', older: SAME },
  { kind: 'code', change: 'removed', modern: 'The code itself does not give this error any more; the SDK may.', older: SAME },
];

export function effectOf(kind: WireKind, name: string, change: WireChange['change']): { readonly modern: string; readonly older: string } {
  const found = EFFECTS.find(e => e.kind === kind && e.change === change && (e.name?.test(name) ?? true));
  return found ? { modern: found.modern, older: found.older === SAME ? found.modern : found.older } : { modern: 'It is described differently.', older: 'It is described differently.' };
}
