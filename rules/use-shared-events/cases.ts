import { defineCases } from '../../test/cases.js';

const server = `import { createMcpHandler } from '@modelcontextprotocol/server';\nimport { build } from './build.js';\n`;
const replicas = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: mcp\nspec:\n  replicas: 3\n';

export default defineCases({
  valid: [
    { name: 'one process', code: `${server}const mcp = createMcpHandler(build);\nwatch(() => mcp.notify.toolsChanged());` },
    { name: 'a bus', code: { 'server.ts': `${server}const mcp = createMcpHandler(build, { bus: new RedisBus(redis) });\nwatch(() => mcp.notify.toolsChanged());`, 'k8s/app.yaml': replicas } },
    { name: 'nothing is told', code: { 'server.ts': `${server}export const mcp = createMcpHandler(build);`, 'k8s/app.yaml': replicas } },
    { name: 'one replica', code: { 'server.ts': `${server}const mcp = createMcpHandler(build);\nwatch(() => mcp.notify.toolsChanged());`, 'k8s/app.yaml': replicas.replace('3', '1') } },
    { name: 'a function of another package', code: { 'server.ts': `import { createMcpHandler } from 'mcp-handler';\nconst mcp = createMcpHandler(build);\nmcp.notify.toolsChanged();`, 'vercel.json': '{}' } },
  ],
  invalid: [
    { name: 'several replicas', code: { 'server.ts': `${server}const mcp = «createMcpHandler»(build);\nwatch(() => mcp.notify.toolsChanged());`, 'k8s/app.yaml': replicas }, found: ['events:local'] },
    { name: 'told in another file', code: { 'server.ts': `${server}export const mcp = «createMcpHandler»(build, { legacy: 'reject' });`, 'watch.ts': `import { mcp } from './server.js';\nwatch(uri => mcp.notify.resourceUpdated(uri));`, 'wrangler.toml': 'name = "mcp"\n' }, found: ['events:local'] },
  ],
});
