import { defineCases } from '../../test/cases.js';

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'a log', code: `${server}console.error('client', server.server.getClientVersion()?.name);` },
    { name: 'a label of a metric', code: `${server}import { metrics } from './metrics.js';\nmetrics.count('calls', { client: server.server.getClientVersion()?.name ?? 'unknown' });` },
    { name: 'whether there is a name', code: `${server}const info = server.server.getClientVersion();\nif (info?.name !== undefined) console.error(info.name);` },
    { name: 'a capability', code: `${server}if (server.server.getClientCapabilities()?.elicitation) console.error('can ask');` },
    { name: 'the server’s own name', code: `${server}const serverInfo = { name: process.env.NAME, version: '1' };\nif (serverInfo.name === 'test') console.error('test');` },
    { name: 'a client of an authorization server', code: `import '@modelcontextprotocol/sdk/types.js';\nexport function check(clientInfo: any) { return clientInfo.client_id === 'a'; }` },
    { name: 'what was counted by name', code: `${server}const seen = new Map<string, number>();\nconst name = server.server.getClientVersion()?.name ?? '';\nseen.set(name, (seen.get(name) ?? 0) + 1);` },
    { name: 'guarded', code: `${client}const title = client.getServerVersion()?.name ?? 'a server';` },
    { name: 'entries of a registry', code: `${server}import { registry } from './registry.js';\nexport const find = (name: string) => registry.all().find((serverInfo: any) => serverInfo.name === name);` },
    { name: 'whether a name has changed', code: `${server}let current = { name: '' };\nexport function update(clientInfo: { name: string }) { if (clientInfo.name !== current.name) current = clientInfo; }` },
    { name: 'something else that came along', code: `${server}export function warn(metadata: any) { const { adapter } = metadata.clientInfo; if (adapter.name === 'remote') console.error('old'); }` },
    { name: 'another library', code: `export const isGood = (clientInfo: any) => clientInfo.name === 'good';` },
  ],
  invalid: [
    { name: 'compared', code: `${server}if («server.server.getClientVersion()?.name === 'cursor'») console.error('short names');`, found: ['identity:client'] },
    { name: 'searched, in lower case', code: `${server}const info = server.server.getClientVersion();\nexport const isClaude = «info?.name.toLowerCase().includes('claude')»;`, found: ['identity:client'] },
    { name: 'a switch over a name', code: `${server}const name = server.server.getClientVersion()?.name;\nswitch («name») { case 'vscode': break; }`, found: ['identity:client'] },
    { name: 'a table', code: `${server}const LIMITS: Record<string, number> = { cursor: 40 };\nexport const limit = () => «LIMITS[server.server.getClientVersion()?.name ?? '']»;`, found: ['identity:client'] },
    { name: 'read from a message', code: `import { z } from 'zod';\nexport const methods = ['tools/list', 'tools/call'];\nexport function onMcp(message: any) { const { clientInfo } = message.params; return «clientInfo.name.startsWith('openai')»; }\nexport const jsonrpc = '2.0';`, found: ['identity:client'] },
    { name: 'a pattern', code: `${server}export const isEditor = () => «/cursor|windsurf/i.test(server.server.getClientVersion()?.name ?? '')»;`, found: ['identity:client'] },
    { name: 'servers told apart by their names', code: `${client}if («client.getServerVersion()?.name === 'github'») console.error('known');`, found: ['identity:server'] },
    { name: 'a name that is taken for granted', code: `${client}export const title = () => «client.getServerVersion()!».name;`, found: ['identity:asserted'] },
    { name: 'instructions that are taken for granted', code: `${client}export const prompt = () => «client.getInstructions()!».trim();`, found: ['identity:asserted'] },
  ],
});
