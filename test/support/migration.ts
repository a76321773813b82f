// A small server before and after somebody migrated a part of it.
export const BEFORE: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'trips', type: 'module', dependencies: { '@modelcontextprotocol/sdk': '^1.20.0', express: '^5.0.0' } }),
  '.github/CODEOWNERS': '* @org/everybody\n/src/http.ts @org/platform\n/src/tools/ @ann bob@example.org\n',
  'src/http.ts': `import { randomUUID } from 'node:crypto';
import express from 'express';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { createServer } from './server.js';

const transports = new Map<string, StreamableHTTPServerTransport>();
const app = express();
app.post('/mcp', async (req, res) => {
  const id = req.headers['mcp-session-id'] as string | undefined;
  let transport = id ? transports.get(id) : undefined;
  if (!transport) {
    if (!isInitializeRequest(req.body)) {
      res.status(400).end();
      return;
    }
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: session => {
        transports.set(session, transport!);
      },
    });
    await createServer().connect(transport);
  }
  await transport.handleRequest(req, res, req.body);
});
app.delete('/mcp', async (req, res) => transports.get(String(req.headers['mcp-session-id']))?.handleRequest(req, res));
app.listen(Number(process.env.PORT ?? 3000));
`,
  'src/server.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { registerCart } from './tools/cart.js';

export function createServer() {
  const server = new McpServer({ name: 'trips', version: '1.0.0' }, { capabilities: { logging: {} } });
  registerCart(server);
  server.sendLoggingMessage({ level: 'info', data: 'ready' });
  return server;
}
`,
  'src/tools/cart.ts': `import { z } from 'zod';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

const carts = new Map<string, string[]>();
export function registerCart(server: McpServer) {
  server.registerTool('add_item', { inputSchema: { item: z.string() } }, async ({ item }, extra) => {
    const cart = carts.get(extra.sessionId!) ?? [];
    carts.set(extra.sessionId!, [...cart, item]);
    return { content: [{ type: 'text', text: 'added' }] };
  });
  server.registerTool('list_items', { inputSchema: {} }, async (args, extra) => ({ content: [{ type: 'text', text: String(carts.get(extra.sessionId!)) }] }));
}
`,
};

export const AFTER: Readonly<Record<string, string | null>> = {
  'package.json': JSON.stringify({ name: 'trips', type: 'module', dependencies: { '@modelcontextprotocol/server': '^2.4.0', '@modelcontextprotocol/node': '^2.1.0', express: '^5.1.0' } }),
  'src/http.ts': `import express from 'express';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createServer } from './server.js';

const handler = toNodeHandler(createMcpHandler(createServer));
const app = express();
app.post('/mcp', (req, res) => handler(req, res, req.body));
app.listen(Number(process.env.PORT ?? 3000), process.env.HOST_NAME);
`,
  'src/server.ts': `import { McpServer } from '@modelcontextprotocol/server';
import { registerCart } from './tools/basket.js';

// The log stays for now.
export function createServer() {
  const server = new McpServer({ name: 'trips', version: '2.0.0' }, { capabilities: { logging: {} } });
  registerCart(server);
  server.server.sendLoggingMessage({ level: 'info', data: 'ready' });
  return server;
}
`,
  'src/tools/cart.ts': null,
  'src/tools/basket.ts': `import { z } from 'zod';
import type { McpServer } from '@modelcontextprotocol/server';

const carts = new Map<string, string[]>();
export function registerCart(server: McpServer) {
  server.registerTool('create_cart', { inputSchema: z.object({}) }, async () => {
    const id = crypto.randomUUID();
    carts.set(id, []);
    return { content: [{ type: 'text', text: id }] };
  });
  server.registerTool('add_item', { inputSchema: z.object({ cart_id: z.string(), item: z.string(), note: z.string().optional() }) }, async ({ cart_id, item }) => {
    const cart = carts.get(cart_id) ?? [];
    carts.set(cart_id, [...cart, item]);
    return { content: [{ type: 'text', text: 'added' }] };
  });
  server.registerTool('list_items', { inputSchema: z.object({ cart_id: z.string() }) }, async ({ cart_id }) => ({ content: [{ type: 'text', text: String(carts.get(cart_id)) }] }));
}
`,
};
