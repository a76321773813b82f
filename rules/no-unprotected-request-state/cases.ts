import { defineCases } from '../../test/cases.js';

const v2 = `import { McpServer, createRequestStateCodec, inputRequired } from '@modelcontextprotocol/server';\n`;

export default defineCases({
  valid: [
    { name: 'the codec of the SDK', code: `${v2}const codec = createRequestStateCodec<{ step: number }>({ key: process.env.STATE_KEY ?? '' });\nexport const ask = async (ctx: any) => inputRequired({ inputRequests: {}, requestState: await codec.mint({ step: 1 }, ctx) });` },
    { name: 'a signature of one’s own', code: `${v2}import { sign, verify } from './seal.js';\nexport const ask = () => inputRequired({ inputRequests: {}, requestState: sign(JSON.stringify({ step: 1 })) });\nexport const back = (params: any) => JSON.parse(verify(params.requestState));` },
    { name: 'an option for the server', code: `${v2}const codec = createRequestStateCodec({ key: keyFromEnvironment() });\nexport const server = new McpServer({ name: 'a', version: '1' }, { requestState: { verify: codec.verify } });` },
    { name: 'state of an HTTP library', code: `${v2}export const options = { requestState: JSON.stringify({ retries: 1 }) };` },
    { name: 'a key from the environment with a fallback', code: `${v2}import { randomBytes } from 'node:crypto';\nexport const codec = createRequestStateCodec({ key: process.env.STATE_KEY ?? randomBytes(32) });` },
    { name: 'passed on as it is', code: `${v2}export const again = (first: any, inputResponses: any) => ({ inputRequests: {}, inputResponses, requestState: first.requestState });` },
  ],
  invalid: [
    { name: 'JSON', code: `${v2}export const ask = (step: number) => inputRequired({ inputRequests: {}, requestState: «JSON.stringify({ step })» });`, found: ['request-state:made'] },
    { name: 'Base64, in a result that is written out', code: `${v2}export function ask(step: object) { const state = Buffer.from(JSON.stringify(step)).toString('base64url'); return { resultType: 'input_required', inputRequests: {}, requestState: «state» }; }`, found: ['request-state:made'] },
    { name: 'text put together', code: 'import { inputRequired } from \'@modelcontextprotocol/server\';\nexport const ask = (user: string, step: number) => inputRequired({ inputRequests: {}, requestState: «`${user}:${step}`» });', found: ['request-state:made'] },
    { name: 'believed', code: `${v2}export const stepOf = (params: any) => «JSON.parse(Buffer.from(params.requestState, 'base64').toString())».step;`, found: ['request-state:read'] },
    { name: 'a key in the code', code: `${v2}export const codec = createRequestStateCodec({ key: «'correct horse battery staple'» });`, found: ['request-state:literal-key'] },
    { name: 'a key for each process', code: `${v2}import { randomBytes } from 'node:crypto';\nconst key = randomBytes(32);\nexport const codec = createRequestStateCodec({ key: «key» });`, found: ['request-state:own-key'] },
  ],
});
