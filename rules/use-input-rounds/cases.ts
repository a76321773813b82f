import { defineCases } from '../../test/cases.js';

const client = `import { Client } from '@modelcontextprotocol/client';\n`;

export default defineCases({
  valid: [
    { name: 'a client that announces nothing', code: `${client}const client = new Client({ name: 'a', version: '1' }, { capabilities: {} });` },
    { name: 'a handler in another file', code: { 'client.ts': `${client}export const client = new Client({ name: 'a', version: '1' }, { capabilities: { elicitation: {} } });`, 'answers.ts': `import { client } from './client.js';\nclient.setRequestHandler('elicitation/create', ask);` } },
    { name: 'rounds by hand that are looked for', code: `${client}const client = new Client({ name: 'a', version: '1' }, { inputRequired: { autoFulfill: false } });\nconst result = await client.callTool({ name: 'a' });\nif (result.resultType === 'input_required') await answer(result);` },
    { name: 'a second round in full', code: `const params = { ...msg.params, inputResponses };\nif ('requestState' in result) params.requestState = result.requestState;\nawait send({ ...msg, id: nextId(), params });\nimport '@modelcontextprotocol/client';` },
    { name: 'a server that reads the answers', code: `import { McpServer } from '@modelcontextprotocol/server';\nconst seen = { inputResponses: ctx.mcpReq.inputResponses };` },
    { name: 'a client of something else', code: `import '@modelcontextprotocol/client';\nimport { Client } from './chat.js';\nnew Client({ name: 'a' }, { capabilities: { sampling: {} } });` },
  ],
  invalid: [
    { name: 'announced and not answered', code: `${client}const client = new Client({ name: 'a', version: '1' }, { capabilities: { «sampling: {}», tools: {} } });`, found: ['input:sampling'] },
    { name: 'the first line', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nexport const open = () => new Client({ name: 'a', version: '1' }, { capabilities: { «elicitation: {}», «roots: { listChanged: true }» } });`, found: ['input:elicitation', 'input:roots'] },
    { name: 'left to itself', code: `${client}const client = new Client({ name: 'a', version: '1' }, { inputRequired: { autoFulfill: «false» } });\nshow((await client.callTool({ name: 'a' })).content);`, found: ['input:by-hand'] },
    { name: 'a second round put together badly', code: `await send(«{ ...msg, params: «{ inputResponses, requestState: «result.requestState ?? ''» }» }»);\nconst sdk = '@modelcontextprotocol/client';`, found: ['retry:same-id', 'retry:rebuilt', 'retry:empty-state'] },
  ],
});
