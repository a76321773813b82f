import { innermost, keyName, memberName, propertyValue, type McpModel, type SourceFile, type TSESTree } from '../../src/rule.js';

/** Something that ends up on standard output. */
export interface Output {
  readonly at: TSESTree.Node;
  /** `console.log`, `process.stdout.write`, `pino`, `winston`. */
  readonly by: string;
  readonly message: string;
}

/** The rest, `error`, `warn`, `trace` and `assert`, goes to standard error. */
const ON_STDOUT = new Set(['log', 'info', 'debug', 'dir', 'dirxml', 'table', 'group', 'groupCollapsed', 'count', 'timeEnd', 'timeLog']);

export function outputOf(mcp: McpModel, file: SourceFile, node: TSESTree.CallExpression | TSESTree.NewExpression): Output | undefined {
  const callee = innermost(node.callee);
  if (node.type === 'NewExpression') return consoleTransport(mcp, file, node);
  if (callee.type === 'MemberExpression') {
    const name = memberName(callee) ?? '';
    const object = innermost(callee.object);
    if (object.type === 'Identifier' && object.name === 'console') return ON_STDOUT.has(name) && isGlobal(file, object) && !isMessage(file, node) ? { at: callee, by: `console.${name}`, message: `A stdio server’s console.${name} writes between the messages of the protocol.` } : undefined;
    if (name === 'write') return isStdout(mcp, file, object) && isText(file, node) ? { at: callee, by: 'process.stdout.write', message: 'This writes between the messages of the protocol when the server is served over stdio.' } : undefined;
  }
  return pinoLogger(mcp, file, node);
}

function isGlobal(file: SourceFile, name: TSESTree.Identifier): boolean {
  return !file.variableOf(name)?.defs.length;
}

/** A message of the protocol that is written by hand. */
function isMessage(file: SourceFile, node: TSESTree.CallExpression): boolean {
  return /jsonrpc/i.test(file.text.slice(...node.range));
}

function isStdout(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  if (node.type !== 'MemberExpression' || memberName(node) !== 'stdout') return false;
  const object = innermost(node.object);
  if (object.type !== 'Identifier' || object.name !== 'process') return false;
  return isGlobal(file, object) || mcp.values(file, object).some(k => k.value.kind === 'external' && k.value.module === 'process');
}

/** Written for people. What comes from elsewhere may be a message of the protocol. */
function isText(file: SourceFile, node: TSESTree.CallExpression): boolean {
  const [text] = node.arguments;
  if (!text || /jsonrpc|JSON\.stringify/i.test(file.text.slice(...node.range))) return false;
  const literals = text.type === 'Literal' ? [String(text.value)] : text.type === 'TemplateLiteral' ? text.quasis.map(q => q.value.raw) : text.type === 'BinaryExpression' ? [file.text.slice(...text.range)].flatMap(t => t.match(/['"`][^'"`]*['"`]/g) ?? []) : [];
  return literals.some(t => /\p{L}{2}/u.test(t.replace(/\\./g, '')));
}

/** `pino()` and `pino({ ... })` write to standard output unless they are told where. */
function pinoLogger(mcp: McpModel, file: SourceFile, node: TSESTree.CallExpression): Output | undefined {
  if (!mcp.values(file, node.callee).some(({ value }) => value.kind === 'external' && value.module === 'pino' && /^(?:default|pino)?$/.test(value.path.join('.')))) return undefined;
  const [options, stream] = node.arguments;
  const found = (at: TSESTree.Node): Output => ({ at, by: 'pino', message: 'This logger writes to standard output, between the messages of the protocol.' });
  if (stream) return isPinoStdout(file, stream) ? found(node.callee) : undefined;
  if (!options) return found(node.callee);
  if (isCompleted(file, options)) return undefined;
  const [first] = mcp.values(file, options).flatMap(({ value }) => (value.kind === 'object' ? [value] : []));
  if (!first) return options.type === 'CallExpression' || options.type === 'NewExpression' ? (isPinoStdout(file, options) ? found(node.callee) : undefined) : undefined;
  if (first.node.properties.some(p => p.type === 'SpreadElement' || (keyName(p.key) === 'level' && /\bsilent\b/.test(first.file.text.slice(...p.value.range))) || keyName(p.key) === 'enabled')) return undefined;
  const transport = propertyValue(first.node, 'transport');
  return transport && leadsElsewhere(first.file, transport) ? undefined : found(node.callee);
}

/** `options.transport = ...` after they were written. */
function isCompleted(file: SourceFile, options: TSESTree.Node): boolean {
  const variable = options.type === 'Identifier' ? file.variableOf(options) : undefined;
  return variable?.references.some(({ identifier: { parent } }) => parent.type === 'MemberExpression' && parent.parent.type === 'AssignmentExpression' && parent.parent.left === parent) ?? false;
}

/** `pino.destination()`, `pino.destination(1)`, `process.stdout`. */
function isPinoStdout(file: SourceFile, node: TSESTree.Node): boolean {
  const text = file.text.slice(...node.range);
  return text === 'process.stdout' || /\bdestination\(\s*(?:1|process\.stdout(?:\.fd)?|\{[^}]*\bdest:\s*(?:1|process\.stdout(?:\.fd)?)\b[^}]*\})?\s*\)$/.test(text);
}

/** A transport of pino with a destination, or one that writes to no stream of the process. */
function leadsElsewhere(file: SourceFile, transport: TSESTree.Node): boolean {
  const text = file.text.slice(...transport.range);
  if (/\bdestination\b/.test(text)) return !/\bdestination:\s*(?:1\b|['"]?process\.stdout)/.test(text);
  return !/['"](?:pino-pretty|pino\/file)['"]/.test(text);
}

/** `new winston.transports.Console()` writes to standard output but for the levels in `stderrLevels`. */
function consoleTransport(mcp: McpModel, file: SourceFile, node: TSESTree.NewExpression): Output | undefined {
  if (!/\bConsole$/.test(file.text.slice(...node.callee.range))) return undefined;
  const isWinston = mcp.values(file, node.callee).some(({ value }) => value.kind === 'external' && value.module === 'winston' && value.path.slice(-2).join('.') === 'transports.Console');
  const [options] = node.arguments;
  if (!isWinston || (options && (options.type !== 'ObjectExpression' || options.properties.some(p => p.type === 'SpreadElement')))) return undefined;
  if (options && ['stderrLevels', 'consoleWarnLevels', 'silent'].some(name => propertyValue(options, name))) return undefined;
  return { at: node.callee, by: 'winston', message: 'This transport writes to standard output, between the messages of the protocol.' };
}
