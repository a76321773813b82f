import { defineCases } from '../../test/cases.js';

const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'compared with undefined', code: `${client}let cursor: string | undefined;\ndo { const page = await client.listTools({ cursor }); cursor = page.nextCursor; } while (cursor !== undefined);` },
    { name: 'compared with null, which has both', code: `${client}const page = await client.listTools();\nif (page.nextCursor != null) more(page.nextCursor);` },
    { name: 'a cursor of a database', code: `${client}import { db } from './db.js';\nlet cursor = (await db.scan()).nextCursor;\nwhile (cursor) cursor = (await db.scan(cursor)).nextCursor;` },
    { name: 'an API of another kind', code: `${client}const page = await fetch('/items').then(r => r.json());\nif (page.nextCursor) await load(page.nextCursor);` },
    { name: 'passed on', code: `${client}const page = await client.listResources({ cursor: previous });\nsend({ items: page.resources, nextCursor: page.nextCursor });` },
    { name: 'a fallback that keeps it', code: `${client}const page = await client.listPrompts();\nconst next = page.nextCursor ?? null;` },
  ],
  invalid: [
    { name: 'the usual loop', code: `${client}let cursor: string | undefined;\ndo { const page = await client.listTools({ cursor }); cursor = page.nextCursor; } while («cursor»);`, found: ['cursor:truthy'] },
    { name: 'a loop that ends itself', code: `${client}let cursor: string | undefined;\nfor (;;) { const page = await client.listResources({ cursor }); if (!«page.nextCursor») break; cursor = page.nextCursor; }`, found: ['cursor:truthy'] },
    { name: 'taken apart', code: `${client}const { tools, nextCursor } = await client.listTools();\nif («nextCursor») console.error('there are more');`, found: ['cursor:truthy'] },
    { name: 'a variable that is assigned in turns', code: `${client}let page = await client.listPrompts();\nwhile («page.nextCursor») page = await client.listPrompts({ cursor: page.nextCursor });`, found: ['cursor:truthy'] },
    { name: 'a helper with a client', code: `import type { Client } from '@modelcontextprotocol/sdk/client/index.js';\nexport async function hasMore(client: Client) { const { nextCursor } = await client.listTools(); return «nextCursor» ? true : false; }`, found: ['cursor:truthy'] },
    { name: 'an empty one made into none', code: `${client}const page = await client.listResourceTemplates();\nconst next = «page.nextCursor» || undefined;`, found: ['cursor:truthy'] },
    { name: 'the second SDK line', code: `import { Client } from '@modelcontextprotocol/client';\nconst client = new Client({ name: 'a', version: '1' });\nconst page = await client.listTools();\nif («page.nextCursor») await next(page.nextCursor);`, found: ['cursor:truthy'] },
  ],
});
