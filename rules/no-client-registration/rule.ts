import { defineRule, enclosingClass, endName, innermost, keyName, memberName, nameOfType, type CodeContext, type TSESTree } from '../../src/rule.js';
import { reportClientMetadata } from './metadata.js';

const REGISTER = /(?:^|\/)register\/?$/;
const MESSAGE = 'Clients register themselves here. Dynamic registration is deprecated: prefer client id metadata documents.';

export default defineRule({
  id: 'no-client-registration',
  title: 'Dynamic client registration is deprecated',
  clauses: ['auth-dcr-deprecated', 'auth-embedded-as', 'auth-application-type', 'auth-refresh-token-grant', 'auth-cimd-support'],
  words: ['registerClient', 'registration_endpoint', 'clientRegistrationEndpoint', 'mcpAuthRouter', 'clientInformation', 'saveClientInformation', '/register', 'clientsStore', 'redirect_uris', 'grant_types'],
  visit: context => ({
    CallExpression(node) {
      reportRouter(context, node);
      reportRoute(context, node);
      reportOwnRegistration(context, node);
      reportSentRegistration(context, node);
    },
    BinaryExpression(node) {
      if (/^===?$/.test(node.operator)) reportComparedPath(context, node, node.left, node.right);
    },
    Property(node) {
      reportClientMetadata(context, node);
      reportMetadata(context, node);
      reportTabledRoute(context, node);
      reportStoreMember(context, node, node.key, node.value);
    },
    MethodDefinition(node) {
      reportStoreMember(context, node, node.key, node.value);
      reportClientProvider(context, node);
    },
    PropertyDefinition(node) {
      if (node.value) reportStoreMember(context, node, node.key, node.value);
    },
  }),
});

