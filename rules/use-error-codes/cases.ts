import { defineCases } from '../../test/cases.js';

const v1 = `import { McpError, ErrorCode } from '@modelcontextprotocol/sdk/types.js';\n`;

export default defineCases({
  valid: [
    { name: 'a 404 whose answer is read, and one of an API', code: `const sessionHeader = 'mcp-session-id';\nif (response.status === 404) { const error = await response.json(); if (error.code !== -32601) sessionId = undefined; }\nif (page.status === 404) throw new Error('no such page');` },
    { name: 'the same number for a session', code: `${v1}throw new McpError(-32002, 'Session expired');` },
    { name: 'the same number for authorization', code: `res.status(401).json({ jsonrpc: '2.0', error: { code: -32002, message: 'Unauthorized: token missing' }, id: null });` },
    { name: 'a language server', code: `import { ResponseError } from 'vscode-jsonrpc';\nconst mcp = 'modelcontextprotocol';\nthrow new ResponseError(-32002, 'Resource not found');` },
    { name: 'somebody else’s McpError', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { McpError } from './errors.js';\nthrow new McpError(-32002, 'Resource not found');` },
    { name: 'both codes are accepted', code: `${v1}try { await client.readResource({ uri }); } catch (e) { if (e instanceof McpError && (e.code === -32602 || e.code === -32002)) return; }` },
    { name: 'a comparison of something else', code: `${v1}if (rpc.code === -32002) retry();` },
    { name: 'a code of a server by hand', code: `import '@modelcontextprotocol/sdk/types.js';\nres.status(404).json({ jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null });` },
    { name: 'numbers of another library', code: `import '@modelcontextprotocol/sdk/types.js';\ntry { await rpc.call(); } catch (error) { if (error.code === -32000) retry(); }` },
    { name: 'a class of errors', code: `import { SdkError, SdkErrorCode } from '@modelcontextprotocol/client';\nexport const isTimeout = (error: unknown) => error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout;` },
    { name: 'an enumeration of the project', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { ErrorCode } from './errors.js';\nexport const isTimeout = (error: { code: number }) => error.code === ErrorCode.RequestTimeout;` },
    { name: 'the number that many servers answer a lost session with', code: `export const lost = { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Bad Request: no valid session' } };` },
    { name: 'numbers of Ethereum', code: `throw new RpcError(-32003, 'transaction rejected');` },
    { name: 'numbers that the revision defines', code: `import { ProtocolError } from '@modelcontextprotocol/server';\nexport const reply = { jsonrpc: '2.0', id: 1, error: { code: -32022, message: 'Unsupported protocol version' } };` },
    { name: 'a time-out of the first line, by its number', code: `export const late = { jsonrpc: '2.0', id: 1, error: { code: -32001, message: 'Request timed out' } };` },
    { name: 'the error for a missing capability', code: `import { MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';\nexport function check(clientCapabilities: any) { if (!clientCapabilities.elicitation) throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { elicitation: {} } }); }` },
    { name: 'a server that lacks a capability', code: `${v1}export function check(serverCapabilities: any) { if (!serverCapabilities.tools) throw new McpError(ErrorCode.InvalidRequest, 'no tools'); }` },
  ],
  invalid: [
    { name: 'a 404 for a lost session', code: `const sessionHeader = 'mcp-session-id';\nconst response = await fetch(url, { method: 'POST', headers: { [sessionHeader]: id } });\nif («response.status === 404» && retry) { this.sessionId = undefined; return this.reconnect(); }`, found: ['status:404'] },
    { name: 'an own number in the kept range', code: `${v1}throw new McpError(«-32050», 'Quota exceeded');`, found: ['own:-32050'] },
    { name: 'an own number in the range of old SDKs', code: `import { ProtocolError } from '@modelcontextprotocol/server';\nthrow new ProtocolError(«-32010», 'Rate limited');`, found: ['own:-32010'] },
    { name: 'an own number in an answer by hand', code: `export const busy = (id: number) => ({ jsonrpc: '2.0', id, error: { code: «-32029», message: 'Too many requests' } });\nconst list = 'tools/list', call = 'tools/call';`, found: ['own:-32029'] },
    { name: 'a draft number in a constant', code: `export const UNSUPPORTED_PROTOCOL_VERSION = «-32004»;\nexport const methods = ['tools/list', 'tools/call', 'resources/read'];`, found: ['draft:-32004'] },
    { name: 'a draft number in an answer', code: `reply({ jsonrpc: '2.0', id, error: { code: «-32001», message: 'Header mismatch: Mcp-Method' } });\nconst list = 'tools/list', call = 'tools/call';`, found: ['draft:-32001'] },
    { name: 'a draft number for a capability', code: `reply({ jsonrpc: '2.0', id, error: { code: «-32003», message: 'Missing required client capability', data: { requiredCapabilities: {} } } });\nconst list = 'tools/list', call = 'tools/call';`, found: ['draft:-32003'] },
    { name: 'an error of its own for a missing capability', code: `${v1}export function ask(server: any) { const clientCapabilities = server.capabilitiesOf(); if (!clientCapabilities?.elicitation) { throw new McpError(«ErrorCode.InvalidRequest», 'Client does not support elicitation'); } }`, found: ['capability:error'] },
    { name: 'thrown with a telling message', code: `${v1}throw new McpError(«-32002», \`Resource not found: \${uri}\`);`, found: ['not-found:thrown'] },
    { name: 'thrown in the read handler', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n${v1}const server = new McpServer({ name: 'a', version: '1' });\nserver.registerResource('n', 'note://n', {}, async uri => { throw new McpError(«-32_002», uri.href); });`, found: ['not-found:thrown'] },
    { name: 'the read handler of a low-level server', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { McpError, ReadResourceRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 'a', version: '1' }, {});\nserver.setRequestHandler(ReadResourceRequestSchema, async r => { if (!known(r)) throw new McpError(«-32002», 'no'); return { contents: [] }; });`, found: ['not-found:thrown'] },
    { name: 'a server by hand', code: `reply({ jsonrpc: '2.0', id, error: { code: «-32002», message: 'Resource not found' } });\nconst list = 'tools/list', call = 'tools/call';`, found: ['not-found:literal'] },
    { name: 'a client that compares', code: `${v1}try { await client.readResource({ uri }); } catch (e) { if (e instanceof McpError && e.code === «-32002») return undefined; throw e; }`, found: ['not-found:compare'] },
    { name: 'a time-out by its name', code: `import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';\nexport const isTimeout = (error: unknown) => error instanceof McpError && error.code === «ErrorCode.RequestTimeout»;`, found: ['assumed:RequestTimeout'] },
    { name: 'a connection that is closed', code: `import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';\nexport function shouldReconnect(error: { code?: number }) { if (error.code !== «ErrorCode.ConnectionClosed») throw error; return true; }`, found: ['assumed:ConnectionClosed'] },
    { name: 'a time-out by its number', code: `import { McpError } from '@modelcontextprotocol/sdk/types.js';\ntry { await client.callTool({ name: 'a' }); } catch (error) { if (error instanceof McpError && error.code === «-32001») retry(); }`, found: ['assumed:-32001'] },
    { name: 'a typed error', code: `import type { McpError } from '@modelcontextprotocol/sdk/types.js';\nexport const isGone = (error: McpError) => error.code === «-32_000»;`, found: ['assumed:-32000'] },
  ],
});
