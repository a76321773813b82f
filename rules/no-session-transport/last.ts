import { indexOf } from '../../src/mcp/file-index.js';
import { nearestClass } from '../../src/mcp/references.js';
import { endName, enclosingFunction, keyName, memberName, outermost, type CodeContext, type SourceFile, type TSESTree } from '../../src/rule.js';

const HANDLES = /^(?:handlePostMessage|handleRequest|handleMessage)$/;
const ROUTES = /^(?:get|post|all|use|route|on|createServer|createSecureServer)$/;

/**
 * `let transport;` beside routes, or a field: one route makes the transport, another hands it what comes, and the next client
 * takes the place of the one before.
 */
export function reportLast({ file, report }: CodeContext, made: TSESTree.NewExpression): void {
  const outer = outermost(made);
  const { parent } = outer;
  if (parent?.type !== 'AssignmentExpression' || parent.operator !== '=' || parent.right !== outer) return;
  const maker = enclosingFunction(parent);
  const place = maker && (parent.left.type === 'Identifier' ? ofVariable(file, parent.left, maker) : parent.left.type === 'MemberExpression' ? ofField(file, parent.left, maker) : undefined);
  if (!place) return;
  const { name, range } = place;
  report({ range: [range[0], range[0] + name.length] }, {
    clause: 'session-transport-map',
    subject: `last:${name}`,
    message: 'This keeps the transport of the last connection: the next client takes the place of the one before, and there are no connections to keep.',
    unit: `http-sessions:${file.path}`,
    confidence: 'likely',
  });
}

interface Kept {
  readonly name: string;
  readonly range: readonly [number, number];
}

/** A variable around the routes: declared outside of what makes the transport, and used in another of them. */
function ofVariable(file: SourceFile, left: TSESTree.Identifier, maker: TSESTree.Node): Kept | undefined {
  const variable = file.variableOf(left);
  const [declared] = variable?.defs ?? [];
  if (!variable || declared?.name.type !== 'Identifier') return undefined;
  const around = enclosingFunction(declared.name);
  if (around === maker) return undefined;
  const others = variable.references.filter(({ identifier }) => isHanding(identifier)).map(({ identifier }) => enclosingFunction(identifier));
  // In a module one function may do both; what a request declares lives no longer than it.
  return others.some(fn => fn !== around && (fn !== maker || around === undefined)) ? { name: left.name, range: declared.name.range } : undefined;
}

/** A field of a class that sets up the routes: an object for each session has fields of that kind too. */
function ofField(file: SourceFile, left: TSESTree.MemberExpression, maker: TSESTree.Node): Kept | undefined {
  const name = memberName(left);
  const cls = nearestClass(left);
  if (name === undefined || !cls || left.object.type !== 'ThisExpression' || !isRoute(maker)) return undefined;
  const uses = (indexOf(file).members.get(name) ?? []).filter(m => m.object.type === 'ThisExpression' && nearestClass(m) === cls && isHanding(m));
  if (!uses.some(m => enclosingFunction(m) !== maker)) return undefined;
  const field = cls.body.body.find(m => m.type === 'PropertyDefinition' && keyName(m.key) === name);
  return { name, range: field?.type === 'PropertyDefinition' ? field.key.range : left.property.range };
}

/** `transport.handlePostMessage(req, res)`. */
function isHanding(node: TSESTree.Node): boolean {
  const { parent } = outermost(node);
  return parent?.type === 'MemberExpression' && parent.object === outermost(node) && HANDLES.test(memberName(parent) ?? '');
}

function isRoute({ parent }: TSESTree.Node): boolean {
  return parent?.type === 'CallExpression' && ROUTES.test(endName(parent.callee) ?? '');
}
