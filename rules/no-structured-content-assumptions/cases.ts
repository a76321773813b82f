import { defineCases } from '../../test/cases.js';

const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'the input of a tool, and what is offered', code: `import '@modelcontextprotocol/sdk/types.js';\nif (tool.inputSchema.type !== 'object') throw new Error('input');\nexport const tool = { outputSchema: z.object({ type: z.string() }) };` },
    { name: 'read by a schema', code: `${client}import { Weather } from './schemas.js';\nconst result = await client.callTool({ name: 'weather' });\nconst weather = Weather.parse(result.structuredContent);` },
    { name: 'compared with undefined', code: `${client}const result = await client.callTool({ name: 'weather' });\nif (result.structuredContent !== undefined) show(result.structuredContent);` },
    { name: 'a fallback for what is missing', code: `${client}const result = await client.callTool({ name: 'weather' });\nshow(result.structuredContent ?? result.content);` },
    { name: 'a server that builds one', code: `import { McpServer } from '@modelcontextprotocol/server';\nexport const weather = async () => { const made = { structuredContent: { degrees: 1 } }; return made.structuredContent.degrees; };` },
    { name: 'passed on', code: `${client}const result = await client.callTool({ name: 'weather' });\nexport const reply = { content: result.content, structuredContent: result.structuredContent };` },
  ],
  invalid: [
    { name: 'a root that has to be an object', code: `import '@modelcontextprotocol/sdk/types.js';\nif («tool.outputSchema?.type !== 'object'») throw new Error('output');\nexport const Tool = z.object({ name: z.string(), outputSchema: «z.object({ type: z.literal('object') })» });`, found: ['output-schema:test', 'output-schema:schema'] },
    { name: 'a member', code: `${client}const result = await client.callTool({ name: 'weather' });\nshow(«(result.structuredContent as any).degrees»);`, found: ['structured:member'] },
    { name: 'a member that may be missing', code: `${client}const result = await client.callTool({ name: 'weather' });\nshow(«result.structuredContent?.degrees»);`, found: ['structured:member'] },
    { name: 'its keys', code: `${client}const result = await client.callTool({ name: 'weather' });\nfor (const [k, v] of «Object.entries(result.structuredContent as object)») show(k, v);`, found: ['structured:keys'] },
    { name: 'spread', code: `${client}let result = await client.callTool({ name: 'weather' });\nexport const all = { «...(result.structuredContent as object)», at: 1 };`, found: ['structured:spread'] },
    { name: 'its truth', code: `${client}const result = await client.callTool({ name: 'weather' });\nif («result.structuredContent») show(result.structuredContent);`, found: ['structured:truth'] },
    { name: 'a fallback for what is false', code: `${client}const result = await client.callTool({ name: 'weather' });\nshow(«result.structuredContent» || result.content);`, found: ['structured:truth'] },
    { name: 'whether it has a member', code: `import { Client } from '@modelcontextprotocol/client';\nexport async function ask(client: Client) { const result = await client.callTool({ name: 'weather' }); return «'degrees' in (result.structuredContent as object)»; }`, found: ['structured:keys'] },
  ],
});
