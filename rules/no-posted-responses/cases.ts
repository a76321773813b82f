import { defineCases } from '../../test/cases.js';

export default defineCases({
  valid: [
    { name: 'a server that answers', code: `import '@modelcontextprotocol/sdk/types.js';\nexport function answer(req: any, res: any) { res.json({ jsonrpc: '2.0', id: req.body.id, result: { tools: [] } }); }` },
    { name: 'a request that is posted', code: `export const list = (url: string) => fetch(url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: {} } }) });` },
    { name: 'a fetch handler that answers', code: `export default { async fetch(request: Request) { const { id } = await request.json(); return new Response(JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [] } })); } };\nexport const list = 'tools/list', call = 'tools/call';` },
    { name: 'responses that a client reads', code: `import { isJSONRPCResponse } from '@modelcontextprotocol/sdk/types.js';\nexport const isDone = (message: unknown) => isJSONRPCResponse(message);` },
    { name: 'another protocol', code: `export const done = (url: string) => fetch(url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, result: '0x1' }) });` },
  ],
  invalid: [
    { name: 'an answer to a question', code: `import '@modelcontextprotocol/sdk/types.js';\nexport const accept = (url: string, id: number, content: unknown) => fetch(url, { method: 'POST', body: JSON.stringify(«{ jsonrpc: '2.0', id, result: { action: 'accept', content } }») });`, found: ['response:posted'] },
    { name: 'kept under a name', code: `import '@modelcontextprotocol/sdk/types.js';\nexport async function refuse(url: string, id: number) { const answer = «{ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }»; const body = JSON.stringify(answer); await fetch(url, { method: 'POST', body }); }`, found: ['response:posted'] },
    { name: 'axios', code: `import axios from 'axios';\nimport '@modelcontextprotocol/sdk/types.js';\nexport const roots = (url: string, id: number) => axios.post(url, «{ jsonrpc: '2.0', id, result: { roots: [] } }»);`, found: ['response:posted'] },
    { name: 'a server that waits for answers', code: `import { isJSONRPCResponse } from '@modelcontextprotocol/sdk/types.js';\nimport { pending } from './pending.js';\nexport function onPost(req: any, res: any) { if («isJSONRPCResponse»(req.body)) { pending.get(req.body.id)(req.body); res.status(202).end(); } }`, found: ['response:accepted'] },
  ],
});
