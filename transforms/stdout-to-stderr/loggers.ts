import { type Editor, type TSESTree } from '../../src/define-transform.js';
import { indentAt } from '../../src/edits/indent.js';
import { propertyValue } from '../../src/mcp/exports.js';

const ELSEWHERE = 'The options of this logger are put together elsewhere. Give it pino.destination(2), or its transport a destination of 2, by hand.';
/** The levels of winston when nobody names others. */
const LEVELS = ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'];

/** `pino(options)` gets a destination, or its transports get one. */
export function pinoToStderr(editor: Editor, call: TSESTree.CallExpression): string | undefined {
  const [first, stream] = call.arguments;
  const stderr = `${editor.text(call.callee)}.destination(2)`;
  const given = stream ?? (first && isStream(first) ? first : undefined);
  if (given) {
    editor.replace(given, editor.text(given) === 'process.stdout' ? 'process.stderr' : stderr);
    return undefined;
  }
  if (!first) {
    editor.insert(call.range[1] - 1, stderr);
    return undefined;
  }
  const options = objectOf(editor, first);
  if (!options) return ELSEWHERE;
  const transport = propertyValue(options, 'transport');
  if (!transport) {
    editor.insert(first.range[1], `, ${stderr}`);
    return undefined;
  }
  const targets = targetsOf(transport);
  if (!targets) return ELSEWHERE;
  for (const target of targets) sendToStderr(editor, target);
  return undefined;
}

function isStream(node: TSESTree.Node): boolean {
  return node.type === 'CallExpression' || (node.type === 'MemberExpression' && node.object.type === 'Identifier' && node.object.name === 'process');
}

/** `{ target }` or `{ targets: [{ target }, ...] }`, those that write to a stream of the process. */
function targetsOf(transport: TSESTree.Node): readonly TSESTree.ObjectExpression[] | undefined {
  if (transport.type !== 'ObjectExpression') return undefined;
  const list = propertyValue(transport, 'targets');
  if (!list) return writes(transport) ? [transport] : undefined;
  if (list.type !== 'ArrayExpression') return undefined;
  const targets = list.elements.flatMap(e => (e?.type === 'ObjectExpression' ? [e] : []));
  return targets.length === list.elements.length ? targets.filter(writes) : undefined;
}

function writes(target: TSESTree.ObjectExpression): boolean {
  const name = propertyValue(target, 'target');
  return name?.type === 'Literal' && (name.value === 'pino-pretty' || name.value === 'pino/file') && (propertyValue(target, 'options')?.type ?? 'ObjectExpression') === 'ObjectExpression';
}

function sendToStderr(editor: Editor, target: TSESTree.ObjectExpression): void {
  const options = propertyValue(target, 'options');
  if (options?.type !== 'ObjectExpression') {
    append(editor, target, 'options: { destination: 2 }');
    return;
  }
  const destination = propertyValue(options, 'destination');
  if (!destination) append(editor, options, 'destination: 2');
  else if (/^(?:1|process\.stdout(?:\.fd)?)$/.test(editor.text(destination))) editor.replace(destination, '2');
}

/** `new winston.transports.Console(options)` names the levels that go to standard error: all. */
export function winstonToStderr(editor: Editor, made: TSESTree.NewExpression): string | undefined {
  const own = levelsAround(made);
  if (own && own.type !== 'Identifier' && own.type !== 'MemberExpression') return 'This logger has levels of its own. Name them in stderrLevels by hand.';
  const { quote } = editor.style;
  const levels = own ? `Object.keys(${editor.text(own)})` : `[${LEVELS.map(l => quote + l + quote).join(', ')}]`;
  const [options] = made.arguments;
  if (options?.type === 'ObjectExpression') append(editor, options, `stderrLevels: ${levels}`);
  else if (editor.text(made).endsWith(')')) editor.insert(made.range[1] - 1, `{ stderrLevels: ${levels} }`);
  else editor.insert(made.range[1], `({ stderrLevels: ${levels} })`);
  return undefined;
}

/** `levels` of the options in which the transport stands. */
function levelsAround(node: TSESTree.Node): TSESTree.Node | undefined {
  for (let n = node.parent; n && n.type !== 'BlockStatement' && n.type !== 'Program'; n = n.parent) {
    const levels = n.type === 'ObjectExpression' ? propertyValue(n, 'levels') : undefined;
    if (levels) return levels;
  }
  return undefined;
}

/** The literal itself, or that of a constant of the file. */
function objectOf({ file }: Editor, node: TSESTree.Node): TSESTree.ObjectExpression | undefined {
  if (node.type === 'ObjectExpression') return node;
  const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0] : undefined;
  const init = definition?.type === 'Variable' ? definition.node.init : undefined;
  return init?.type === 'ObjectExpression' ? init : undefined;
}

/** A property behind the others, on a line of its own where they have one. */
function append(editor: Editor, object: TSESTree.ObjectExpression, text: string): void {
  const last = object.properties.at(-1);
  const { text: all } = editor.file;
  if (!last) {
    editor.replace(object, `{ ${text} }`);
    return;
  }
  const isLong = all.slice(object.range[0], last.range[0]).includes('\n');
  const hasComma = /^\s*,/.test(all.slice(last.range[1], object.range[1]));
  const gap = isLong ? editor.style.eol + indentAt({ text: all }, last.range[0]) : ' ';
  if (hasComma) editor.insert(all.indexOf(',', last.range[1]) + 1, `${gap}${text}${isLong ? ',' : ''}`);
  else editor.insert(last.range[1], `,${gap}${text}`);
}
