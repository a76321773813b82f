/** A server of 40 files, for measuring: tools that are registered from files of their own, sessions over HTTP, stores, helpers. */
export function serverFiles(): Readonly<Record<string, string>> {
  const tools = Array.from({ length: 24 }, (_, i) => i);
  const stores = Array.from({ length: 7 }, (_, i) => i);
  const helpers = Array.from({ length: 6 }, (_, i) => i);
  return {
    'package.json': JSON.stringify({ name: 'forty-files', private: true, type: 'module', dependencies: { '@modelcontextprotocol/sdk': '^1.20.0', express: '^5.0.0' } }),
    'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext', target: 'es2022' }, include: ['src'] }),
    'src/server.ts': serverText(tools),
    'src/http.ts': HTTP,
    'src/main.ts': `import { listen } from './http.js';\n\nconst port = Number(process.env.PORT ?? 3000);\nlisten(port);\nconsole.error(\`listening on \${port}\`);\n`,
    ...Object.fromEntries(tools.map(i => [`src/tools/tool-${i}.ts`, toolText(i, stores.length, helpers.length)])),
    ...Object.fromEntries(stores.map(i => [`src/stores/store-${i}.ts`, storeText(i)])),
    ...Object.fromEntries(helpers.map(i => [`src/lib/helper-${i}.ts`, helperText(i)])),
  };
}

function serverText(tools: readonly number[]): string {
  return `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
${tools.map(i => `import { registerTool${i} } from './tools/tool-${i}.js';`).join('\n')}

/** The server with all its tools. */
export function createServer(): McpServer {
  const server = new McpServer({ name: 'forty-files', version: '1.0.0' }, { capabilities: { logging: {}, tools: { listChanged: true } } });
${tools.map(i => `  registerTool${i}(server);`).join('\n')}
  server.registerResource('notes', 'notes://all', { mimeType: 'text/plain' }, async uri => ({ contents: [{ uri: uri.href, text: 'none' }] }));
  return server;
}
`;
}

const HTTP = `import { randomUUID } from 'node:crypto';
import express, { type Request, type Response } from 'express';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { createServer } from './server.js';

const transports = new Map<string, StreamableHTTPServerTransport>();

export function listen(port: number): void {
  const app = express();
  app.use(express.json());
  app.post('/mcp', async (req: Request, res: Response) => {
    const id = req.headers['mcp-session-id'];
    let transport = typeof id === 'string' ? transports.get(id) : undefined;
    if (!transport) {
      if (!isInitializeRequest(req.body)) {
        res.status(400).json({ jsonrpc: '2.0', error: { code: -32000, message: 'No session' }, id: null });
        return;
      }
      const made = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: sid => void transports.set(sid, made) });
      made.onclose = () => { if (made.sessionId) transports.delete(made.sessionId); };
      await createServer().connect(made);
      transport = made;
    }
    await transport.handleRequest(req, res, req.body);
  });
  app.get('/mcp', async (req, res) => {
    const transport = transports.get(String(req.headers['mcp-session-id']));
    if (!transport) res.status(400).send('Unknown session');
    else await transport.handleRequest(req, res);
  });
  app.listen(port);
}
`;

