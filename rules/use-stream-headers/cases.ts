import { defineCases } from '../../test/cases.js';

const sdk = `import '@modelcontextprotocol/sdk/types.js';\n`;

export default defineCases({
  valid: [
    { name: 'one that is not held back', code: `${sdk}export function open(res: any) { res.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' }); }` },
    { name: 'what a client accepts', code: `${sdk}export const headers = { Accept: 'application/json, text/event-stream', 'Content-Type': 'application/json' };` },
    { name: 'what an answer is', code: `${sdk}export const isStream = (r: Response) => r.headers.get('content-type') === 'text/event-stream';` },
    { name: 'a stream of something else', code: `export function open(res: any) { res.setHeader('Content-Type', 'text/event-stream'); }` },
  ],
  invalid: [
    { name: 'headers in an object', code: `${sdk}export function open(res: any) { res.writeHead(200, { 'Content-Type': «'text/event-stream'», 'Cache-Control': 'no-cache' }); }`, found: ['stream:buffered'] },
    { name: 'one header', code: `${sdk}export function open(res: any) { res.setHeader('content-type', «'text/event-stream'»); res.write(': ping'); }`, found: ['stream:buffered'] },
    { name: 'a fetch handler', code: `${sdk}export const stream = (body: ReadableStream) => new Response(body, { headers: { 'Content-Type': «'text/event-stream'» } });`, found: ['stream:buffered'] },
  ],
});
