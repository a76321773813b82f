import { defineCases } from '../../test/cases.js';

const v1 = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { notes } from './notes.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const low = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { ReadResourceRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nimport { notes } from './notes.js';\nconst server = new Server({ name: 'a', version: '1' }, {});\n`;

export default defineCases({
  valid: [
    { name: 'an error', code: `${v1}server.registerResource('n', 'note://{id}', {}, async uri => { const note = notes.get(uri.href); if (!note) throw new Error('no such note'); return { contents: [{ uri: uri.href, text: note }] }; });` },
    { name: 'a folder that may be empty', code: `${v1}server.registerResource('n', 'note://all', {}, async uri => ({ contents: notes.all().map(text => ({ uri: uri.href, text })) }));` },
    { name: 'a tool', code: `${v1}server.registerTool('n', {}, async () => ({ content: [], contents: [] }));` },
    { name: 'a file system of one’s own', code: `${v1}export const folder = { name: 'a', contents: [] };` },
    { name: 'a list that is filled', code: `${low}server.setRequestHandler(ReadResourceRequestSchema, async r => { const contents = []; contents.push({ uri: r.params.uri, text: notes.get(r.params.uri) }); return { contents }; });` },
  ],
  invalid: [
    { name: 'after a lookup that failed', code: `${v1}server.registerResource('n', 'note://{id}', {}, async uri => { const note = notes.get(uri.href); if (!note) return { contents: «[]» }; return { contents: [{ uri: uri.href, text: note }] }; });`, found: ['contents:empty'] },
    { name: 'a choice', code: `${v1}server.resource('n', 'note://{id}', async uri => { const note = notes.get(uri.href); return { contents: note ? [{ uri: uri.href, text: note }] : «[]» }; });`, found: ['contents:empty'] },
    { name: 'a low-level server', code: `${low}server.setRequestHandler(ReadResourceRequestSchema, async r => { try { return { contents: [{ uri: r.params.uri, text: notes.get(r.params.uri) }] }; } catch { return { contents: «[]» }; } });`, found: ['contents:empty'] },
    { name: 'the second SDK line', code: `import { McpServer } from '@modelcontextprotocol/server';\nimport { notes } from './notes.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerResource('n', 'note://a', {}, async uri => ({ contents: notes.read(uri) ?? «[]» }));`, found: ['contents:empty'] },
  ],
});
