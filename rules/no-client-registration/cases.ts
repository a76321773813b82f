import { defineCases } from '../../test/cases.js';

const mcp = `import '@modelcontextprotocol/sdk/types.js';\n`;

export default defineCases({
  valid: [
    { name: 'a user who registers, and metadata that are read', code: `const sdk = '@modelcontextprotocol/sdk';\nexport async function signUp(api, metadata) {\n  await fetch(\`\${api}/users/register\`, { method: 'POST', body: JSON.stringify({ name, password }) });\n  return fetch(metadata.registration_endpoint + '/' + id, { method: 'GET' });\n}` },
    { name: 'a limit in front of an endpoint', code: `${mcp}const needsBody = url.pathname === '/register' && req.method === 'POST';\nif (needsBody) parse(req, 'client_id');` },
    { name: 'what stands in front of the endpoint', code: `${mcp}router.use('/oauth/register', express.json({ limit: '16kb' }));\nrouter.use('/oauth/token', express.urlencoded({ extended: false }));` },
    { name: 'tables of other routes', code: `${mcp}export const routes = [{ method: 'get', path: '/oauth/register', handler: page }, { method: 'post', path: '/oauth/token', handler: token }];` },
    { name: 'sign-up of users', code: `${mcp}app.post('/register', async (req, res) => { await users.create(req.body.email, req.body.password); });` },
    { name: 'a service with such a method', code: `import '@modelcontextprotocol/sdk/types.js';\nexport class Clients { registerClient(name: string) { this.list.push(name); } }` },
    { name: 'metadata that is read from others', code: `${mcp}export const Metadata = z.object({ issuer: z.string(), registration_endpoint: z.string().optional() });\nconst { registration_endpoint } = await discover(issuer);` },
    { name: 'metadata without it', code: `${mcp}export const metadata = { issuer, authorization_endpoint: a, token_endpoint: t, registration_endpoint: undefined, client_id_metadata_document_supported: true };` },
    { name: 'a resource server', code: `import { mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';\napp.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl }));` },
    { name: 'a store that cannot register', code: `import type { OAuthRegisteredClientsStore } from '@modelcontextprotocol/sdk/server/auth/clients.js';\nexport class Store implements OAuthRegisteredClientsStore { async getClient(id: string) { return known.get(id); } }` },
    { name: 'client metadata that says what it is', code: `import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';\nexport class P implements OAuthClientProvider { get clientMetadata() { return { client_name: 'CLI', application_type: 'native', redirect_uris: ['http://localhost:1/cb'] }; } }` },
    { name: 'a client metadata document', code: { 'server.ts': mcp, 'client.ts': `import '@modelcontextprotocol/sdk/types.js';\nexport const document = { client_id: 'https://a.example/client.json', client_name: 'A', redirect_uris: ['http://127.0.0.1/cb'] };` } },
  ],
  invalid: [
    {
      name: 'clients by hand',
      code: `const sdk = '@modelcontextprotocol/sdk';\nexport async function enroll(metadata, issuer) {\n  await «fetch»(metadata.registration_endpoint, { method: 'POST', body: JSON.stringify({ redirect_uris: [here] }) });\n  return «makeRequest»(\`\${issuer}/register\`, { method: 'POST', body: '{}' });\n}`,
      found: ['dcr:call', 'dcr:call'],
    },
    {
      name: 'a store around another one: told once',
      code: `import type { OAuthRegisteredClientsStore } from '@modelcontextprotocol/sdk/server/auth/clients.js';\nexport const counted = (inner: OAuthRegisteredClientsStore) => ({ «registerClient»(client) { return inner.registerClient?.(client); } });`,
      found: ['dcr:store'],
    },
    {
      name: 'a function that a platform serves as the endpoint',
      code: `import type { OAuthRegisteredClientsStore } from '@modelcontextprotocol/sdk/server/auth/clients.js';\nexport async function register(req, res, store: Required<OAuthRegisteredClientsStore>, clients: OAuthRegisteredClientsStore) {\n  res.status(201).json(await «clients.registerClient»?.({ redirect_uris: req.body.redirect_uris }));\n}`,
      found: ['dcr:route'],
    },
    {
      name: 'an authorization server in a program of its own',
      code: {
        'package.json': `{ "name": "a", "dependencies": { "@modelcontextprotocol/sdk": "^1.20.0" } }`,
        'src/server.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nnew McpServer({ name: 'a', version: '1' });`,
        'tools/issuer.js': `app.get('/.well-known/oauth-authorization-server', (req, res) => res.json({ issuer, token_endpoint, «registration_endpoint: issuer + '/oauth/register'» }));`,
      },
      found: ['dcr:registration_endpoint'],
    },
    { name: 'a table of routes', code: `${mcp}const routes = [\n  { method: 'post', path: '/oauth/token', handler: token },\n  { method: 'POST', «path: '/oauth/register'», handler: register },\n];`, found: ['dcr:route'] },
    { name: 'a path that is compared', code: `${mcp}if («url.pathname === '/oauth/register'» && req.method === 'POST') { res.end(JSON.stringify({ client_id: newId(), redirect_uris: body.redirect_uris })); return; }\nif (url.pathname === '/oauth/register') res.writeHead(405);`, found: ['dcr:route'] },
    { name: 'the router of the SDK', code: `import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';\napp.use(«mcpAuthRouter»({ provider, issuerUrl, scopesSupported: ['a'] }));`, found: ['dcr:router'] },
    { name: 'CommonJS', code: { 'server.cjs': `const auth = require('@modelcontextprotocol/sdk/server/auth/router.js');\napp.use(«auth.mcpAuthRouter»({ provider }));` }, found: ['dcr:router'] },
    { name: 'the compatibility package', code: `import { mcpAuthRouter } from '@modelcontextprotocol/server-legacy/auth';\napp.use(«mcpAuthRouter»({ provider }));`, found: ['dcr:router'] },
    { name: 'a store', code: `import type { OAuthRegisteredClientsStore } from '@modelcontextprotocol/sdk/server/auth/clients.js';\nexport class Store implements OAuthRegisteredClientsStore { async getClient(id: string) { return undefined; }\n  async «registerClient»(client) { return client; } }`, found: ['dcr:store'] },
    { name: 'a store in a provider', code: `import { ProxyOAuthServerProvider } from '@modelcontextprotocol/sdk/server/auth/providers/proxyProvider.js';\nexport class Provider extends ProxyOAuthServerProvider { get clientsStore() { return { getClient, «registerClient»: async c => { saved.set(c.client_id, c); return c; } }; } }`, found: ['dcr:store'] },
    { name: 'metadata by hand', code: `${mcp}export function GET() { return Response.json({ issuer, authorization_endpoint: url('/authorize'), «registration_endpoint: url('/register')» }); }`, found: ['dcr:registration_endpoint'] },
    { name: 'a provider of a platform', code: `import { McpAgent } from 'agents/mcp';\nimport OAuthProvider from '@cloudflare/workers-oauth-provider';\nexport default new OAuthProvider({ apiRoute: '/mcp', authorizeEndpoint: '/authorize', tokenEndpoint: '/token', «clientRegistrationEndpoint: '/register'» });`, found: ['dcr:clientRegistrationEndpoint'] },
    { name: 'an own route', code: `${mcp}router.«post»('/register', async (req, res) => { const { redirect_uris } = req.body; res.status(201).json({ client_id: randomUUID(), redirect_uris }); });`.replace('router.«post»', '«router.post»'), found: ['dcr:route'] },
    { name: 'a client that keeps what it was given', code: `import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';\nexport class P implements OAuthClientProvider { clientInformation() { return read(); }\n  async «saveClientInformation»(info) { write(info); } redirectToAuthorization(url: URL) { open(url); } }`, found: ['dcr:client'] },
    { name: 'a client that registers by hand', code: `import { registerClient } from '@modelcontextprotocol/sdk/client/auth.js';\nconst info = await «registerClient»(issuer, { metadata, clientMetadata });`, found: ['dcr:call'] },
    { name: 'client metadata without a type', code: `import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';\nexport class P implements OAuthClientProvider { get clientMetadata() { return { client_name: 'CLI', «redirect_uris: ['http://localhost:8090/cb']», grant_types: ['authorization_code', 'refresh_token'] }; } }`, found: ['metadata:application-type'] },
    { name: 'client metadata in a typed variable, without refresh', code: `import type { OAuthClientMetadata } from '@modelcontextprotocol/sdk/shared/auth.js';\nconst metadata: OAuthClientMetadata = { client_name: 'CLI', application_type: 'native', redirect_uris: [callback], «grant_types: ['authorization_code']» };`, found: ['metadata:refresh'] },
  ],
});
