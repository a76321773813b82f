import { defineCases } from '../../test/cases.js';

const IMPORTS = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';\n`;
const SERVER = `${IMPORTS}const server = new McpServer({ name: 'a', version: '1' });\n`;
const CONNECT = 'await server.connect(new StdioServerTransport());\n';
const V2 = `import { McpServer } from '@modelcontextprotocol/server';\nimport { serveStdio } from '@modelcontextprotocol/server/stdio';\n`;

export default defineCases({
  valid: [
    { name: 'standard error', code: `${SERVER}console.error('ready');\nconsole.warn('careful');\nprocess.stderr.write('ready');\n${CONNECT}` },
    { name: 'a server on HTTP', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nawait server.connect(new StreamableHTTPServerTransport({ sessionIdGenerator: undefined }));\nconsole.log('listening');` },
    { name: 'help that ends the process', code: `${SERVER}if (process.argv.includes('--help')) {\n  console.log('Usage: a');\n  process.exit(0);\n}\n${CONNECT}` },
    { name: 'help in a function that ends the process', code: `${SERVER}function usage() { console.log('Usage: a'); process.exit(1); }\nif (process.argv.length < 3) usage();\n${CONNECT}` },
    { name: 'a way out before serving', code: `${SERVER}async function main() {\n  if (process.argv[2] === 'list') { console.log('a'); return; }\n  ${CONNECT}}\nmain();` },
    { name: 'the branch that serves HTTP', code: `${SERVER}async function main() {\n  if (process.env.MODE === 'web') { listen(); console.log('listening'); } else { ${CONNECT} }\n}\nfunction listen() { console.log('on port 1'); }\nmain();` },
    { name: 'the case that serves HTTP', code: `${SERVER}switch (process.argv[2]) {\n  case 'serve': console.log('listening'); break;\n  default: ${CONNECT}}` },
    { name: 'the branch that serves stdio leaves', code: `${SERVER}async function main() {\n  if (process.argv.length < 3) { ${CONNECT} return; }\n  console.log('listening');\n}\nmain();` },
    { name: 'a test of the mode', code: `${SERVER}const isStdio = process.argv.includes('--stdio');\nserver.registerTool('t', {}, async () => { if (!isStdio) console.log('called'); return { content: [] }; });\n${CONNECT}` },
    { name: 'a mode that is a constant', code: `${SERVER}const shown = process.stdout.isTTY;\nserver.registerTool('t', {}, async () => { if (shown) console.log('called'); return { content: [] }; });\n${CONNECT}` },
    { name: 'other commands of a command line', code: `${SERVER}import { program } from 'commander';\nprogram.command('list').action(() => { console.log('a'); });\nprogram.command('serve').action(async () => { ${CONNECT} });` },
    { name: 'a console that goes elsewhere', code: `${SERVER}console.log = console.error;\nconsole.log('ready');\n${CONNECT}` },
    { name: 'a console that another module sends elsewhere', code: { 'server.ts': `import './quiet.js';\n${SERVER}console.info('ready');\n${CONNECT}`, 'quiet.ts': `for (const name of ['log', 'info'] as const) console[name] = console.error;\nexport {};` } },
    { name: 'a function that nobody calls there', code: `${SERVER}export function report() { console.log('a'); }\n${CONNECT}` },
    { name: 'a module that is not loaded', code: { 'server.ts': `${SERVER}${CONNECT}`, 'build.ts': `import { readFileSync } from 'node:fs';\nconsole.log(readFileSync('server.ts').length);` } },
    { name: 'types of a module that is not loaded', code: { 'server.ts': `import type { Options } from './web.js';\n${SERVER}export const options: Options = {};\n${CONNECT}`, 'web.ts': `console.log('listening');\nexport interface Options {}` } },
    { name: 'messages of the protocol by hand', code: `${SERVER}process.stdout.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message' }) + '\\n');\nconsole.log(JSON.stringify({ jsonrpc: '2.0', id: 1 }));\n${CONNECT}` },
    { name: 'bytes of another stream', code: `${SERVER}child.stdout.on('data', chunk => { process.stdout.write(chunk); });\n${CONNECT}` },
    { name: 'a console of the project', code: `${SERVER}import { console } from './console.js';\nconsole.log('ready');\n${CONNECT}` },
    { name: 'another output for the protocol', code: `${SERVER}await server.connect(new StdioServerTransport(socket, socket));\nconsole.log('ready');` },
    { name: 'loggers on standard error', code: `${SERVER}import pino from 'pino';\nimport winston from 'winston';\nexport const a = pino(pino.destination(2));\nexport const b = pino({ level: 'info' }, pino.destination(2));\nexport const c = pino({ transport: { target: 'pino-pretty', options: { destination: 2 } } });\nexport const d = winston.createLogger({ transports: [new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info'] }), new winston.transports.File({ filename: 'a.log' })] });\n${CONNECT}` },
    { name: 'loggers that say nothing, or to a file', code: `${SERVER}import pino from 'pino';\nexport const a = pino({ level: 'silent' });\nexport const b = pino({ transport: { target: 'pino/file', options: { destination: '/var/log/a' } } });\nexport const c = pino({ transport: { target: 'pino-roll' } });\n${CONNECT}` },
    { name: 'a framework that starts on HTTP', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nawait server.start({ transportType: 'httpStream', httpStream: { port: 1 } });\nconsole.log('listening');` },
    { name: 'a starter that is told to serve HTTP', code: { 'serve.ts': `${SERVER}export async function serve(options: { transport: string }) { if (options.transport === 'stdio') { ${CONNECT} } }`, 'web.ts': `import { serve } from './serve.js';\nawait serve({ transport: 'http' });\nconsole.log('listening');` } },
  ],
  invalid: [
    { name: 'before the server connects', code: `${SERVER}«console.log»('starting');\n${CONNECT}«console.info»('ready');`, found: ['stdout:console.log', 'stdout:console.info'] },
    { name: 'in the function that connects', code: `${SERVER}async function main() {\n  const transport = new StdioServerTransport();\n  await server.connect(transport);\n  «console.log»('running on stdio');\n}\nmain().catch(error => { console.error(error); process.exit(1); });`, found: ['stdout:console.log'] },
    { name: 'in a handler', code: `${SERVER}server.registerTool('t', {}, async () => { «console.log»('called'); return { content: [] }; });\n${CONNECT}`, found: ['stdout:console.log'] },
    { name: 'in a handler of another file', code: { 'index.ts': `import { server } from './server.js';\nimport { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';\n${CONNECT}`, 'server.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { fetchIt } from './fetch.js';\nexport const server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async () => fetchIt());`, 'fetch.ts': `export async function fetchIt() { «console.log»('fetching'); return { content: [] }; }` }, found: ['stdout:console.log'] },
    { name: 'when a module is loaded', code: { 'server.ts': `import { config } from './config.js';\n${SERVER}export const used = config;\n${CONNECT}`, 'config.ts': `export const config = load();\nfunction load() { «console.log»('config loaded'); return {}; }` }, found: ['stdout:console.log'] },
    { name: 'in a class that serves', code: `${IMPORTS}class App {\n  server = new McpServer({ name: 'a', version: '1' });\n  constructor() { this.note('made'); }\n  note(text: string) { «console.log»(text); }\n  async run() { await this.server.connect(new StdioServerTransport()); }\n}\nconst app = new App();\nawait app.run();`, found: ['stdout:console.log'] },
    { name: 'in callbacks', code: `${SERVER}process.on('SIGHUP', () => { «console.log»('reloading'); });\nserver.server.onclose = () => { «console.log»('closed'); };\n${CONNECT}`, found: ['stdout:console.log', 'stdout:console.log'] },
    { name: 'when somebody asks for more', code: `${SERVER}server.registerTool('t', {}, async () => { if (process.env.DEBUG) «console.debug»('called'); return { content: [] }; });\n${CONNECT}`, found: ['stdout:console.debug'] },
    { name: 'written to the stream', code: `${SERVER}«process.stdout.write»(\`ready \${Date.now()}\\n\`);\n${CONNECT}`, found: ['stdout:process.stdout.write'] },
    { name: 'tables', code: `${SERVER}«console.table»([{ a: 1 }]);\n${CONNECT}`, found: ['stdout:console.table'] },
    { name: 'the second SDK line', code: `${V2}serveStdio(() => {\n  const server = new McpServer({ name: 'a', version: '1' });\n  server.registerTool('t', {}, async () => { «console.log»('called'); return { content: [] }; });\n  «console.log»('connected');\n  return server;\n});`, found: ['stdout:console.log', 'stdout:console.log'] },
    { name: 'CommonJS', code: { 'server.cjs': `const { StdioServerTransport } = require('@modelcontextprotocol/sdk/server/stdio.js');\nconst { ready } = require('./ready.cjs');\nserver.connect(new StdioServerTransport()).then(ready);`, 'ready.cjs': `exports.ready = () => { «console.log»('ready'); };` }, found: ['stdout:console.log'] },
    { name: 'pino', code: `${SERVER}import pino from 'pino';\nexport const a = «pino»();\nexport const b = «pino»({ level: 'info' });\nexport const c = «pino»({ transport: { target: 'pino-pretty' } });\nexport const d = «pino»({}, pino.destination(1));\n${CONNECT}`, found: ['stdout:pino', 'stdout:pino', 'stdout:pino', 'stdout:pino'] },
    { name: 'winston', code: `${SERVER}import winston, { transports } from 'winston';\nexport const a = winston.createLogger({ transports: [new «winston.transports.Console»()] });\na.add(new «transports.Console»({ level: 'info' }));\n${CONNECT}`, found: ['stdout:winston', 'stdout:winston'] },
    { name: 'a logger in a module of its own', code: { 'server.ts': `import { logger } from './logger.js';\n${SERVER}logger.info('ready');\n${CONNECT}`, 'logger.ts': `import { pino } from 'pino';\nexport const logger = «pino»({ name: 'a' });` }, found: ['stdout:pino'] },
    { name: 'a framework on stdio', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nserver.addTool({ name: 't', execute: async () => { «console.log»('called'); return ''; } });\nserver.start({ transportType: 'stdio' });`, found: ['stdout:console.log'] },
    { name: 'a module that starts by being loaded', code: { 'cli.ts': `«console.log»('a 1.0');\nimport('./serve.js');\nexport {};`, 'serve.ts': `${SERVER}«console.log»('ready');\n${CONNECT}` }, found: ['stdout:console.log', 'stdout:console.log'] },
  ],
});
