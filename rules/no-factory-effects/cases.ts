import { defineCases } from '../../test/cases.js';

const IMPORTS = `import { createMcpHandler, serveStdio, McpServer } from '@modelcontextprotocol/server';\n`;
const SERVER = `const server = new McpServer({ name: 'a', version: '1' });`;

export default defineCases({
  valid: [
    { name: 'a timer beside the factory', code: `${IMPORTS}setInterval(sweep, 1000);\nprocess.on('SIGTERM', stop);\nexport default createMcpHandler(() => { ${SERVER} return server; });` },
    { name: 'a timer in a handler', code: `${IMPORTS}export default createMcpHandler(() => { ${SERVER} server.registerTool('a', {}, async () => { setInterval(tick, 10); return { content: [] }; }); return server; });` },
    { name: 'a timer that ends by itself', code: `${IMPORTS}export default createMcpHandler(() => { ${SERVER} setTimeout(warm, 10); return server; });` },
    { name: 'a timer that is stopped', code: `${IMPORTS}export default createMcpHandler(() => { ${SERVER} const timer = setInterval(tick, 10); server.server.onclose = () => clearInterval(timer); return server; });` },
    { name: 'a factory of connections', code: `${IMPORTS}serveStdio(() => { ${SERVER} process.on('SIGHUP', reload); return server; });` },
    { name: 'a factory of another tool', code: `import { createMcpHandler } from './ours.js';\nexport default createMcpHandler(() => { setInterval(tick, 10); return {}; });` },
    { name: 'an interval of somebody else', code: `${IMPORTS}import { setInterval } from './clock.js';\nexport default createMcpHandler(() => { ${SERVER} setInterval(tick, 10); return server; });` },
    { name: 'a listener of something that the request owns', code: `${IMPORTS}export default createMcpHandler(() => { ${SERVER} const work = start(); work.on('done', note); return server; });` },
    { name: 'a process of the project', code: `${IMPORTS}import { process } from './work.js';\nexport default createMcpHandler(() => { ${SERVER} process.on('exit', note); return server; });` },
    { name: 'a helper that nobody calls there', code: `${IMPORTS}function watch() { setInterval(tick, 10); }\nwatch();\nexport default createMcpHandler(() => { ${SERVER} return server; });` },
  ],
  invalid: [
    { name: 'a timer', code: `${IMPORTS}export default createMcpHandler(() => { ${SERVER} «setInterval»(tick, 10); return server; });`, found: ['hazard:factory-effect'] },
    { name: 'a listener of the process', code: `${IMPORTS}export default createMcpHandler(async () => { ${SERVER} «process.on»('SIGTERM', () => server.close()); return server; });`, found: ['hazard:factory-effect'] },
    { name: 'in a named factory', code: `${IMPORTS}function build() { ${SERVER} «setInterval»(tick, 10); return server; }\nconst handler = createMcpHandler(build, { legacy: 'reject' });`, found: ['hazard:factory-effect'] },
    { name: 'in a helper that the factory calls', code: { 'server.ts': `${IMPORTS}import { watchAll } from './watch.js';\nexport default createMcpHandler(() => { ${SERVER} watchAll(server); return server; });`, 'watch.ts': `import { watch } from 'node:fs';\nimport type { McpServer } from '@modelcontextprotocol/server';\nexport function watchAll(server: McpServer) { «watch»('.', () => server.sendResourceListChanged()); }` }, found: ['hazard:factory-effect'] },
    { name: 'a watch of files by a library', code: `${IMPORTS}import chokidar from 'chokidar';\nexport default createMcpHandler(() => { ${SERVER} «chokidar.watch»('.'); return server; });`, found: ['hazard:factory-effect'] },
    { name: 'a schedule', code: `${IMPORTS}import cron from 'node-cron';\nexport default createMcpHandler(() => { ${SERVER} «cron.schedule»('* * * * *', tick); return server; });`, found: ['hazard:factory-effect'] },
    { name: 'a process that is imported', code: `${IMPORTS}import process from 'node:process';\nexport default createMcpHandler(() => { ${SERVER} «process.once»('SIGINT', stop); return server; });`, found: ['hazard:factory-effect'] },
  ],
});
