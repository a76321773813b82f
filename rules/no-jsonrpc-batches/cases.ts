import { defineCases } from '../../test/cases.js';

const sdk = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nimport { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';\n`;

export default defineCases({
  valid: [
    { name: 'one message', code: `import '@modelcontextprotocol/sdk/types.js';\nawait fetch('https://a/mcp', { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }) });` },
    { name: 'arrays inside of one', code: `${sdk}export const check = (req) => { if (!isInitializeRequest(req.body)) return; return Array.isArray(req.body.params.names) ? req.body.params.names : []; };` },
    { name: 'a batch that is refused', code: `${sdk}export function take(req, res) { if (Array.isArray(req.body)) { res.status(400).json({ error: 'one message at a time' }); return; } if (isInitializeRequest(req.body)) start(req, res); }` },
    { name: 'a batch of another API', code: `import express from 'express';\nimport '@modelcontextprotocol/sdk/types.js';\nexport const rows = (req) => (Array.isArray(req.body) ? req.body : [req.body]).map(row => row.id);` },
    { name: 'messages that wait in a list', code: `import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';\nconst queue: JSONRPCMessage[] = [{ jsonrpc: '2.0', id: 1, method: 'tools/list' }];\nfor (const message of queue) await transport.send(message);` },
    { name: 'a look at the form of a message', code: `${sdk}export function check(parsed: unknown) { if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return 'no message'; return isInitializeRequest(parsed) ? 'start' : 'go on'; }` },
    { name: 'the content of a result', code: `${sdk}export const texts = (result) => { if (isInitializeRequest(result)) return []; return Array.isArray(result.content) ? result.content : [result.content]; };` },
  ],
  invalid: [
    { name: 'several in one body', code: `import '@modelcontextprotocol/sdk/types.js';\nawait fetch('https://a/mcp', { method: 'POST', body: JSON.stringify(«[{ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { jsonrpc: '2.0', id: 2, method: 'prompts/list' }]») });`, found: ['batch:sent'] },
    { name: 'several to a transport', code: `import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';\nconst transport = new StdioClientTransport({ command: 'node' });\nawait transport.send(«[{ jsonrpc: '2.0', id: 1, method: 'ping' }]»);`, found: ['batch:sent'] },
    { name: 'a body that may be a list', code: `${sdk}export const starts = (req) => («Array.isArray(req.body)» ? req.body : [req.body]).some(message => isInitializeRequest(message));`, found: ['batch:accepted'] },
    { name: 'a helper', code: `${sdk}function containsInitialize(parsedBody: unknown): boolean { const messages = «Array.isArray(parsedBody)» ? parsedBody : [parsedBody]; return messages.some(m => isInitializeRequest(m)); }`, found: ['batch:accepted'] },
    { name: 'by hand', code: `export async function answer(req, res) { const body = await req.json(); if («Array.isArray(body)») return res.json(await Promise.all(body.map(one))); return res.json(await one(body)); async function one(message) { switch (message.method) { case 'tools/list': return list(message.id); } } }`, found: ['batch:accepted'] },
    { name: 'CommonJS', code: { 'http.cjs': `const { isInitializeRequest } = require('@modelcontextprotocol/sdk/types.js');\nexports.first = req => { const message = «Array.isArray(req.body)» ? req.body[0] : req.body; return isInitializeRequest(message) ? message : undefined; };` }, found: ['batch:accepted'] },
  ],
});
