import { defineRule, enclosingFunction, innermost, keyName, memberName, nameOfFunction, outermost, type CodeContext, type TSESTree } from '../../src/rule.js';

const HEADER = /^mcp[-_]session[-_]id$/i;
/** Methods of header objects and of requests and responses that take a header name first. */
const HEADER_METHODS = new Set(['get', 'set', 'has', 'append', 'delete', 'header', 'setHeader', 'getHeader', 'removeHeader', 'hasHeader', 'appendHeader']);
const CORS_LISTS = /^(?:expose(?:d)?Headers|allow(?:ed)?Headers|Access-Control-(?:Expose|Allow)-Headers)$/i;

export default defineRule({
  id: 'no-session-header',
  title: 'The session header is gone',
  clauses: ['session-id-header', 'session-client-tracking', 'cors-headers'],
  followsImports: true,
  words: ['cp-session-id', 'cp-Session-Id', 'CP-SESSION-ID', 'CP-Session-Id', 'cp-session-ID', 'cp-Session-ID', 'cp_session_id', 'CP-SESSION-Id', 'cpSessionId'],
  visit: context => ({
    Literal(node) {
      if (typeof node.value !== 'string') return;
      if (HEADER.test(node.value)) reportName(context, node);
      else if (/mcp-session-id/i.test(node.value)) reportHeaderList(context, node, node.value);
    },
    TemplateElement(node) {
      if (/mcp-session-id/i.test(node.value.raw) && node.parent.type === 'TemplateLiteral') reportHeaderList(context, node.parent, node.value.raw);
    },
    Identifier(node) {
      if (!isConstantUse(context, node)) return;
      reportName(context, node);
    },
  }),
});

/** `headers[SESSION_HEADER]`: a name for the header, used somewhere else than where it is declared. */
function isConstantUse({ file, mcp }: CodeContext, node: TSESTree.Identifier): boolean {
  const { parent } = node;
  const asKey = parent.type === 'MemberExpression' && parent.computed && parent.property === node;
  const asArgument = parent.type === 'CallExpression' && parent.arguments[0] === node;
  const asProperty = parent.type === 'Property' && parent.computed && parent.key === node;
  const asPart = parent.type === 'ArrayExpression' || parent.type === 'TemplateLiteral';
  if (!asKey && !asArgument && !asProperty && !asPart) return false;
  const text = mcp.text(file, node);
  return text !== undefined && HEADER.test(text);
}

/** A place where exactly the header's name stands. */
function reportName(context: CodeContext, node: TSESTree.StringLiteral | TSESTree.Identifier): void {
  const { parent } = node;
  if (parent.type === 'MemberExpression' && parent.computed && parent.property === node) reportAccess(context, parent);
  else if (parent.type === 'CallExpression' && parent.arguments[0] === node) reportCall(context, parent, node);
  else if (parent.type === 'Property' && parent.key === node) reportProperty(context, parent, node);
  else if (parent.type === 'CallExpression' && node.type === 'Literal') reportHeaderList(context, node, node.value);
  else if (parent.type === 'ArrayExpression') reportArray(context, parent, node);
  else if (corsHeaderName(context, node) !== undefined) reportCors(context, parent.type === 'TemplateLiteral' ? parent : node);
  else if (node.type === 'Literal' && isNameOfConstant(parent, node)) {
    context.report(node, { clause: 'session-id-header', subject: 'header:constant', message: 'This names the session header, which the protocol no longer has.' });
  } else if (parent.type === 'BinaryExpression' || parent.type === 'SwitchCase') {
    context.report(node, { clause: 'session-id-header', subject: 'header:compare', message: 'This looks for the session header, which clients no longer send.' });
  }
}

function reportAccess(context: CodeContext, access: TSESTree.MemberExpression): void {
  if (isResponseOfFetch(context, access.object)) {
    reportClient(context, access);
    return;
  }
  if (isReadAgain(context, access)) return;
  const target = outermost(access);
  const written = target.parent?.type === 'AssignmentExpression' && target.parent.left === target;
  context.report(access, {
    clause: 'session-id-header',
    subject: written ? 'header:write' : 'header:read',
    message: written ? 'This sends the session header, which the protocol no longer has.' : 'This reads the session header, which clients no longer send.',
  });
}

/** `Array.isArray(h[name]) ? h[name][0] : h[name]` is one read to whoever has to change it. */
function isReadAgain({ file }: CodeContext, access: TSESTree.MemberExpression): boolean {
  const text = file.text.slice(...access.range);
  for (let n: TSESTree.Node | undefined = access.parent; n && !/Statement$|Declarator$|Function|^Program$/.test(n.type); n = n.parent) {
    if (n.type === 'ConditionalExpression' && file.text.slice(n.range[0], access.range[0]).includes(text)) return true;
  }
  return false;
}

function reportCall(context: CodeContext, call: TSESTree.CallExpression, node: TSESTree.Node): void {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression') {
    // A helper such as `getHeader(req, name)` takes it elsewhere; one that takes only the name reads it.
    if (callee.type === 'Identifier' && /header/i.test(callee.name)) context.report(call, { clause: 'session-id-header', subject: 'header:read', message: 'This reads the session header, which clients no longer send.' });
    return;
  }
  const name = memberName(callee) ?? '';
  if (!HEADER_METHODS.has(name) && !/header/i.test(name)) return;
  if (name === 'get' && isResponseOfFetch(context, callee.object)) {
    reportClient(context, call);
    return;
  }
  const writes = name === 'set' || name === 'append' || name === 'setHeader' || name === 'appendHeader' || (name === 'header' && call.arguments.length > 1);
  const removes = name === 'delete' || name === 'removeHeader';
  context.report(writes || removes ? node : call, {
    clause: 'session-id-header',
    subject: writes ? 'header:write' : removes ? 'header:remove' : 'header:read',
    message: writes ? 'This sends the session header, which the protocol no longer has.' : 'This reads the session header, which clients no longer send.',
  });
}

