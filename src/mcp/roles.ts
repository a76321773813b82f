import { sdk } from './sdk.js';
import type { SdkTypeId } from './sdk-map.js';

/** What an SDK object is for. */
export type Role = 'server' | 'client' | 'context' | 'server-transport' | 'client-transport' | 'transport' | 'protocol' | 'other';

const SERVERS = ['sdk#Server', 'sdk#McpServer', 'server#Server', 'server#McpServer', 'fastmcp#FastMCPSession'];
const CLIENTS = ['sdk#Client', 'client#Client'];
const CONTEXTS = ['sdk#RequestHandlerExtra', 'server#ServerContext', 'server#BaseContext', 'server#ServerContext.mcpReq', 'server#BaseContext.mcpReq', 'fastmcp#Context', 'sdk#CreateTaskRequestHandlerExtra', 'sdk#TaskRequestHandlerExtra'];

export function roleOf(type: SdkTypeId): Role {
  const types = sdk();
  if (SERVERS.some(base => types.extends(type, base))) return 'server';
  if (CLIENTS.some(base => types.extends(type, base))) return 'client';
  if (CONTEXTS.some(base => types.extends(type, base))) return 'context';
  const name = type.slice(type.indexOf('#') + 1);
  if (/ServerTransport$|^(?:hono-mcp|agents)#/.test(name)) return 'server-transport';
  if (/ClientTransport$/.test(name)) return 'client-transport';
  if (name === 'StreamableHTTPTransport' || name === 'SSETransport' || name === 'WorkerTransport') return 'server-transport';
  if (name === 'Transport' || name === 'InMemoryTransport') return 'transport';
  return name === 'Protocol' ? 'protocol' : 'other';
}

/** Servers, and what could be one because it was only typed as `Protocol`. */
export function isServerSide(type: SdkTypeId): boolean {
  const role = roleOf(type);
  return role === 'server' || role === 'protocol';
}
