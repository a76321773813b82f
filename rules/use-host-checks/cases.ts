import { defineCases } from '../../test/cases.js';

const sdk = `import { randomUUID } from 'node:crypto';\nimport { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\n`;

export default defineCases({
  valid: [
    { name: 'a transport without the options', code: `${sdk}export const open = () => new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });` },
    { name: 'switched off', code: `${sdk}export const open = () => new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), enableDnsRebindingProtection: false });` },
    { name: 'options of something else', code: `${sdk}import { createServer } from 'vite';\nawait createServer({ server: { allowedHosts: ['localhost'] } });\nexport const cors = { allowedOrigins: ['https://example.com'] };` },
    { name: 'checks in front of the handler', code: `import { createMcpHandler } from '@modelcontextprotocol/server';\nimport { hostHeaderValidation } from '@modelcontextprotocol/express';\napp.use('/mcp', hostHeaderValidation(['localhost']));\nexport const handler = createMcpHandler(build);` },
    { name: 'a class of the project', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { SafeServerTransport } from './transport.js';\nexport const open = () => new SafeServerTransport({ allowedHosts: ['localhost'] });` },
    { name: 'a setting that is read', code: `${sdk}export const settings = { allowedHosts: (process.env.ALLOWED_HOSTS ?? '').split(',') };` },
  ],
  invalid: [
    { name: 'the switch', code: `${sdk}export const open = () => new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), «enableDnsRebindingProtection»: true, allowedHosts: ['127.0.0.1'] });`, found: ['host:enableDnsRebindingProtection'] },
    { name: 'hosts from the environment', code: `${sdk}const hosts = process.env.HOSTS?.split(',') ?? [];\nexport const open = () => new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, «allowedHosts»: hosts, enableDnsRebindingProtection: hosts.length > 0 });`, found: ['host:allowedHosts'] },
    { name: 'options in a variable', code: `${sdk}const options = { sessionIdGenerator: undefined, «allowedOrigins»: ['https://example.com'] };\nexport const open = () => new StreamableHTTPServerTransport(options);`, found: ['host:allowedOrigins'] },
    { name: 'the older transport', code: `import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';\nexport const open = res => new SSEServerTransport('/messages', res, { «enableDnsRebindingProtection»: true, allowedHosts: ['localhost'] });`, found: ['host:enableDnsRebindingProtection'] },
    { name: 'of the web', code: `import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';\nexport const open = () => new WebStandardStreamableHTTPServerTransport({ «allowedHosts»: ['mcp.example.com'], enableDnsRebindingProtection: true });`, found: ['host:allowedHosts'] },
    { name: 'CommonJS', code: { 'http.cjs': `const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');\nexports.open = () => new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, «enableDnsRebindingProtection»: true });` }, found: ['host:enableDnsRebindingProtection'] },
  ],
});
