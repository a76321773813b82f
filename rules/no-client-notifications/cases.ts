import { defineCases } from '../../test/cases.js';

const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'a signal', code: `${client}const stop = new AbortController();\nawait client.callTool({ name: 'a' }, undefined, { signal: stop.signal });\nexport const of = 'notifications/cancelled';` },
    { name: 'a child process', code: `${client}import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';\nawait client.connect(new StdioClientTransport({ command: 'a' }));\nawait client.notification({ method: 'notifications/cancelled', params: { requestId: 1 } });` },
    { name: 'progress of a server', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('a', {}, async extra => { await extra.sendNotification({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }); return { content: [] }; });` },
    { name: 'a handler', code: `${client}import { ProgressNotificationSchema } from '@modelcontextprotocol/sdk/types.js';\nclient.setNotificationHandler(ProgressNotificationSchema, () => undefined);\nexport const of = 'notifications/progress';` },
  ],
  invalid: [
    { name: 'cancelled over HTTP', code: `${client}import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';\nawait client.connect(new StreamableHTTPClientTransport(new URL('http://localhost')));\nawait «client.notification»({ method: 'notifications/cancelled', params: { requestId: 1 } });`, found: ['client:cancelled'] },
    { name: 'cancelled by a helper', code: `import type { Client } from '@modelcontextprotocol/client';\nexport const cancel = (client: Client, requestId: number) => «client.notification»({ method: 'notifications/cancelled', params: { requestId } });`, found: ['client:cancelled'] },
    { name: 'progress of a client', code: `${client}await «client.notification»({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });`, found: ['client:progress'] },
  ],
});
