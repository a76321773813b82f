import { defineCases } from '../../test/cases.js';

const mcp = `import '@modelcontextprotocol/sdk/types.js';\n`;
const beside = (path: string, text: string): Record<string, string> => ({ 'mcp-server.ts': mcp, [path]: text });
const dependency = `"dependencies": { "@modelcontextprotocol/sdk": "^1.20.0" }`;

export default defineCases({
  valid: [
    { name: 'a package that says 20', code: beside('package.json', `{ "engines": { "node": ">=20.0.0" }, ${dependency} }`) },
    { name: 'ranges that begin later', code: { 'mcp-server.ts': mcp, 'package.json': `{ "engines": { "node": "^20.19 || >=22" }, ${dependency} }`, '.nvmrc': 'lts/*\n', 'Dockerfile': 'FROM node:22-alpine AS mcp\n' } },
    { name: 'a package without MCP in the same repository', code: { 'server/mcp.ts': mcp, 'server/package.json': `{ ${dependency} }`, 'web/package.json': `{ "engines": { "node": ">=16" }, "dependencies": { "react": "18" } }` } },
    { name: 'images of other services', code: beside('compose.yml', `services:\n  mcp:\n    image: node:22\n  db:\n    image: postgres:16\n`) },
    { name: 'a matrix that goes on to later ones', code: beside('.github/workflows/mcp.yml', `jobs:\n  test:\n    strategy:\n      matrix:\n        node-version: [18, 20, 22]\n`) },
    { name: 'no range', code: beside('package.json', `{ "engines": { "node": "*" }, ${dependency} }`) },
    { name: 'numbers of something else', code: beside('template.yaml', `# mcp\nResources:\n  F:\n    Properties:\n      Runtime: python3.12\n      MemorySize: 18\n`) },
  ],
  invalid: [
    { name: 'the engine of a package', code: beside('package.json', `{\n  "engines": { «"node": ">=18"» },\n  ${dependency}\n}`), found: ['node:engine'] },
    { name: 'one of several alternatives', code: beside('package.json', `{ "engines": { «"node": "^18.18.0 || >=20"» }, ${dependency} }`), found: ['node:engine'] },
    { name: 'an image', code: beside('Dockerfile', `«FROM node:18-alpine AS build»\nRUN npm ci\nFROM node:18-alpine\nCOPY . /mcp\n`), found: ['node:runtime'] },
    { name: 'an image by argument', code: beside('docker/Dockerfile.mcp', `«ARG NODE_VERSION=16»\nFROM node:\${NODE_VERSION}\n`), found: ['node:runtime'] },
    { name: 'functions', code: { 'mcp-server.ts': mcp, 'serverless.yml': `service: mcp\nprovider:\n  name: aws\n  «runtime: nodejs18.x»\n`, 'template.yaml': `Resources:\n  Mcp:\n    Properties:\n      «Runtime: nodejs16.x»\n`, 'main.tf': `resource "aws_lambda_function" "mcp" {\n  «runtime = "nodejs18.x"»\n}\n` }, found: ['node:runtime', 'node:runtime', 'node:runtime'] },
    { name: 'workflows', code: beside('.github/workflows/mcp.yml', `jobs:\n  build:\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          «node-version: 18»\n`), found: ['node:runtime'] },
    { name: 'version files', code: { 'mcp-server.ts': mcp, 'mcp/.nvmrc': '«v18.20.1»\n', 'mcp/.tool-versions': 'python 3.12\n«nodejs 18.19.0»\n' }, found: ['node:runtime', 'node:runtime'] },
    { name: 'platforms', code: { 'mcp-server.ts': mcp, 'netlify.toml': `# mcp\n[build.environment]\n«NODE_VERSION = "18"»\n`, 'render.yaml': `services:\n  - name: mcp\n    envVars:\n      - key: NODE_VERSION\n        «value: 18.17.0»\n` }, found: ['node:runtime', 'node:runtime'] },
  ],
});
