import { endName, innermost, keyName, type Finding, type TSESTree } from '../../src/define-transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import { declaredAs } from '../../src/mcp/references.js';
import type { McpModel } from '../../src/mcp/model.js';
import type { SourceFile } from '../../src/parse/source.js';
import { propertyValue } from '../../src/mcp/exports.js';

/** A call that asks the client for a model, taken apart. */
export interface SamplingCall {
  readonly finding: Finding;
  readonly file: SourceFile;
  readonly call: TSESTree.CallExpression;
  /** The parameters: as they stand, or the member of a request that stands elsewhere. */
  readonly params: TSESTree.Node;
  readonly member: boolean;
  readonly options: TSESTree.Node | undefined;
  /** The literal of the parameters, where it is in sight. */
  readonly literal: TSESTree.ObjectExpression | undefined;
}

const RESULTS = /^CreateMessageResult(?:WithTools)?Schema$/;
const OPTION_KEYS = new Set(['signal', 'timeout', 'onprogress', 'resetTimeoutOnProgress', 'maxTotalTimeout', 'relatedRequestId']);

/** A sentence when it cannot be taken apart. */
export function samplingCall(mcp: McpModel, file: SourceFile, finding: Finding, inLibrary: boolean): SamplingCall | string {
  const callee = nodeAt(file, finding.range);
  const call = callee?.parent?.type === 'ChainExpression' ? callee.parent.parent : callee?.parent;
  if (call?.type !== 'CallExpression' || call.arguments.some(a => a.type === 'SpreadElement')) return 'The arguments of this call are put together elsewhere.';
  if (finding.subject === 'sampling:createMessageStream') return 'This reads the answer as a stream. Call the provider by hand.';
  const use = mcp.call(file, call);
  if (!use && finding.subject !== 'sampling:request') return 'It is not clear whose method this is. Call the provider by hand.';
  if (!use && !isSender(call)) return `${file.text.slice(...call.callee.range)} is not known to ask a client. Call the provider there, or beside it, by hand.`;
  if (use && /^(?:fastmcp|litemcp|mcp-framework)#/.test(use.owner) && /\.[cm]?tsx?$/.test(file.path)) return 'The framework asks for this, with types of its own. Call the provider by hand.';
  const [first, second, third] = call.arguments;
  if (!first) return 'The arguments of this call are put together elsewhere.';
  if (inLibrary && isHandedOn(file, first)) return 'This library hands on what its users ask for. They decide whether to call a provider.';
  if (finding.subject !== 'sampling:request') return { finding, file, call, params: first, member: false, options: second, literal: literalOf(file, first) };
  const schema = second && !isOptions(second) ? second : undefined;
  if (schema && !isResult(mcp, file, schema)) return 'The answer is read by a schema of its own, which no model provider gives. Ask for text, and read that.';
  const options = schema ? third : (second ?? third);
  const message = innermost(first);
  if (message.type === 'ObjectExpression') {
    const params = propertyValue(message, 'params');
    return params ? { finding, file, call, params, member: false, options, literal: literalOf(file, params) } : 'The arguments of this call are put together elsewhere.';
  }
  if (message.type !== 'Identifier' && message.type !== 'MemberExpression') return 'The arguments of this call are put together elsewhere.';
  const request = literalOf(file, message);
  const params = request ? propertyValue(request, 'params') : undefined;
  return { finding, file, call, params: first, member: true, options, literal: params ? literalOf(file, params) : undefined };
}

/** What could be the `sendRequest` of a handler's context, whatever holds it. */
function isSender({ callee }: TSESTree.CallExpression): boolean {
  const name = endName(callee);
  return name !== undefined && /^(?:send|(?:send)?request)$/i.test(name);
}

/** A method of a class passes its own parameter on. */
function isHandedOn(file: SourceFile, node: TSESTree.Node): boolean {
  const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0] : undefined;
  return definition?.type === 'Parameter' && definition.node.parent.type === 'MethodDefinition';
}

function isOptions(node: TSESTree.Node): boolean {
  return node.type === 'ObjectExpression' && node.properties.every(p => p.type === 'Property' && OPTION_KEYS.has(keyName(p.key) ?? ''));
}

function isResult(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  return RESULTS.test(mcp.export(file, node)?.name ?? (node.type === 'Identifier' ? node.name : ''));
}

function literalOf(file: SourceFile, node: TSESTree.Node): TSESTree.ObjectExpression | undefined {
  const inner = innermost(node);
  if (inner.type === 'ObjectExpression') return inner;
  const definition = inner.type === 'Identifier' ? file.variableOf(inner)?.defs[0] : undefined;
  const init = definition?.type === 'Variable' && definition.node.init ? innermost(definition.node.init) : undefined;
  return init?.type === 'ObjectExpression' && declaredAs(file, init) !== undefined ? init : undefined;
}
