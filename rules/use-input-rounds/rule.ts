import { defineRule, innermost, keyName, propertyValue, says, type CodeContext, type TSESTree } from '../../src/rule.js';

const TESTED = /isInputRequiredResult|input_required|withInputRequired|inputRequests/;
/** What answers a question, by the capability that announces it. */
const ANSWERS: Readonly<Record<string, RegExp>> = {
  elicitation: /ElicitRequestSchema|ElicitRequest\b|elicitation\/create/,
  sampling: /CreateMessageRequestSchema|CreateMessageRequest\b|sampling\/createMessage/,
  roots: /ListRootsRequestSchema|ListRootsRequest\b|roots\/list/,
};

export default defineRule({
  id: 'use-input-rounds',
  title: 'A client answers questions and calls again',
  clauses: ['client-input-required', 'mrtr-client-retry-rules'],
  words: ['inputResponses', 'autoFulfill', 'elicitation', 'sampling', 'roots'],
  visit: context => ({
    NewExpression(node) {
      reportClient(context, node);
    },
    Property(node) {
      if (keyName(node.key) === 'inputResponses' && node.parent.type === 'ObjectExpression') reportRetry(context, node.parent);
    },
  }),
});

/** `new Client(info, { capabilities: { elicitation: {} } })` where nothing answers, and one that is left to itself with what it is asked. */
function reportClient({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const options = node.arguments[1] && innermost(node.arguments[1]);
  if (options?.type !== 'ObjectExpression') return;
  const capabilities = propertyValue(options, 'capabilities');
  const rounds = propertyValue(options, 'inputRequired');
  if (!capabilities && !rounds) return;
  const constructed = mcp.constructed(file, node, /Client$/);
  if (constructed?.type !== 'sdk#Client' && constructed?.type !== 'client#Client') return;
  const { because } = constructed;
  const own = rounds ? innermost(rounds) : undefined;
  const auto = own?.type === 'ObjectExpression' ? propertyValue(own, 'autoFulfill') : undefined;
  if (auto?.type === 'Literal' && auto.value === false && !isSaid(mcp.project, TESTED))
    report(auto, { clause: 'client-input-required', subject: 'input:by-hand', message: 'This client is left to itself with questions of the server, and nothing here looks for them in a result.', because });
  const announced = capabilities ? innermost(capabilities) : undefined;
  if (announced?.type !== 'ObjectExpression') return;
  for (const property of announced.properties) {
    const name = property.type === 'Property' ? keyName(property.key) : undefined;
    const answer = name === undefined ? undefined : ANSWERS[name];
    if (!answer || isSaid(mcp.project, answer)) continue;
    report(property, { clause: 'client-input-required', subject: `input:${name ?? ''}`, message: `This client announces ${name ?? ''}, and nothing in the program answers such a question.`, because, confidence: 'likely' });
  }
}

/** Whether any file of the program says so: handlers are often registered elsewhere. */
function isSaid(project: CodeContext['mcp']['project'], pattern: RegExp): boolean {
  return project.codeFiles().some(path => pattern.test(project.text(path) ?? ''));
}

/** `{ ...msg, params: { inputResponses, requestState } }`: a second round that is put together by hand. */
function reportRetry({ file, report }: CodeContext, params: TSESTree.ObjectExpression): void {
  if (!says(file, /jsonrpc|\bparams\b/)) return;
  const state = propertyValue(params, 'requestState');
  const inner = state ? innermost(state) : undefined;
  if (inner?.type === 'LogicalExpression' && /^(?:\?\?|\|\|)$/.test(inner.operator) && isEmptyText(inner.right))
    report(inner, { clause: 'mrtr-client-retry-rules', subject: 'retry:empty-state', message: 'This sends an empty state where the server gave none; it is to be left out.' });
  const holder = params.parent;
  if (holder.type !== 'Property' || keyName(holder.key) !== 'params' || holder.parent.type !== 'ObjectExpression') return;
  if (!params.properties.some(p => p.type === 'SpreadElement') && !propertyValue(params, 'name') && !propertyValue(params, 'uri'))
    report(params, { clause: 'mrtr-client-retry-rules', subject: 'retry:rebuilt', message: 'This answers without the parameters of the first call, which have to be sent again.', confidence: 'likely' });
  const message = holder.parent;
  const copied = message.properties.some(p => p.type === 'SpreadElement');
  if (copied && !propertyValue(message, 'id')) report(message, { clause: 'mrtr-client-retry-rules', subject: 'retry:same-id', message: 'This sends the next round under the id of the first one; each round has its own.', confidence: 'likely' });
}

function isEmptyText(node: TSESTree.Node): boolean {
  return node.type === 'Literal' && node.value === '';
}