function reportProperty(context: CodeContext, property: TSESTree.Property, key: TSESTree.Node): void {
  if (property.parent.type === 'ObjectPattern') {
    context.report(key, { clause: 'session-id-header', subject: 'header:read', message: 'This reads the session header, which clients no longer send.' });
    return;
  }
  // A header that is only described (OpenAPI, a list of field documentation) is text, not traffic.
  if (property.value.type === 'ObjectExpression' || isDescription(property)) return;
  context.report(key, { clause: 'session-id-header', subject: 'header:write', message: 'This sends the session header, which the protocol no longer has.' });
}

function isDescription(property: TSESTree.Property): boolean {
  return property.parent.type === 'ObjectExpression' && property.parent.properties.some(p => p.type === 'Property' && /^(?:description|schema|example)$/.test(keyName(p.key) ?? ''));
}

function reportArray(context: CodeContext, array: TSESTree.ArrayExpression, node: TSESTree.Node): void {
  const { parent } = array;
  const corsOption = parent.type === 'Property' && CORS_LISTS.test(keyName(parent.key) ?? '');
  const corsHeader = corsHeaderName(context, array) !== undefined;
  const corsVariable = parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' && /cors|expose|allow(?:ed)?_?headers/i.test(parent.id.name);
  if (corsOption || corsHeader || corsVariable) reportCors(context, node);
  else context.report(node, { clause: 'session-id-header', subject: 'header:list', message: 'This list of headers names the session header, which the protocol no longer has.' });
}

/** `res.setHeader('Access-Control-Allow-Headers', 'Content-Type, mcp-session-id')` and the same in object literals. */
function reportHeaderList(context: CodeContext, node: TSESTree.StringLiteral | TSESTree.TemplateLiteral, text: string): void {
  const names = text.split(',').map(part => part.trim());
  if (!names.some(name => HEADER.test(name))) return;
  const { parent } = node;
  const keyed = parent.type === 'Property' && parent.value === node && CORS_LISTS.test(keyName(parent.key) ?? '');
  if (keyed || corsHeaderName(context, node) !== undefined || isListOfFunction(node)) reportCors(context, node);
}

/** `corsAllowedHeaders() { return 'Content-Type, Mcp-Session-Id'; }`. */
function isListOfFunction({ parent }: TSESTree.Node): boolean {
  const fn = parent?.type === 'ReturnStatement' ? enclosingFunction(parent) : parent?.type === 'ArrowFunctionExpression' ? parent : undefined;
  return /(?:expose|allow)(?:e?d)?_?headers/i.test((fn && nameOfFunction(fn)) ?? '');
}

function reportCors({ report }: CodeContext, at: TSESTree.Node): void {
  report(at, { clause: 'cors-headers', also: ['session-id-header'], subject: 'cors:session-header', message: 'This CORS list names the session header and lacks the headers that replaced it.' });
}

/** The CORS header that a call, a property or an assignment sets to (something made from) this value. */
function corsHeaderName({ file, mcp }: CodeContext, value: TSESTree.Node): string | undefined {
  for (let n: TSESTree.Node | undefined = value; n && !enclosesFunction(n); n = n.parent) {
    if (n.parent?.type === 'CallExpression' && n.parent.arguments.includes(n as TSESTree.CallExpressionArgument)) {
      const first = n.parent.arguments[0];
      const name = first && first.type !== 'SpreadElement' && first !== n ? mcp.text(file, first) : undefined;
      if (name !== undefined && CORS_LISTS.test(name)) return name;
    }
    if (n.parent?.type === 'Property' && n.parent.value === n && CORS_LISTS.test(keyName(n.parent.key) ?? '')) return keyName(n.parent.key);
    if (n.parent?.type === 'AssignmentExpression' && n.parent.right === n && n.parent.left.type === 'MemberExpression' && CORS_LISTS.test(memberName(n.parent.left) ?? '')) return memberName(n.parent.left);
  }
  return undefined;
}

function enclosesFunction(node: TSESTree.Node): boolean {
  return /Function/.test(node.type);
}

function isNameOfConstant(parent: TSESTree.Node, node: TSESTree.Node): boolean {
  if (parent.type === 'VariableDeclarator') return parent.init === node;
  if (parent.type === 'TSAsExpression') return parent.parent.type === 'VariableDeclarator' || parent.parent.type === 'Property';
  if (parent.type === 'PropertyDefinition') return parent.value === node;
  if (parent.type === 'Property') return parent.value === node && /header|session/i.test(keyName(parent.key) ?? '') && !isDescription(parent);
  return parent.type === 'TSEnumMember';
}

/** A hand-written client reads the id from the answer. */
function isResponseOfFetch({ file, mcp }: CodeContext, headers: TSESTree.Node): boolean {
  return mcp.values(file, headers).some(({ value }) => {
    if (value.kind === 'global') return value.path.includes('fetch') && value.path.includes('()');
    return value.kind === 'external' && value.path.includes('()') && /^(?:axios|node-fetch|undici|got|ky|cross-fetch)$/.test(value.module);
  });
}

function reportClient(context: CodeContext, node: TSESTree.Node): void {
  context.report(node, {
    clause: 'session-client-tracking',
    also: ['session-id-header'],
    subject: 'client:session-header',
    message: `This client keeps the session id that the server answered with; servers of the new revision send none.`,
    data: { inFunction: enclosingFunction(node) !== undefined },
  });
}
