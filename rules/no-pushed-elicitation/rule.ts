import { sentMessage } from '../../src/mcp/messages.js';
import { isServerSide, roleOf } from '../../src/mcp/roles.js';
import { defineRule, endName, innermost, keyName, nameOfType, type CodeContext, type TSESTree } from '../../src/rule.js';

const PUSHED = 'This asks the user while the call runs. The channel is gone: return inputRequired and let the client call again with the answer.';
const CALLS = new Set(['elicitInput', 'elicit', 'elicitInputStream', 'elicitUrl', 'requestElicitation']);

export default defineRule({
  id: 'no-pushed-elicitation',
  title: 'Questions to the user are results, not requests',
  clauses: ['push-elicitation', 'url-elicitation-required-error', 'elicitation-complete-notification', 'elicitation-legacy-enum-names'],
  words: ['elicit', 'Elicit', 'enumNames', '32042', '32_042'],
  visit: context => ({
    CallExpression(node) {
      reportCall(context, node);
      reportMessage(context, node);
    },
    NewExpression(node) {
      reportError(context, node);
    },
    Property(node) {
      reportEnumNames(context, node);
    },
  }),
});

/** `server.elicitInput(...)`, `ctx.mcpReq.elicitInput(...)`, `this.elicitInput(...)` of an agent. */
function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = endName(callee);
  if (name === undefined || !/elicit/i.test(name)) return;
  const use = mcp.call(file, node);
  if (!use) return;
  if (use.member === 'createElicitationCompletionNotifier') {
    report(node.callee, { clause: 'elicitation-complete-notification', subject: 'elicitation:completion', message: 'This tells the client that an elicitation has ended, by a notification that the protocol no longer has.', because: use.because });
    return;
  }
  if (!CALLS.has(use.member)) return;
  const asks = isServerSide(use.owner) || roleOf(use.owner) === 'context' || use.owner === 'agents#McpAgent' || use.owner === 'mcp-framework#MCPTool' || /ExperimentalServerTasks/.test(use.owner);
  if (asks) report(node.callee, { clause: 'push-elicitation', subject: `elicitation:${use.member}`, message: PUSHED, because: use.because, confidence: use.confidence, unit: `elicitation:${file.path}` });
}

function reportMessage({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (!sent || sent.role === 'client') return;
  if (sent.method === 'elicitation/create')
    report(node.callee, { clause: 'push-elicitation', subject: 'elicitation:request', message: PUSHED, because: sent.because, confidence: sent.confidence, unit: `elicitation:${file.path}` });
  else if (sent.method === 'notifications/elicitation/complete')
    report(node.callee, {
      clause: 'elicitation-complete-notification',
      subject: 'elicitation:completion',
      message: 'This tells the client that an elicitation has ended, by a notification that the protocol no longer has.',
      because: sent.because,
      confidence: sent.confidence,
    });
}

/** `throw new UrlElicitationRequiredError(...)` and the same by its number. */
function reportError({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const constructed = mcp.constructed(file, node, /^(?:UrlElicitationRequiredError|McpError)$/);
  if (!constructed) return;
  const [code] = node.arguments;
  const byNumber = nameOfType(constructed.type) === 'McpError' && code !== undefined && /^-\s*32_?042$/.test(file.text.slice(...code.range));
  if (nameOfType(constructed.type) !== 'UrlElicitationRequiredError' && !byNumber) return;
  report(node.callee, {
    clause: 'url-elicitation-required-error',
    subject: 'elicitation:url-error',
    message: 'This error asked the client to open a page. It is gone: return inputRequired with the address.',
    because: constructed.because,
    unit: `elicitation:${file.path}`,
  });
}

function reportEnumNames({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'enumNames' || !/requestedSchema/.test(file.text) || !isOfForm({ file, mcp }, node)) return;
  report(node.key, { clause: 'elicitation-legacy-enum-names', subject: 'elicitation:enumNames', message: 'The keyword enumNames is the older way to title the values of an enumeration.' });
}

/** Inside `requestedSchema`, or inside a variable that is used as one. */
function isOfForm({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, name: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = name; n; n = n.parent) {
    if (n.type === 'Property' && keyName(n.key) === 'requestedSchema') return true;
    const variable = n.type === 'VariableDeclarator' && n.id.type === 'Identifier' ? file.variableOf(n.id) : undefined;
    if (variable) return mcp.infer.references.ofVariable(file, variable).some(({ node }) => node.parent.type === 'Property' && keyName(node.parent.key) === 'requestedSchema');
  }
  return false;
}
