import { defineCases } from '../../test/cases.js';

const v1 = `import { McpError, ErrorCode } from '@modelcontextprotocol/sdk/types.js';\n`;

export default defineCases({
  valid: [
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
  ],
  invalid: [
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
