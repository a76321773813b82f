import { defineCases } from '../../test/cases.js';

const http = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nconst transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => crypto.randomUUID() });\n`;

export default defineCases({
  valid: [
    { name: 'events about another kind of session', code: `import '@modelcontextprotocol/sdk/types.js';\ninterface PageEvent { kind: string; sessionId: string }\nconst emit = (target): PageEvent => ({ kind: 'opened', sessionId: target.debuggerSession });\nexport const note = (event: PageEvent) => logger.debug('page', event.sessionId);\nemit({});` },
    { name: 'what a call runs with, filled with something else', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { AsyncLocalStorage } from 'node:async_hooks';\nconst scope = new AsyncLocalStorage<{ sessionId: string }>();\nexport const work = (chat, fn) => scope.run({ sessionId: chat.id }, fn);\nexport const log = text => logger.info(text, { sessionId: scope.getStore()?.sessionId });` },
    { name: 'the session of something else in a context of the project', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nasync function call(request, context: { sessionId?: string }) {\n  logger.info('called', { sessionId: context.sessionId });\n}\nexport const run = (request, browser) => call(request, { sessionId: browser.session.id });\nnew Server({ name: 'a', version: '1' });` },
    { name: 'bookkeeping', code: `${http}const live = {};\ntransport.onclose = () => { if (transport.sessionId) delete live[transport.sessionId]; };` },
    { name: 'a session of the web application', code: `import '@modelcontextprotocol/sdk/types.js';\nlogger.info('hit', req.session.id, req.sessionID);\nconsole.log(body.sessionId);` },
    { name: 'an id of something else', code: `import '@modelcontextprotocol/sdk/types.js';\nconst browser = await launch();\nconsole.log('browser', browser.sessionId);` },
    { name: 'a result of a tool about another kind of session', code: `import '@modelcontextprotocol/sdk/types.js';\nexport const r = (args) => ({ content: [{ type: 'text', text: args.sessionId }] });` },
    { name: 'the header, which another rule tells of', code: `app.post('/mcp', (req, res) => { const id = req.headers['mcp-session-id'] as string; console.log('for', id); });` },
    { name: 'the callback of the transport, which goes with it', code: `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nnew StreamableHTTPServerTransport({ sessionIdGenerator: () => '1', onsessioninitialized: sid => { console.log('open', sid); } });` },
    { name: 'given to something that is no log', code: `${http}cleanup(transport.sessionId);` },
  ],
  invalid: [
    { name: 'what a call runs with', code: `import { AsyncLocalStorage } from 'node:async_hooks';\nconst scope = new AsyncLocalStorage<{ sessionId?: string }>();\napp.post('/mcp', (req, res) => scope.run({ sessionId: req.headers['mcp-session-id'] }, () => serve(req, res)));\nexport const log = text => logger.info(text, { sessionId: «scope.getStore()?.sessionId» });`, found: ['session-id:telemetry'] },
    { name: 'kept in a field of an own transport', code: `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nclass Bridge {\n  private _sessionId: string;\n  constructor(sessionId: string) { this._sessionId = sessionId; }\n  expire() { logger.info('idle', { sessionId: «this._sessionId» }); }\n}\nexport const open = (req) => new Bridge(req.headers['mcp-session-id']);`, found: ['session-id:telemetry'] },
    { name: 'in an event that is handed on', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\ninterface Progress { step: string; sessionId: string; extra?: string }\nconst server = new McpServer({ name: 'a', version: '1' });\nconst bus = { listeners: [] };\nserver.tool('t', async extra => { bus.listeners.forEach(l => l({ step: 'one', sessionId: extra.sessionId })); return { content: [] }; });\nexport const note = (event: Progress) => { logger.debug(\`\${event.step} of \${«event.sessionId»}\`); };`, found: ['session-id:telemetry'] },
    { name: 'in the text of a resource', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.resource('me', 'me://now', async (uri, extra) => ({ contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify({ session: «extra.sessionId» }) }] }));`, found: ['session-id:result'] },
    {
      name: 'handed on in a context of the project',
      code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nasync function call(request, context: { sessionId?: string }) {\n  logger.info('called', { tool: request.params.name, sessionId: «context.sessionId» });\n  return { content: [] };\n}\nexport function open(req) {\n  const sessionId = req.headers['mcp-session-id'];\n  const server = new Server({ name: 'a', version: '1' });\n  server.setRequestHandler(CallToolRequestSchema, request => call(request, { sessionId }));\n}`,
      found: ['session-id:telemetry'],
    },
    { name: 'a console line', code: `${http}console.log(\`closed \${«transport.sessionId»}\`);`, found: ['session-id:telemetry'] },
    { name: 'several arguments', code: `${http}console.error('closed', «transport.sessionId»);`, found: ['session-id:telemetry'] },
    { name: 'a structured logger', code: `${http}this.logger.info({ sessionId: «transport.sessionId» }, 'closed');`, found: ['session-id:telemetry'] },
    { name: 'debug', code: `${http}const testDebug = debug('mcp');\ntestDebug(\`create \${«transport.sessionId»}\`);`, found: ['session-id:telemetry'] },
    { name: 'a span', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.tool('t', async extra => { span.setAttribute('mcp.session', «extra.sessionId» ?? ''); return { content: [] }; });`, found: ['session-id:telemetry'] },
    { name: 'kept in a variable first', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.tool('t', async extra => { const id = «extra.sessionId» ?? 'none'; console.error('for', id); console.error('again', id); return { content: [] }; });`, found: ['session-id:telemetry'] },
    { name: 'a tool result', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.tool('t', async ({ «sessionId» }) => ({ content: [{ type: 'text', text: \`you are \${sessionId}\` }] }));`, found: ['session-id:result'] },
  ],
});
