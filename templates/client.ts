import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY } from '@modelcontextprotocol/server';
import type { ClientCapabilities, Implementation, ServerContext } from '@modelcontextprotocol/server';

interface Handshake {
  getClientCapabilities(): ClientCapabilities | undefined;
  getClientVersion(): Implementation | undefined;
}

/** What the client of this request can do. Clients of older revisions said it once, in the handshake. */
export function clientCapabilities(server: Handshake | undefined, ctx: ServerContext): ClientCapabilities | undefined {
  const envelope = ctx.mcpReq.envelope as Record<string, unknown> | undefined;
  const said = envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
  return said ?? server?.getClientCapabilities();
}

/** Name and version of the client of this request. Clients of older revisions said it once, in the handshake. */
export function clientInfo(server: Handshake | undefined, ctx: ServerContext): Implementation | undefined {
  const envelope = ctx.mcpReq.envelope as Record<string, unknown> | undefined;
  const said = envelope?.[CLIENT_INFO_META_KEY] as Implementation | undefined;
  return said ?? server?.getClientVersion();
}