function toolText(i: number, stores: number, helpers: number): string {
  const asking = i % 8 === 0 ? `\n    const answer = await server.server.elicitInput({ message: 'Which one?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } });\n    if (answer.action !== 'accept') return { content: [{ type: 'text', text: 'Cancelled.' }] };` : '';
  const logging = i % 5 === 0 ? `\n    await server.sendLoggingMessage({ level: 'info', data: \`tool ${i} ran for \${input.name}\` });` : '';
  return `import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { store${i % stores}, type Entry${i % stores} } from '../stores/store-${i % stores}.js';
import { format${i % helpers}, clamp${i % helpers} } from '../lib/helper-${i % helpers}.js';

export interface Tool${i}Result {
  readonly entries: readonly Entry${i % stores}[];
  readonly total: number;
  readonly took: number;
}

const input${i} = {
  name: z.string().min(1).describe('Name of the thing'),
  limit: z.number().int().min(1).max(100).optional(),
  order: z.enum(['newest', 'oldest', 'name']).default('name'),
};

/** Looks things up, in the order that is asked for. */
async function run${i}(name: string, limit: number, order: 'newest' | 'oldest' | 'name'): Promise<Tool${i}Result> {
  const started = Date.now();
  const all = await store${i % stores}.search(name);
  const sorted = [...all].sort((a, b) => {
    switch (order) {
      case 'newest':
        return b.changed - a.changed;
      case 'oldest':
        return a.changed - b.changed;
      case 'name':
        return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
    }
  });
  const entries = sorted.slice(0, clamp${i % helpers}(limit, 1, 100));
  for (const entry of entries) {
    if (entry.tags.length === 0) continue;
    entry.tags.sort();
    if (entry.tags.includes('hidden') && entry.name.startsWith('_')) entry.tags.push('internal');
  }
  return { entries, total: all.length, took: Date.now() - started };
}

export function registerTool${i}(server: McpServer): void {
  server.registerTool('tool_${i}', { title: 'Tool ${i}', description: 'Finds things of kind ${i}.', inputSchema: input${i} }, async (input, extra) => {${asking}${logging}
    if (extra.signal.aborted) return { content: [{ type: 'text', text: 'Stopped.' }], isError: true };
    const result = await run${i}(input.name, input.limit ?? 20, input.order);
    const lines = result.entries.map((entry, index) => \`\${index + 1}. \${format${i % helpers}(entry.name)} (\${entry.tags.join(', ')})\`);
    return { content: [{ type: 'text', text: [\`\${result.total} found in \${result.took} ms\`, ...lines].join('\\n') }] };
  });
}
`;
}

function storeText(i: number): string {
  return `import { readFile, writeFile } from 'node:fs/promises';

export interface Entry${i} {
  readonly id: string;
  name: string;
  changed: number;
  tags: string[];
}

/** Keeps entries of kind ${i} in a file, and the last ones in memory. */
class Store${i} {
  private readonly recent = new Map<string, Entry${i}>();
  private loaded: Promise<Entry${i}[]> | undefined;

  constructor(private readonly path: string) {}

  async search(name: string): Promise<Entry${i}[]> {
    const wanted = name.toLowerCase();
    const all = await this.all();
    return all.filter(entry => entry.name.toLowerCase().includes(wanted));
  }

  async add(entry: Entry${i}): Promise<void> {
    const all = await this.all();
    all.push(entry);
    this.recent.set(entry.id, entry);
    if (this.recent.size > 50) {
      const [first] = this.recent.keys();
      if (first !== undefined) this.recent.delete(first);
    }
    await writeFile(this.path, JSON.stringify(all, null, 2));
  }

  async remove(id: string): Promise<boolean> {
    const all = await this.all();
    const index = all.findIndex(entry => entry.id === id);
    if (index === -1) return false;
    all.splice(index, 1);
    this.recent.delete(id);
    await writeFile(this.path, JSON.stringify(all, null, 2));
    return true;
  }

  private all(): Promise<Entry${i}[]> {
    return (this.loaded ??= readFile(this.path, 'utf8').then(text => JSON.parse(text) as Entry${i}[], () => []));
  }
}

export const store${i} = new Store${i}(process.env.STORE_${i} ?? 'store-${i}.json');
`;
}

function helperText(i: number): string {
  return `const WORDS = /[\\p{L}\\p{N}]+/gu;

export function format${i}(text: string): string {
  const words = text.match(WORDS) ?? [];
  return words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

export function clamp${i}(value: number, low: number, high: number): number {
  if (Number.isNaN(value)) return low;
  return Math.min(Math.max(value, low), high);
}

export function grouped${i}<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
`;
}
