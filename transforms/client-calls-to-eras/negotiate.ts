import { innermost, memberName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { indentAt } from '../../src/edits/indent.js';
import { nodeAt } from '../../src/edits/locate.js';
import { styleOf } from '../../src/edits/style.js';
import { indexOf } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';
import type { Change, Place } from './change.js';

const ASKS = 'The client asks a server which revision it speaks before anything else: one request more on servers of older revisions.';

/** `new Client(info)` gets `versionNegotiation: { mode: 'auto' }`. */
export function negotiating({ mcp, file, finding }: Place): Change | string {
  const made = nodeAt(file, finding.range)?.parent;
  if (made?.type !== 'NewExpression') return '';
  const [info, options] = made.arguments;
  if (!info) return 'The client is made without a name.';
  if (startsProcesses(mcp, file, made)) return "Over standard input and output a client that negotiates starts its server twice. Give it `versionNegotiation: { mode: 'auto' }` where that does no harm, or pin the revision.";
  const { quote, eol } = styleOf(file);
  const option = `versionNegotiation: { mode: ${quote}auto${quote} }`;
  if (!options) return { edits: [{ range: [info.range[1], info.range[1]], text: `, { ${option} }` }], notes: [ASKS] };
  const object = literalOf(file, options);
  if (!object) return 'The options of the client are made elsewhere. Give them `versionNegotiation` there.';
  const [first] = object.properties;
  if (!first) return { edits: [{ range: object.range, text: `{ ${option} }` }], notes: [ASKS] };
  const written = isWidened(file, object) ? option.replace(/ }$/, ' as const }') : option;
  const apart = file.text.slice(object.range[0], first.range[0]).includes('\n') ? `,${eol}${indentAt(file, first.range[0])}` : ', ';
  return { edits: [{ range: [first.range[0], first.range[0]], text: written + apart }], notes: [ASKS] };
}

/** In a variable without a type the word would be any text. */
function isWidened(file: SourceFile, { parent }: TSESTree.ObjectExpression): boolean {
  return /\.[cm]?tsx?$/.test(file.path) && parent.type === 'VariableDeclarator' && !parent.id.typeAnnotation;
}

function literalOf(file: SourceFile, options: TSESTree.CallExpressionArgument): TSESTree.ObjectExpression | undefined {
  const inner = innermost(options);
  if (inner.type === 'ObjectExpression') return inner;
  if (inner.type !== 'Identifier') return undefined;
  const variable = file.variableOf(inner);
  const init = variable?.defs[0]?.node.type === 'VariableDeclarator' ? variable.defs[0].node.init : undefined;
  const object = init ? innermost(init) : undefined;
  return object?.type === 'ObjectExpression' && variable?.references.filter(r => r.init !== true).length === 1 ? object : undefined;
}

/** It is connected to processes that it starts, and to nothing else. */
function startsProcesses(mcp: McpModel, file: SourceFile, made: TSESTree.NewExpression): boolean {
  const name = nameOf(file, made);
  const given = indexOf(file).calls.flatMap(call => {
    const callee = innermost(call.callee);
    const [transport] = call.arguments;
    if (callee.type !== 'MemberExpression' || memberName(callee) !== 'connect' || !transport) return [];
    return innermost(callee.object) === made || (name !== undefined && file.text.slice(...innermost(callee.object).range) === name) ? [transport] : [];
  });
  return given.length > 0 && given.every(t => {
    const types = mcp.types(file, t);
    return types.length > 0 && types.every(({ type }) => type.endsWith('#StdioClientTransport'));
  });
}

function nameOf(file: SourceFile, made: TSESTree.NewExpression): string | undefined {
  const { parent } = made;
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  if (parent.type === 'AssignmentExpression') return file.text.slice(...parent.left.range);
  return parent.type === 'PropertyDefinition' && parent.key.type === 'Identifier' ? `this.${parent.key.name}` : undefined;
}
