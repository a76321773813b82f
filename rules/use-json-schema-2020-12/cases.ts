import { defineCases } from '../../test/cases.js';

const low = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 'a', version: '1' }, {});\n`;
const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'a schema of today', code: `${low}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { pair: { type: 'array', prefixItems: [{ type: 'string' }], items: false } }, $defs: { id: { type: 'string' } } } };` },
    { name: 'a schema that names its dialect', code: `${low}export const tool = { name: 'a', inputSchema: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', definitions: { id: { type: 'string' } } } };` },
    { name: 'properties by those names', code: `${low}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { dependencies: { type: 'object' }, definitions: { type: 'array', items: { type: 'string' } } } } };` },
    { name: 'zod', code: `${low}import { z } from 'zod';\nexport const tool = { name: 'a', inputSchema: { dependencies: z.object({}) } };` },
    { name: 'own schemas in an own validator', code: `${low}import Ajv from 'ajv';\nimport { settings } from './settings.js';\nexport const check = new Ajv().compile(settings.inputSchema);` },
    { name: 'references inside of the schema', code: `${low}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { id: { $ref: '#/$defs/id' } }, $defs: { id: { type: 'string' } } } };` },
    { name: 'references that are kept from the network', code: `${client}import $RefParser from '@apidevtools/json-schema-ref-parser';\nconst { tools } = await client.listTools();\nfor (const tool of tools) await $RefParser.dereference(tool.inputSchema, { resolve: { http: false, file: false } });` },
  ],
  invalid: [
    { name: 'tuples of draft-07', code: `${low}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { pair: { type: 'array', «items: [{ type: 'number' }, { type: 'number' }]», «additionalItems: false» } } } };`, found: ['schema:items', 'schema:additionalItems'] },
    { name: 'definitions, under a name', code: `${low}const INPUT = { type: 'object', properties: { id: { $ref: '#/definitions/id' } }, «definitions: { id: { type: 'string' } }» };\nserver.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [{ name: 'a', inputSchema: INPUT }] }));`, found: ['schema:definitions'] },
    { name: 'a limit of draft-04', code: `${low}export const tool = { name: 'a', outputSchema: { type: 'object', properties: { n: { type: 'number', minimum: 0, «exclusiveMinimum: true» } } } };`, found: ['schema:exclusiveMinimum'] },
    { name: 'a reference to the network', code: `${low}export const tool = { name: 'a', inputSchema: { type: 'object', properties: { address: { «$ref: 'https://example.com/address.json'» } } } };`, found: ['schema:external'] },
    { name: 'foreign schemas in an older dialect', code: `${client}import Ajv from 'ajv';\nconst ajv = new Ajv();\nconst { tools } = await client.listTools();\nfor (const tool of tools) «ajv.compile»(tool.inputSchema);`, found: ['schema:dialect'] },
    { name: 'foreign schemas without a limit', code: `${client}import { Ajv2020 } from 'ajv/dist/2020.js';\nconst ajv = new Ajv2020();\nexport const checks = (await client.listTools()).tools.map(tool => «ajv.compile»(tool.inputSchema));`, found: ['schema:bounds'] },
    { name: 'foreign references, loaded', code: `${client}import $RefParser from '@apidevtools/json-schema-ref-parser';\nconst { tools } = await client.listTools();\nfor (const tool of tools) await «$RefParser.dereference»(tool.inputSchema);`, found: ['schema:loads'] },
    { name: 'loaded by the validator', code: `${client}import Ajv from 'ajv';\nconst ajv = new Ajv({ loadSchema: async uri => (await fetch(uri)).json() });\nconst list = await client.listTools();\nfor (const tool of list.tools) await «ajv.compileAsync»(tool.inputSchema);`, found: ['schema:loads'] },
  ],
});
