import { defineCases } from '../../test/cases.js';

const v2 = `import { McpServer } from '@modelcontextprotocol/server';\nimport * as z from 'zod';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'a text', code: `${v2}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } } };` },
    { name: 'deeper, in an object', code: `${v2}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { at: { type: 'object', properties: { zone: { type: 'string', 'x-mcp-header': 'Zone' } } } } } };` },
    { name: 'a whole number of zod', code: `${v2}server.registerTool('a', { inputSchema: z.object({ shard: z.number().int().meta({ 'x-mcp-header': 'Shard' }) }) }, async () => ({ content: [] }));` },
    { name: 'the number of tokens', code: `${v2}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { token_count: { type: 'integer', 'x-mcp-header': 'Tokens' } } } };` },
    { name: 'two tools with the same header', code: `${v2}export const tools = [{ name: 'a', inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } } }, { name: 'b', inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } } }];` },
    { name: 'a header of a request', code: `${v2}export const headers = { 'x-mcp-header': 'Order Amount' };` },
  ],
  invalid: [
    { name: 'a number that need not be whole', code: `${v2}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { amount: { type: 'number', «'x-mcp-header': 'Amount'» } } } };`, found: ['header:invalid'] },
    { name: 'a name with a space', code: `${v2}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { region: { type: 'string', «'x-mcp-header': 'The Region'» } } } };`, found: ['header:invalid'] },
    { name: 'entries of a list', code: `${v2}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { regions: { type: 'array', items: { type: 'string', «'x-mcp-header': 'Region'» } } } } };`, found: ['header:invalid'] },
    { name: 'the same name twice', code: `${v2}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { from: { type: 'string', 'x-mcp-header': 'Region' }, to: { type: 'string', «'x-mcp-header': 'region'» } } } };`, found: ['header:invalid'] },
    { name: 'a list of zod', code: `${v2}server.registerTool('a', { inputSchema: z.object({ ids: z.array(z.string()).meta({ «'x-mcp-header': 'Ids'» }) }) }, async () => ({ content: [] }));`, found: ['header:invalid'] },
    { name: 'a secret', code: `${v2}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { apiKey: { type: 'string', «'x-mcp-header': 'Key'» } } } };`, found: ['header:sensitive'] },
    { name: 'a secret of zod', code: `${v2}server.registerTool('a', { inputSchema: z.object({ access_token: z.string().meta({ «'x-mcp-header': 'Token'» }) }) }, async () => ({ content: [] }));`, found: ['header:sensitive'] },
  ],
});
