import { defineCases } from '../../test/cases.js';

const transport = `import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';\n`;

export default defineCases({
  valid: [
    { name: 'a proxy that passes on what ends a session', code: `app.delete('/mcp', async (req, res) => { const id = req.headers['mcp-session-id']; await fetch(upstream, { method: 'DELETE', headers: { 'mcp-session-id': id } }); res.end(); });` },
    { name: 'a client by hand that deletes something else', code: `export class Api {\n  headers(id) { return { 'mcp-session-id': id }; }\n}\nexport const remove = note => fetch('/notes/' + note, { method: 'DELETE' });` },
    { name: 'a client by hand that forgets its session when it is closed', code: `export class Peer {\n  post(body) { return fetch(this.url, { method: 'POST', headers: { 'mcp-session-id': this.sessionId }, body }); }\n  close() { if (this.open) { this.sessionId = undefined; } }\n}` },
    { name: 'a transport and no more', code: `${transport}const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });\nawait client.connect(transport);` },
    { name: 'a log line', code: `${transport}const transport = new StreamableHTTPClientTransport(url);\nconsole.log('connected', transport.sessionId);\nlogger.debug(transport.sessionId);` },
    { name: 'sessions of a chat', code: `${transport}class Chat { sessionId = crypto.randomUUID(); end() { this.terminateSession(this.sessionId); } terminateSession(id: string) { return id; } }\nconst chat = new Chat();\nsave(chat.sessionId);` },
    { name: 'sessions of a browser farm', code: `${transport}import { Farm } from 'farm-sdk';\nconst farm = new Farm();\nawait farm.terminateSession('x');\nfunction sessionOf(s: { sessionId: string }) { return s.sessionId; }` },
    { name: 'the transport of a server', code: `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nconst transport = new StreamableHTTPServerTransport({ sessionIdGenerator: makeId });\nsessions.set(transport.sessionId, transport);` },
    { name: 'an option of that name elsewhere', code: `${transport}new StreamableHTTPClientTransport(url, { requestInit: { headers: { 'x-trace': sessionId } } });\nopen({ sessionId });` },
    { name: 'a test of presence', code: `${transport}const transport = new StreamableHTTPClientTransport(url);\nif (transport.sessionId) mode = 'older';` },
  ],
  invalid: [
    { name: 'a client by hand that ends its session', code: `export class Peer {\n  async close() { if (this.sessionId) await «fetch»(this.url, { method: 'DELETE', headers: { 'Mcp-Session-Id': this.sessionId } }); }\n}`, found: ['client:delete'] },
    { name: 'a client by hand with a helper for all methods', code: `import http from 'node:http';\nconst HEADER = 'mcp-session-id';\nexport class Peer {\n  send(method, headers) { return http.request({ method, headers }); }\n  async close() { if (!this.sessionId) return; await «this.send»('DELETE', { [HEADER]: this.sessionId }); }\n}`, found: ['client:delete'] },
    { name: 'a client by hand that opens a lost session again', code: `export class Peer {\n  async post(body) {\n    const response = await fetch(this.url, { method: 'POST', headers: { 'mcp-session-id': this.sessionId }, body });\n    if («response.status === 404 && this.sessionId») { this.sessionId = null; await this.initialize(); return this.post(body); }\n    return response;\n  }\n}`, found: ['client:reopened'] },
    { name: 'a client by hand that makes up an id', code: `import { randomUUID } from 'node:crypto';\nexport class Peer {\n  open() { «this.sessionId = randomUUID()»; return fetch(this.url, { headers: { 'mcp-session-id': this.sessionId } }); }\n}`, found: ['client:made-up-id'] },
    { name: 'options that are filled later', code: `${transport}const options: Record<string, unknown> = {};\nif (saved) «options.sessionId» = saved.id;\nconst transport = new StreamableHTTPClientTransport(url, options);`, found: ['client:given-id'] },
    { name: 'ends its session', code: `${transport}const transport = new StreamableHTTPClientTransport(url);\nawait «transport.terminateSession»();`, found: ['client:terminate'] },
    { name: 'a class that closes', code: `${transport}class Peer { private transport?: StreamableHTTPClientTransport; async close() { try { await «this.transport?.terminateSession»(); } finally { await this.client.close(); } } }`, found: ['client:terminate'] },
    { name: 'a transport of several kinds', code: `${transport}import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nexport async function close(transport: Transport) { if (transport instanceof StreamableHTTPClientTransport) await «(transport as StreamableHTTPClientTransport).terminateSession»(); }`, found: ['client:terminate'] },
    { name: 'a record of connections in another file', code: { 'pool.ts': `${transport}export interface Connection { transport: StreamableHTTPClientTransport; name: string }\nexport const pool = new Map<string, Connection>();`, 'shutdown.ts': `import { pool } from './pool.js';\nexport async function shutdown() { for (const { transport } of pool.values()) await «transport.terminateSession»(); }` }, found: ['client:terminate'] },
    { name: 'CommonJS', code: { 'client.cjs': `const { StreamableHTTPClientTransport } = require('@modelcontextprotocol/sdk/client/streamableHttp.js');\nconst transport = new StreamableHTTPClientTransport(url);\nprocess.on('SIGINT', () => «transport.terminateSession»());` }, found: ['client:terminate'] },
    { name: 'keeps the id', code: `${transport}class Peer { sessionId?: string; private transport = new StreamableHTTPClientTransport(url);\n  remember() { this.sessionId = «this.transport.sessionId»; } }`, found: ['client:kept-id'] },
    { name: 'gives the id away', code: `${transport}const transport = new StreamableHTTPClientTransport(url);\nawait store.save(user, «transport.sessionId»);\nexport const id = () => { return «transport.sessionId»; };`, found: ['client:kept-id', 'client:kept-id'] },
    { name: 'keeps the id in a variable', code: `${transport}const transport = new StreamableHTTPClientTransport(url);\nawait client.connect(transport);\nconst saved = «transport.sessionId»;\nreconnect(saved);`, found: ['client:kept-id'] },
    { name: 'goes on with an older session', code: `${transport}new StreamableHTTPClientTransport(new URL(url), { «sessionId: await store.load(user)» });`, found: ['client:given-id'] },
    { name: 'options in a variable', code: `${transport}const options = { requestInit, «sessionId» };\nconst transport = new StreamableHTTPClientTransport(url, options);`, found: ['client:given-id'] },
    { name: 'the second SDK line', code: `import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';\nconst transport = new StreamableHTTPClientTransport(url, { «sessionId: saved» });\nawait «transport.terminateSession»();`, found: ['client:given-id', 'client:terminate'] },
  ],
});
