import { defineCases } from '../../test/cases.js';

const v1 = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\n`;
const v2 = `import { Client } from '@modelcontextprotocol/client';\n`;

export default defineCases({
  valid: [
    { name: 'a list when it is needed', code: `${v1}export const tools = async () => (await client.listTools()).tools;\nsetInterval(() => sweep(), 1000);` },
    { name: 'a health check', code: `${v1}setInterval(() => client.callTool({ name: 'status' }), 1000);` },
    { name: 'a list of something else', code: `import '@modelcontextprotocol/sdk/types.js';\nsetInterval(() => drive.listTools(), 1000);` },
    { name: 'a store of its own', code: `${v2}new Client({ name: 'a', version: '1' }, { responseCacheStore: new InMemoryResponseCacheStore() });` },
    { name: 'a partition for each user', code: `${v2}new Client({ name: 'a', version: '1' }, { responseCacheStore: store, cachePartition: user.id });` },
  ],
  invalid: [
    { name: 'a timer', code: `${v1}let tools = [];\n«setInterval»(async () => { tools = (await client.listTools()).tools; }, 10_000);`, found: ['cache:polling'] },
    { name: 'a function that the timer calls', code: `${v1}async function refresh() { cache.prompts = await client.listPrompts(); }\nconst timer = «setInterval»(refresh, 60_000);`, found: ['cache:polling'] },
    { name: 'one store for all users', code: `${v2}export const clientOf = user => new Client({ name: 'a', version: '1' }, { responseCacheStore: «store» });`, found: ['cache:shared'] },
  ],
});
