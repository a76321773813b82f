import { defineCases } from '../../test/cases.js';

/** A server whose carts are found under the ids that `id` makes. */
function carts(id: string, before = ''): string {
  return `import { randomBytes, randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
${before}const carts = new Map<string, { items: string[] }>();
const server = new McpServer({ name: 'shop', version: '1.0.0' });
server.registerTool('open_cart', {}, async () => {
  const cartId = ${id};
  carts.set(cartId, { items: [] });
  return { content: [{ type: 'text', text: cartId }] };
});
server.registerTool('add_item', { inputSchema: { cartId: z.string(), item: z.string() } }, async ({ cartId, item }) => {
  carts.get(cartId)?.items.push(item);
  return { content: [] };
});
`;
}

export default defineCases({
  valid: [
    { name: 'a random id', code: carts('randomUUID()') },
    { name: 'random bytes with a prefix', code: carts("`cart_${randomBytes(24).toString('base64url')}`") },
    { name: 'the time beside a random id', code: carts('`${Date.now()}-${randomUUID()}`') },
    { name: 'a long id of a library', code: carts('nanoid(32)', "import { nanoid } from 'nanoid';\n") },
    { name: 'a part of a random id that is long enough', code: carts("randomUUID().replaceAll('-', '')") },
    { name: 'an id that the database gives', code: carts('await insertCart()', "import { insertCart } from './db.js';\n") },
    { name: 'a cache', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst pages = new Map<string, string>();\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('read', {}, async ({ url }) => {\n  const known = pages.get(url);\n  if (known) return { content: [] };\n  pages.set(url, await load(url));\n  return { content: [] };\n});` },
    { name: 'a number for a request', code: `import '@modelcontextprotocol/sdk/types.js';\nlet next = 0;\nexport const message = () => ({ jsonrpc: '2.0', id: next++, method: 'tools/list' });` },
  ],
  invalid: [
    { name: 'chance that can be foretold', code: carts('«Math.random().toString(36).slice(2)»'), found: ['handle:carts'] },
    { name: 'the time', code: carts('«`cart-${Date.now()}`»'), found: ['handle:carts'] },
    { name: 'a counter', code: carts('«String(++count)»', 'let count = 0;\n'), found: ['handle:carts'] },
    { name: 'a helper', code: carts('newId()', "const newId = () => «'c' + Math.random().toString(16)»;\n"), found: ['handle:carts'] },
    { name: 'a helper in another file', code: { 'server.ts': carts('newId()', "import { newId } from './ids.js';\n"), 'ids.ts': 'export function newId(): string {\n  return «`${Date.now().toString(36)}`»;\n}\n' }, found: ['handle:carts'] },
    { name: 'a random id that is cut short', code: carts('«randomUUID().slice(0, 8)»'), found: ['handle:carts'] },
    { name: 'too few characters', code: carts('«nanoid(8)»', "import { nanoid } from 'nanoid';\n"), found: ['handle:carts'] },
  ],
});
