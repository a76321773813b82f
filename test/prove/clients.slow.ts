// Clients before and after their transform, run: the same results with a server of sessions, and with one that knows nothing but the new revision.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer, type McpRequestContext } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { transforms } from '../../transforms/index.js';
import { transformFixtures } from '../support/fixtures.js';

const root = join(import.meta.dirname, '../..');
const clients = transformFixtures(transforms.map(t => t.id)).flatMap(({ name, folder }) => {
  const path = join(folder, 'expect.json');
  const { client } = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { client?: { file: string } }) : {};
  return client ? [{ name, folder, file: client.file }] : [];
});

function greeter({ era }: Pick<McpRequestContext, 'era'>): McpServer {
  const server = new McpServer({ name: 'greeter', version: '1.0.0' }, { capabilities: { resources: { subscribe: true }, ...(era === 'legacy' && { logging: {} }) } });
  server.registerTool('greet', { inputSchema: z.object({ name: z.string() }) }, ({ name }) => ({ content: [{ type: 'text', text: `Hello, ${name}` }] }));
  server.registerResource('letter', 'post://letter', {}, uri => ({ contents: [{ uri: uri.href, text: 'Dear you' }] }));
  if (era === 'legacy') server.server.setRequestHandler('resources/subscribe', () => ({}));
  return server;
}

type Handle = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** Sessions, as before. `seen` are the methods of messages and of HTTP. */
function withSessions(seen: string[]): Handle {
  const transports = new Map<string, NodeStreamableHTTPServerTransport>();
  return async (req, res) => {
    seen.push(req.method ?? '');
    let transport = transports.get(String(req.headers['mcp-session-id']));
    if (!transport) {
      const made = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: id => void transports.set(id, made) });
      await greeter({ era: 'legacy' }).connect(made);
      transport = made;
    }
    await transport.handleRequest(req, res);
  };
}

function onlyModern(): Handle {
  const handler = toNodeHandler(createMcpHandler(greeter, { legacy: 'reject' }));
  return async (req, res) => handler(Object.assign(req, { method: req.method ?? 'GET', url: req.url ?? '/' }), res);
}

async function resultOf(file: string, handle: Handle): Promise<{ readonly code: number | null; readonly out: string; readonly errors: string }> {
  const server = createServer((req, res) => void handle(req, res).catch(() => res.destroy()));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    const child = spawn(process.execPath, ['--import', 'tsx', file, `http://127.0.0.1:${port}/mcp`], { cwd: root });
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const code = await new Promise<number | null>(resolve => child.once('exit', resolve));
    return { code, out, errors };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe.each(clients)('$name', ({ folder, file }) => {
  const before = join(folder, 'before', file);
  const after = join(folder, 'after', file);

  it('does with a server of sessions what it did, and ends its session', { timeout: 60_000 }, async () => {
    const was = await resultOf(before, withSessions([]));
    expect(was.errors).toBe('');
    const seen: string[] = [];
    const now = await resultOf(after, withSessions(seen));
    // What is said of the session that was kept is gone with it.
    expect({ ...JSON.parse(now.out), reuses: true }).toEqual(JSON.parse(was.out));
    expect(now.code).toBe(0);
    expect(seen).toContain('DELETE');
  });

  it('could not speak with a server of the new revision, and can now', { timeout: 60_000 }, async () => {
    const was = await resultOf(before, onlyModern());
    expect(was.code).not.toBe(0);
    const now = await resultOf(after, onlyModern());
    expect(now.errors).toBe('');
    expect(now.code).toBe(0);
    expect(JSON.parse(now.out)).toMatchObject({ content: [{ type: 'text', text: 'Hello, Ada' }], resources: ['post://letter'] });
  });
});