/** `mcpAuthRouter({ provider })`: it answers /register when the provider's store can register. */
function reportRouter({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const exported = mcp.export(file, node.callee, /^mcpAuthRouter$/);
  if (exported?.name !== 'mcpAuthRouter') return;
  report(node.callee, {
    clause: 'auth-dcr-deprecated',
    also: ['auth-embedded-as'],
    subject: 'dcr:router',
    message: 'This router lets clients register themselves where the provider allows it. Dynamic registration is deprecated.',
    because: exported.because,
    unit: `auth:${file.path}`,
  });
}

/** A registration endpoint by hand: `app.post('/register', ...)` beside other endpoints of OAuth. */
function reportRoute({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'MemberExpression' || !/^(?:post|all|use|route)$/.test(memberName(node.callee) ?? '')) return;
  const [path, handler] = node.arguments;
  if (!path || !handler || path.type === 'SpreadElement') return;
  const text = mcp.text(file, path);
  if (text === undefined || !REGISTER.test(text) || !isOAuth(file.text) || isOnlyParsed(node)) return;
  report(node.callee, { clause: 'auth-dcr-deprecated', subject: 'dcr:route', message: MESSAGE, confidence: 'likely', unit: `auth:${file.path}` });
}

/** `app.use('/oauth/register', express.json())`: what stands in front of the endpoint. */
function isOnlyParsed({ callee, arguments: [, ...handlers] }: TSESTree.CallExpression): boolean {
  return endName(callee) === 'use' && handlers.every(h => h.type === 'CallExpression' && /^(?:json|urlencoded|raw|text|cors|helmet|\w*(?:limit|limiter))$/i.test(endName(h.callee) ?? ''));
}

/** `{ method: 'post', path: '/oauth/register', handler }` in a table of routes. */
function reportTabledRoute({ file, report }: CodeContext, node: TSESTree.Property): void {
  const value = innermost(node.value);
  if (keyName(node.key) !== 'path' || value.type !== 'Literal' || typeof value.value !== 'string' || !REGISTER.test(value.value) || node.parent.type !== 'ObjectExpression') return;
  const method = node.parent.properties.find(p => p.type === 'Property' && keyName(p.key) === 'method');
  if (method?.type !== 'Property' || !/^['"`]post['"`]$/i.test(file.text.slice(...method.value.range)) || !isOAuth(file.text)) return;
  report(node, { clause: 'auth-dcr-deprecated', subject: 'dcr:route', message: MESSAGE, confidence: 'likely', unit: `auth:${file.path}` });
}

/** `url.pathname === '/register' && req.method === 'POST'`, where no framework routes. */
function reportComparedPath({ file, report }: CodeContext, node: TSESTree.BinaryExpression, left: TSESTree.Node, right: TSESTree.Node): void {
  const [path, text] = right.type === 'Literal' ? [left, right] : [right, left];
  if (text.type !== 'Literal' || typeof text.value !== 'string' || !/^(?:\/[\w-]+)*\/register\/?$/.test(text.value)) return;
  const name = endName(path);
  if (name === undefined || !/path|url/i.test(name) || !decides(node) || isAnotherRoute(file, node, text.value) || !/redirect_uris|client_id|registerClient|registration|\/authorize/i.test(file.text)) return;
  report(node, { clause: 'auth-dcr-deprecated', subject: 'dcr:route', message: MESSAGE, confidence: 'likely', unit: `auth:${file.path}` });
}

/** `if (...)`, not a flag that is used in front of the real endpoint. */
function decides(node: TSESTree.Node): boolean {
  for (let n = node.parent; n; n = n.parent) {
    if (n.type === 'IfStatement') return true;
    if (n.type !== 'LogicalExpression') return false;
  }
  return false;
}

/** The same path has been told already, above in the file. */
function isAnotherRoute({ text }: CodeContext['file'], node: TSESTree.Node, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/'));
  return new RegExp(`===?\\s*['"][^'"\\n]*${name}/?['"]`).test(text.slice(0, node.range[0]));
}

function isOAuth(text: string): boolean {
  return /redirect_uris|client_id|\/authorize|\/token\b|oauth/i.test(text);
}

/** `registration_endpoint` in metadata, `clientRegistrationEndpoint` of a provider. */
function reportMetadata({ file, report }: CodeContext, node: TSESTree.Property): void {
  const name = keyName(node.key);
  if (name !== 'registration_endpoint' && name !== 'clientRegistrationEndpoint') return;
  if (node.parent.type !== 'ObjectExpression') return;
  const value = innermost(node.value);
  if (value.type === 'Identifier' && value.name === 'undefined') return;
  // A schema of metadata that is read describes what others offer.
  if (value.type === 'CallExpression' && /^z(?:od)?\b/.test(file.text.slice(...value.range))) return;
  const documents = /client_?id_?metadata_?document/i.test(file.text);
  report(node, { clause: 'auth-dcr-deprecated', also: documents ? [] : ['auth-cimd-support'], subject: `dcr:${name}`, message: 'This offers clients to register themselves. Dynamic registration is deprecated.', unit: `auth:${file.path}` });
}

/** `registerClient` of a clients store. */
function reportStoreMember({ file, mcp, report }: CodeContext, node: TSESTree.Node, key: TSESTree.Node, value: TSESTree.Node): void {
  if (keyName(key) !== 'registerClient' || !/Function/.test(value.type)) return;
  if (node.type === 'Property' && node.parent.type !== 'ObjectExpression') return;
  if (!/modelcontextprotocol|OAuthRegisteredClientsStore|clientsStore/.test(file.text)) return;
  if (isServiceMethod({ file, mcp }, node)) return;
  report(key, { clause: 'auth-dcr-deprecated', subject: 'dcr:store', message: MESSAGE, unit: `auth:${file.path}` });
}

/** A method of that name in a class that is no clients store. */
function isServiceMethod({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, node: TSESTree.Node): boolean {
  if (node.type !== 'MethodDefinition') return false;
  const cls = enclosingClass(node);
  if (!cls) return false;
  const declared = cls.implements.flatMap(i => [...mcp.infer.annotations.heritage(file, i.expression)]);
  if (declared.some(k => k.value.kind === 'sdk' && nameOfType(k.value.type) === 'OAuthRegisteredClientsStore')) return false;
  return !cls.body.body.some(m => 'key' in m && keyName(m.key) === 'getClient');
}

/** A client that keeps what it was given when it registered. */
function reportClientProvider({ file, mcp, report }: CodeContext, node: TSESTree.MethodDefinition): void {
  if (keyName(node.key) !== 'saveClientInformation') return;
  const cls = enclosingClass(node);
  const declared = cls?.implements.flatMap(i => [...mcp.infer.annotations.heritage(file, i.expression)]) ?? [];
  const isProvider = declared.some(k => k.value.kind === 'sdk' && nameOfType(k.value.type) === 'OAuthClientProvider') || cls?.body.body.some(m => 'key' in m && keyName(m.key) === 'redirectToAuthorization') === true;
  if (!isProvider) return;
  const documents = cls?.body.body.some(m => 'key' in m && keyName(m.key) === 'clientMetadataUrl') === true;
  report(node.key, { clause: 'auth-dcr-deprecated', also: documents ? [] : ['auth-cimd-support'], subject: 'dcr:client', message: 'This client registers itself and keeps the answer. Dynamic registration is deprecated.' });
}

/** `registerClient(...)` of the SDK, called by hand. */
function reportOwnRegistration({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'Identifier' && node.callee.type !== 'MemberExpression') return;
  if (node.callee.type === 'MemberExpression' && memberName(node.callee) === 'registerClient') reportStored({ file, mcp, report }, node);
  const exported = mcp.export(file, node.callee);
  if (exported?.name !== 'registerClient') return;
  report(node.callee, { clause: 'auth-dcr-deprecated', subject: 'dcr:call', message: 'This client registers itself. Dynamic registration is deprecated.', because: exported.because });
}

/** A route without a router, as a platform serves files: it hands what was sent to the clients store. A store around another one is told of itself. */
function reportStored({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const use = mcp.call(file, node);
  if (!use || nameOfType(use.owner) !== 'OAuthRegisteredClientsStore' || isInRegistration(node)) return;
  report(node.callee, { clause: 'auth-dcr-deprecated', subject: 'dcr:route', message: MESSAGE, because: use.because, confidence: 'likely', unit: `auth:${file.path}` });
}

function isInRegistration(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) if ((n.type === 'MethodDefinition' || n.type === 'PropertyDefinition' || n.type === 'Property') && keyName(n.key) === 'registerClient') return true;
  return false;
}

/** `fetch(metadata.registration_endpoint, { method: 'POST', ... })`, `post(\`${issuer}/register\`, { redirect_uris })`. */
function reportSentRegistration({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = endName(callee) ?? '';
  const [address, ...options] = node.arguments;
  if (!/fetch|post|request|axios|^(?:got|ky)$/i.test(name) || !address || address.type === 'SpreadElement' || options.length === 0) return;
  const to = innermost(address);
  const written = to.type === 'TemplateLiteral' ? (to.quasis.at(-1)?.value.raw ?? '') : (mcp.text(file, to) ?? '');
  const known = to.type === 'MemberExpression' && memberName(to) === 'registration_endpoint';
  // A path alone is a route.
  const elsewhere = (to.type === 'TemplateLiteral' && to.quasis[0]?.value.raw.startsWith('/') !== true) || /^https?:/.test(written);
  if (!known && !(elsewhere && /\/register\/?$/.test(written) && /redirect_uris/.test(file.text))) return;
  if (!/post/i.test(name) && !options.some(o => /['"]POST['"]/.test(file.text.slice(...o.range)))) return;
  report(node.callee, { clause: 'auth-dcr-deprecated', subject: 'dcr:call', message: 'This client registers itself. Dynamic registration is deprecated.', confidence: 'likely' });
}
