import { defineCases } from '../../test/cases.js';

const v2 = `import { McpServer } from '@modelcontextprotocol/server';\nimport { profiles } from './profiles.js';\n`;

export default defineCases({
  valid: [
    { name: 'private', code: `${v2}const server = new McpServer({ name: 'a', version: '1' });\nserver.registerResource('me', 'user://me', { cacheHint: { ttlMs: 1000, cacheScope: 'private' } }, async (uri, ctx) => ({ contents: [{ uri: uri.href, text: profiles.of(ctx.http?.authInfo) }] }));` },
    { name: 'the same for everybody', code: `${v2}const server = new McpServer({ name: 'a', version: '1' });\nserver.registerResource('help', 'help://all', { cacheHint: { ttlMs: 1000, cacheScope: 'public' } }, async uri => ({ contents: [{ uri: uri.href, text: 'help' }] }));` },
    { name: 'one list for all callers', code: `${v2}export function make() { const server = new McpServer({ name: 'a', version: '1' }, { cacheHints: { 'tools/list': { ttlMs: 1000, cacheScope: 'public' } } }); server.registerTool('a', {}, async () => ({ content: [] })); return server; }` },
    { name: 'a list by the settings of the process', code: `${v2}export function make() { const server = new McpServer({ name: 'a', version: '1' }, { cacheHints: { 'tools/list': { ttlMs: 1000, cacheScope: 'public' } } }); if (process.env.ADMIN) server.registerTool('a', {}, async () => ({ content: [] })); return server; }` },
  ],
  invalid: [
    { name: 'a resource of the caller', code: `${v2}const server = new McpServer({ name: 'a', version: '1' });\nserver.registerResource('me', 'user://me', { cacheHint: { ttlMs: 1000, «cacheScope: 'public'» } }, async (uri, ctx) => ({ contents: [{ uri: uri.href, text: profiles.of(ctx.http?.authInfo) }] }));`, found: ['scope:public'] },
    { name: 'tools by what the caller may do', code: `${v2}export function make({ authInfo }: any) { const server = new McpServer({ name: 'a', version: '1' }, { cacheHints: { 'tools/list': { ttlMs: 1000, «cacheScope: 'public'» } } }); if (authInfo?.scopes.includes('admin')) server.registerTool('a', {}, async () => ({ content: [] })); return server; }`, found: ['scope:public'] },
    { name: 'a result that is written out', code: `${v2}export async function read(uri: string, ctx: any) { return { contents: [{ uri, text: profiles.of(ctx.http.authInfo) }], ttlMs: 1000, «cacheScope: 'public'» }; }`, found: ['scope:public'] },
  ],
});
