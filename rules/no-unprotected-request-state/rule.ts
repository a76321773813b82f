import { defineRule, enclosingFunction, innermost, keyName, memberName, propertyValue, says, type CodeContext, type TSESTree } from '../../src/rule.js';

const PROTECTS = /\bmint\b|\bseal|\bsign|encrypt|hmac|jwt|\bverif|decrypt|unseal/i;
/** Makes text of a value, or a value of text, and anybody can do the same. */
const OPEN = /\bJSON\.(?:stringify|parse)\b|['"`]base64(?:url)?['"`]|\bbtoa\b|\batob\b/;
const RANDOM = /\brandom(?:Bytes|UUID|FillSync)?\b|getRandomValues/;

export default defineRule({
  id: 'no-unprotected-request-state',
  title: 'State that clients carry is sealed',
  clauses: ['mrtr-request-state-integrity'],
  words: ['requestState', 'createRequestStateCodec'],
  visit: context => ({
    Property(node) {
      reportMade(context, node);
    },
    MemberExpression(node) {
      reportRead(context, node);
    },
    CallExpression(node) {
      reportKey(context, node);
    },
  }),
});

/** `inputRequired({ inputRequests, requestState: JSON.stringify(step) })`. */
function reportMade({ file, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'requestState' || node.parent.type !== 'ObjectExpression' || !isAnswer(node.parent)) return;
  const made = written({ file }, node.value);
  const text = file.text.slice(...made.range);
  if (PROTECTS.test(text) || !(OPEN.test(text) || made.type === 'TemplateLiteral')) return;
  report(node.value, { clause: 'mrtr-request-state-integrity', subject: 'request-state:made', message: 'This gives the client state that it can change before it brings it back.', confidence: 'likely' });
}

/** What asks the client, in a call or in a result that is written out. */
function isAnswer(object: TSESTree.ObjectExpression): boolean {
  return propertyValue(object, 'inputRequests') !== undefined || propertyValue(object, 'resultType') !== undefined;
}

/** The expression that a name stands for. */
function written({ file }: Pick<CodeContext, 'file'>, value: TSESTree.Node): TSESTree.Node {
  const node = innermost(value);
  const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0]?.node : undefined;
  return definition?.type === 'VariableDeclarator' && definition.init ? innermost(definition.init) : node;
}

/** `JSON.parse(params.requestState)` with nothing that verifies it. */
function reportRead({ file, mcp, report }: CodeContext, node: TSESTree.MemberExpression): void {
  if (memberName(node) !== 'requestState') return;
  const outer = outermostCall(node);
  if (!outer || !OPEN.test(file.text.slice(...outer.callee.range)) && !OPEN.test(file.text.slice(...outer.range))) return;
  const fn = enclosingFunction(node);
  if (PROTECTS.test(file.text.slice(...(fn ?? outer).range)) || isVerified({ file, mcp })) return;
  report(outer, { clause: 'mrtr-request-state-integrity', subject: 'request-state:read', message: 'This believes state that came back from the client without verifying it.', confidence: 'likely' });
}

/** The SDK verifies before the handler runs, where it is told how. */
function isVerified({ file }: Pick<CodeContext, 'file' | 'mcp'>): boolean {
  return says(file, /requestState\s*:\s*\{[^}]*\bverify\b/);
}

/** The outermost call that takes a value apart: `JSON.parse(Buffer.from(x, 'base64').toString())`. */
function outermostCall(node: TSESTree.Node): TSESTree.CallExpression | undefined {
  let found: TSESTree.CallExpression | undefined;
  for (let n = node.parent; n && !/Statement$|Declarator$|Function/.test(n.type); n = n.parent) if (n.type === 'CallExpression') found = n;
  return found;
}

/** A key that stands in the code, or that every process makes for itself. */
function reportKey({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (mcp.export(file, node.callee, /^createRequestStateCodec$/)?.name !== 'createRequestStateCodec') return;
  const options = node.arguments[0] && innermost(node.arguments[0]);
  const key = options?.type === 'ObjectExpression' ? propertyValue(options, 'key') : undefined;
  if (!key) return;
  const value = written({ file }, key);
  const text = file.text.slice(...value.range);
  const isLiteral = value.type === 'Literal' || /^Buffer\.from\(\s*['"`]|^new TextEncoder\(\)\.encode\(\s*['"`]/.test(text);
  if (!isLiteral && (!RANDOM.test(text) || /process\.env/.test(text))) return;
  report(key, {
    clause: 'mrtr-request-state-integrity',
    subject: isLiteral ? 'request-state:literal-key' : 'request-state:own-key',
    message: isLiteral ? 'The key that seals the state stands in the code.' : 'Each process makes its own key here, so no other replica can read the state.',
    confidence: 'likely',
  });
}
