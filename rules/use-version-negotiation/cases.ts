import { defineCases } from '../../test/cases.js';

const v2 = `import { Client } from '@modelcontextprotocol/client';\n`;
const v1 = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\n`;
const mcp = `import '@modelcontextprotocol/sdk/types.js';\n`;
const MODERN = ['2026', '07', '28'].join('-');

export default defineCases({
  valid: [
    { name: 'a dispatcher that tells older clients', code: `export function answer(m) { if (m.method === 'server/discover') return discover(); if (m.method === 'initialize') return refuse(m.id, -32022, { supported: VERSIONS }); }\nexport const probe = { jsonrpc: '2.0', id: 1, method: 'server/discover' };` },
    { name: 'a client that negotiates', code: `${v2}const client = new Client({ name: 'a', version: '1' }, { versionNegotiation: { mode: 'auto' } });` },
    { name: 'options that come from elsewhere', code: `${v2}export const make = (options: Options) => new Client({ name: 'a', version: '1' }, { ...options });` },
    { name: 'a client of something else', code: `${mcp}import { Client } from 'pg';\nnew Client({ host: 'a' });` },
    { name: 'dates that are no revisions', code: `${mcp}const released = '2025-06-18';\nif (post.date === '2025-06-19') show(post);\nconst changelog = { date: '2025-11-25', text: 'x' };` },
    { name: 'the new revision', code: `${mcp}const headers = { 'mcp-protocol-version': '${MODERN}' };\nconst SUPPORTED_VERSIONS = ['${MODERN}'];` },
    { name: 'an own constant of that name', code: `${mcp}const LATEST_PROTOCOL_VERSION = 3;\nsend(LATEST_PROTOCOL_VERSION);` },
    { name: 'a refusal in the new way', code: `${mcp}const e = { code: -32022, message: 'Unsupported protocol version', data: { supported, requested } };` },
    { name: 'a handshake by hand, which is told as such', code: `${mcp}await send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });` },
    { name: 'a default of something else', code: `${mcp}const api = req.headers['x-api-version'] ?? 'v1';\nif (error.code === -32601) throw new Error('no such method');` },
  ],
  invalid: [
    { name: 'a dispatcher that is silent to older clients', code: `export function answer(m) { switch (m.method) { case «'server/discover'»: return discover(); case 'tools/list': return list(); default: return fail(m.id, -32601); } }`, found: ['version:silent'] },
    { name: 'a client of the first line', code: `${v1}const client = new «Client»({ name: 'a', version: '1' }, { capabilities: {} });`, found: ['version:client-v1'] },
    { name: 'a client of the second line', code: `${v2}const client = new «Client»({ name: 'a', version: '1' });`, found: ['version:client'] },
    { name: 'options in a variable, in a class', code: `${v2}class Peer { private readonly options = { capabilities: {} };\n  connect() { const options = { capabilities: {} }; return new «Client»({ name: 'a', version: '1' }, options); } }`, found: ['version:client'] },
    { name: 'CommonJS', code: { 'client.cjs': `const { Client } = require('@modelcontextprotocol/sdk/client/index.js');\nexports.make = () => new «Client»({ name: 'a', version: '1' });` }, found: ['version:client-v1'] },
    { name: 'constants of the SDK', code: `import { LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';\nconst headers = { 'mcp-protocol-version': «LATEST_PROTOCOL_VERSION» };\nconst known = «SUPPORTED_PROTOCOL_VERSIONS».includes(v);`, found: ['version:constant', 'version:constant'] },
    { name: 'constants through a namespace', code: `import * as types from '@modelcontextprotocol/sdk/types.js';\nsetHeader('mcp-protocol-version', «types.LATEST_PROTOCOL_VERSION»);`, found: ['version:constant'] },
    { name: 'versions that are written out', code: `${mcp}const PROTOCOL_VERSION = «'2025-06-18'»;\nconst SUPPORTED_VERSIONS = [«'2025-11-25'», '2025-06-18'];\nif (version >= «'2025-06-18'») useHeader();\nheaders.set('MCP-Protocol-Version', «'2025-03-26'»);`, found: ['version:literal', 'version:literal', 'version:literal', 'version:literal'] },
    { name: 'a result by hand', code: `${mcp}export const answer = (id) => ({ jsonrpc: '2.0', id, result: { protocolVersion: «'2024-11-05'», capabilities: {}, serverInfo } });`, found: ['version:literal'] },
    { name: 'a missing header', code: `${mcp}const version = «req.headers['mcp-protocol-version'] ?? '2025-03-26'»;\nconst other = «c.req.header('MCP-Protocol-Version') || '2025-03-26'»;`, found: ['version:default', 'version:default'] },
    { name: 'a refusal in the older way', code: `${mcp}if (!known) res.status(400).json({ jsonrpc: '2.0', error: { code: -32000, message: «'Bad Request: Unsupported protocol version'» }, id: null });\nthrow new McpError(-32602, «\`Unsupported protocol version: \${v}\`»);`, found: ['version:refusal', 'version:refusal'] },
    { name: 'one code decides', code: `${v1}try { await probe(); } catch (e) { if («e.code === -32601») return legacyConnect(); throw e; }`, found: ['version:fallback'] },
  ],
});
