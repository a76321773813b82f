import { defineCases } from '../../test/cases.js';

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const progress = `await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress: i } });`;

export default defineCases({
  valid: [
    { name: 'a call that looks at its signal', code: `${server}server.registerTool('crawl', {}, async ({ urls }, extra) => { let i = 0; for (const url of urls) { if (extra.signal.aborted) break; await load(url); i++; ${progress} } return { content: [] }; });` },
    { name: 'a signal that is passed on', code: `${server}server.registerTool('crawl', {}, async ({ urls }, extra) => { let i = 0; for (const url of urls) { await fetch(url, { signal: extra.signal }); i++; ${progress} } return { content: [] }; });` },
    { name: 'a short call', code: `${server}server.registerTool('one', {}, async ({ url }, extra) => { const i = 1; ${progress} return { content: [{ type: 'text', text: await load(url) }] }; });` },
    { name: 'a loop without waiting', code: `${server}server.registerTool('sum', {}, async ({ n }) => { let progressToken = 0; for (const x of n) progressToken += x; return { content: [] }; });` },
    { name: 'a loop outside of calls', code: `${server}export async function copy(files, extra) { for (const i of files) { await put(i); ${progress} } }` },
  ],
  invalid: [
    { name: 'step by step', code: `${server}server.registerTool('crawl', {}, async ({ urls }, extra) => { let i = 0; «for» (const url of urls) { await load(url); i++; ${progress} } return { content: [] }; });`, found: ['cancel:loop'] },
    { name: 'until it is done', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nserver.addTool({ name: 'wait', execute: async (args, { reportProgress }) => { let i = 0; «while» (i < 10) { await sleep(1000); await reportProgress({ progress: ++i, total: 10 }); } return 'done'; } });`, found: ['cancel:loop'] },
  ],
});
