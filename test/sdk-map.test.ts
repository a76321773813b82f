import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildSdkMap } from '../scripts/sdk-map.js';
import { sdk } from '../src/mcp/sdk.js';

// The packages are pinned, so this changes with a deliberate step only: `npm run variants` takes ten seconds for it.
it.runIf(process.env['ALL_VARIANTS'] !== undefined)('is what the pinned SDK packages give', async () => {
  const stored = readFileSync(new URL('../src/mcp/sdk-map.json', import.meta.url), 'utf8');
  const built = await buildSdkMap();
  // Compared by lines first: a difference of a whole map is no picture for anybody.
  expect(built.split('\n').filter(line => !stored.includes(line)).slice(0, 5)).toEqual([]);
  expect(built === stored, 'run npm run sdk-map').toBe(true);
}, 120_000);

it('knows members, what they return and what they are called back with, also inherited', () => {
  expect(sdk().member('sdk#McpServer', 'server')).toEqual({ is: ['sdk#Server'] });
  expect(sdk().member('sdk#Server', 'createMessage')).toMatchObject({ method: true });
  expect(sdk().member('sdk#Server', 'close'), 'declared by Protocol').toMatchObject({ method: true });
  expect(sdk().member('sdk#McpServer', 'toString')).toBeUndefined();
  expect(sdk().member('sdk#McpServer', 'constructor')).toBeUndefined();
});

it('takes all specifiers of a module for the same', () => {
  const names = ['@modelcontextprotocol/sdk/server/mcp.js', '@modelcontextprotocol/sdk/server/mcp', '@modelcontextprotocol/sdk/dist/esm/server/mcp.js', '@modelcontextprotocol/sdk/dist/cjs/server/mcp.js', 'npm:@modelcontextprotocol/sdk@1.20.0/server/mcp.js', 'https://esm.sh/@modelcontextprotocol/sdk@1.20.0/server/mcp.js'];
  for (const name of names) expect(sdk().export(name, 'McpServer'), name).toMatchObject({ id: 'sdk#McpServer', what: 'class' });
  for (const name of ['./server/mcp.js', '@modelcontextprotocol-evil/sdk/server/mcp.js', 'modelcontextprotocol', 'node:fs']) expect(sdk().export(name, 'McpServer'), name).toBeUndefined();
});
