import type { ProjectRewriteContext } from '../../src/transform.js';
import { keyName, memberName, walkTree, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { innermost } from '../../src/mcp/file-index.js';
import { contains } from '../../src/mcp/nodes.js';
import { roleOf } from '../../src/mcp/roles.js';
import { isClassNode, isFunctionNode, type ClassNode } from '../../src/mcp/values.js';
import { isAuthName } from '../../src/state/auth.js';
import { isLive } from '../../src/state/classify.js';
import { comesFromArguments } from '../../src/state/keys.js';
import type { McpModel } from '../../src/mcp/model.js';
import type { ClassifiedCell, StateGroup } from '../../src/state/model.js';
import type { Reach } from '../../src/state/reach.js';
import type { Container } from './design.js';
import { closingsOf, type Closing } from './live.js';
import { isJsonValue, notJson, type Doubt } from './json-types.js';
import { propertyName } from './names.js';
import { Obstacle } from './obstacle.js';

const TELEMETRY = /rate|limit|quota|metric|telemetry|analytics|usage|stats|statistic|audit|span|trace|hits|requestCount|callCount/i;
/** Parts of the protocol that are objects with a connection behind them; arguments of tools are data. */
const LIVE_ROLES: ReadonlySet<string> = new Set(['server', 'client', 'transport', 'server-transport', 'client-transport']);
const RICH = /^(?:Map|Set|WeakMap|WeakSet|Date|Buffer|Uint8Array|Error|RegExp|Promise|URL)$/;

/** What a cell becomes in a stored state, or the reason why it cannot. */
export function containerOf(context: ProjectRewriteContext, group: StateGroup, cell: ClassifiedCell): Container {
  const refuse = (marker: Obstacle['marker'], reason: string): Obstacle => new Obstacle(marker, cell.file, cell.at, reason);
  if (isAuthName(cell.name)) throw refuse('session-auth', `${cell.name} says who somebody is. Bind it to the credentials of each request, and review this by hand.`);
  if (cell.class === 'session' && TELEMETRY.test(cell.name)) throw refuse('session-telemetry', `${cell.name} counts or limits by session. Use the principal that signed in, or the id of the request.`);
  if (cell.kind === 'static') throw refuse('state-escapes', `${cell.name} is a static field, which every instance shares.`);
  if (cell.kind !== 'variable' && cell.kind !== 'field') throw refuse('state-escapes', `${cell.name} is not declared in one place.`);
  const closings = liveClosings(context, cell);
  checkFirstValue(context, cell);
  return cell.class === 'session' ? keyedContainer(context, group, cell, closings) : plainContainer(context, group, cell, closings);
}

/** Browsers, sockets and the like stay in this process, where it is known how they are closed. */
function liveClosings(context: ProjectRewriteContext, cell: ClassifiedCell): readonly Closing[] | undefined {
  if (isDeclaredData(context, cell)) return undefined;
  const closings = closingsOf(context, cell);
  const live = cell.accesses.find(({ mode, value, file }) => mode === 'write' && value !== undefined && isLive(context.mcp, file, value));
  const isKnown = closings !== undefined && closings.length > 0 && (cell.class === 'session' || declarationOf(cell)?.annotation !== undefined || !isTypeScript(cell.file));
  if (isKnown) return closings;
  if (live ?? closings) throw new Obstacle('state-not-serializable', cell.file, cell.at, `${cell.name} holds a live connection${live ? ` (${live.file.text.slice(...(live.value ?? live.node).range).split('\n')[0]?.slice(0, 60) ?? ''})` : ''}, which cannot be stored outside this process. Keep it in one process under an id that a tool gives out, with its owner, and close it when it is idle.`, `${cell.name}, a live connection,`);
  return undefined;
}

/** Its type says that it is JSON: what a connection answered is in it, not the connection. */
function isDeclaredData({ mcp }: ProjectRewriteContext, cell: ClassifiedCell): boolean {
  const annotation = cell.class === 'session' ? entryType(annotationOf(cell.at)) : declarationOf(cell)?.annotation;
  return annotation !== undefined && notJson(mcp, cell.file, annotation) === undefined;
}

function annotationOf({ parent }: TSESTree.Node): TSESTree.TypeNode | undefined {
  const typed = parent?.type === 'VariableDeclarator' ? parent.id : parent?.type === 'PropertyDefinition' ? parent : undefined;
  return typed?.typeAnnotation?.typeAnnotation;
}

/** A state that is begun with the arguments of whichever tool is called first. */
function checkFirstValue({ mcp, state }: ProjectRewriteContext, cell: ClassifiedCell): void {
  const name = cell.name.slice(cell.name.lastIndexOf('.') + 1).replace(/[^\w$]/g, '');
  for (const { mode, file, node, value, op, part } of cell.accesses) {
    if (mode !== 'write' || part || value === undefined || !/^(?:assign|set|\?\?=|\|\|=)$/.test(op) || !dependsOnArguments(mcp, state().reach, file, value)) continue;
    if (op === '??=' || op === '||=' || isWhenAbsent(file, node, name)) throw new Obstacle('state-initial', cell.file, cell.at, `What ${cell.name} begins with depends on the arguments of the tool that is called first.`);
  }
}

function dependsOnArguments(mcp: McpModel, reach: Reach, file: SourceFile, value: TSESTree.Node): boolean {
  let depends = false;
  walkTree(value, node => {
    if (!depends && node.type === 'Identifier' && comesFromArguments(mcp, reach, file, node)) depends = !mcp.values(file, node).some(k => k.value.kind === 'session-id');
  });
  return depends;
}

/** Inside `if (!carts.has(id))`, or after `let cart = carts.get(id)` inside `if (!cart)`. */
function isWhenAbsent(file: SourceFile, node: TSESTree.Node, name: string): boolean {
  for (let n: TSESTree.Node | undefined = node; n && !isFunctionNode(n); n = n.parent) {
    const { parent } = n as { parent?: TSESTree.Node };
    if (parent?.type === 'LogicalExpression' && parent.right === n && parent.operator !== '&&' && file.text.slice(...parent.left.range).includes(name)) return true;
    if (parent?.type !== 'IfStatement' || parent.consequent !== n) continue;
    const test = file.text.slice(...parent.test.range);
    if (!/!|===?\s*(?:null|undefined)/.test(test)) continue;
    if (new RegExp(`\\b${name}\\b`).test(test)) return true;
    for (const [local] of test.matchAll(/[A-Za-z_$][\w$]*/g)) if (new RegExp(`\\b${local.replaceAll('$', '\\$')}\\s*(?::[^=;]+)?=[^=;]*\\b${name}\\b`).test(file.text)) return true;
  }
  return false;
}

function keyedContainer(context: ProjectRewriteContext, group: StateGroup, cell: ClassifiedCell, closings: readonly Closing[] | undefined): Container {
  const { mcp } = context;
  const { file, at } = cell;
  const declarator = at.parent;
  const field = declarator?.type === 'PropertyDefinition' ? declarator : undefined;
  const refuse = (marker: Obstacle['marker'], reason: string, what?: string): Obstacle => new Obstacle(marker, file, at, reason, what);
  if (declarator?.type !== 'VariableDeclarator' && !field) throw refuse('state-escapes', `${cell.name} is not declared where it begins.`);
  const owner = declarator?.type === 'VariableDeclarator' ? declarator : field;
  const init = (declarator?.type === 'VariableDeclarator' ? declarator.init : field?.value) ?? undefined;
  const made = init ? innermost(init) : undefined;
  const annotation = declarator?.type === 'VariableDeclarator' ? declarator.id.typeAnnotation?.typeAnnotation : field?.typeAnnotation?.typeAnnotation;
  const isMap = made?.type === 'NewExpression' && made.callee.type === 'Identifier' && made.callee.name === 'Map';
  const isSet = made?.type === 'NewExpression' && made.callee.type === 'Identifier' && made.callee.name === 'Set';
  const isRecord = made?.type === 'ObjectExpression' && made.properties.length === 0;
  if (!owner || (!isMap && !isRecord && !isSet)) throw refuse('state-not-serializable', `${cell.name} is neither a Map nor a Set nor an object that begins empty.`, cell.name);
  if (isSet) return sessionSet(cell, group, made, owner);
  if (isMap && made.arguments.length > 0) throw refuse('state-initial', `${cell.name} does not begin empty.`);
  const entry = entryType(annotation) ?? (isMap ? made.typeArguments?.params[1] : undefined);
  if (!entry && isTypeScript(file)) throw refuse('state-not-serializable', `${cell.name} does not say what its entries are.`, `${cell.name}, of which the type is not known,`);
  const wrong = closings ? undefined : entry ? notJson(mcp, file, entry) : untyped(context, cell);
  if (wrong !== undefined) throw unstorable(cell, wrong);
  if (!closings) checkClasses(context, cell);
  return {
    cell,
    group,
    form: isMap ? 'map' : 'record',
    file,
    variable: at.type === 'Identifier' && !field ? file.variableOf(at) : undefined,
    cls: field ? cell.owner : undefined,
    property: propertyName(cell.name, true),
    type: entry ? `${text(file, entry)} | undefined` : undefined,
    initial: 'undefined',
    closings,
    declarations: [owner],
  };
}

/** Sessions for which something is on: yes or no behind each handle. */
function sessionSet(cell: ClassifiedCell, group: StateGroup, made: TSESTree.NewExpression, declaration: TSESTree.Node): Container {
  const { file, at } = cell;
  if (made.arguments.length > 0) throw new Obstacle('state-initial', file, at, `${cell.name} does not begin empty.`);
  const isField = declaration.type === 'PropertyDefinition';
  return {
    cell,
    group,
    form: 'set',
    file,
    variable: at.type === 'Identifier' && !isField ? file.variableOf(at) : undefined,
    cls: isField ? cell.owner : undefined,
    property: propertyName(cell.name, true),
    type: isTypeScript(file) ? 'boolean' : undefined,
    initial: 'false',
    closings: undefined,
    declarations: [declaration],
  };
}

function plainContainer(context: ProjectRewriteContext, group: StateGroup, cell: ClassifiedCell, closings: readonly Closing[] | undefined): Container {
  const { mcp } = context;
  const { file, at } = cell;
  const refuse = (marker: Obstacle['marker'], reason: string, what?: string): Obstacle => new Obstacle(marker, file, at, reason, what);
  const declared = declarationOf(cell);
  if (!declared) throw refuse('state-escapes', `${cell.name} is not declared where it begins.`);
  const { init, annotation, declarations } = declared;
  const inner = init ? innermost(init) : undefined;
  const rich = inner?.type === 'NewExpression' && inner.callee.type === 'Identifier' ? inner.callee.name : undefined;
  if (rich !== undefined) throw refuse('state-not-serializable', RICH.test(rich) ? `${cell.name} is a ${rich}, which is no JSON.` : `${cell.name} is an instance of ${rich}, which is no JSON.`, `${cell.name}, made by new ${rich},`);
  // Without an annotation the compiler takes the type of the first value, and holds all others to it.
  const isWidened = isTypeScript(file) && typeOfValue(file, inner) !== undefined;
  const wrong = closings ? undefined : annotation ? notJson(mcp, file, annotation) : isWidened ? undefined : untyped(context, cell);
  // What is certain is said before what is only not seen.
  if (wrong?.sure === false && init) checkInitial(context, cell, init);
  if (wrong !== undefined) throw unstorable(cell, wrong);
  if (!closings) checkClasses(context, cell);
  const type = isTypeScript(file) ? (annotation ? text(file, annotation) : typeOfValue(file, inner)) : undefined;
  if (type === undefined && isTypeScript(file)) throw refuse('state-not-serializable', `${cell.name} has no type that could be written down.`, `${cell.name}, of which the type is not known,`);
  if (init) checkInitial(context, cell, init);
  return {
    cell,
    group,
    form: cell.kind === 'field' ? 'field' : 'variable',
    file,
    variable: cell.kind === 'variable' && at.type === 'Identifier' ? file.variableOf(at) : undefined,
    cls: cell.kind === 'field' ? cell.owner : undefined,
    property: propertyName(cell.name, false),
    type: type === undefined ? undefined : init || /\bundefined\b/.test(type) || declared.optional ? type + (declared.optional && !/\bundefined\b/.test(type) ? ' | undefined' : '') : `${type} | undefined`,
    initial: init ? text(file, init) : 'undefined',
    closings,
    declarations,
  };
}

interface Declared {
  readonly init: TSESTree.Expression | undefined;
  readonly annotation: TSESTree.TypeNode | undefined;
  readonly optional: boolean;
  readonly declarations: readonly TSESTree.Node[];
}

function declarationOf({ at, owner, kind }: ClassifiedCell): Declared | undefined {
  const { parent } = at;
  if (parent?.type === 'VariableDeclarator' && parent.id === at) return { init: parent.init ?? undefined, annotation: parent.id.typeAnnotation?.typeAnnotation, optional: false, declarations: [parent] };
  if (kind !== 'field' || !owner) return undefined;
  const name = parent?.type === 'PropertyDefinition' ? keyName(parent.key) : at.type === 'MemberExpression' ? memberName(at) : undefined;
  if (name === undefined) return undefined;
  const assigned = assignmentInConstructor(owner, name);
  if (assigned === 'several') return undefined;
  const property = parent?.type === 'PropertyDefinition' ? parent : undefined;
  if (property?.value && assigned) return undefined;
  return {
    init: property?.value ?? assigned?.right,
    annotation: property?.typeAnnotation?.typeAnnotation,
    optional: property?.optional ?? false,
    declarations: [...(property ? [property] : []), ...(assigned ? [assigned.parent] : [])],
  };
}

/** `this.x = value` as a statement of the constructor. */
function assignmentInConstructor(cls: ClassNode, name: string): TSESTree.AssignmentExpression | 'several' | undefined {
  const constructor = cls.body.body.find(m => m.type === 'MethodDefinition' && m.kind === 'constructor');
  if (constructor?.type !== 'MethodDefinition' || !constructor.value.body) return undefined;
  const found: TSESTree.AssignmentExpression[] = [];
  walkTree(constructor.value.body, node => {
    if (isFunctionNode(node) || isClassNode(node)) return false;
    if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression' && node.left.object.type === 'ThisExpression' && memberName(node.left) === name) found.push(node);
    return undefined;
  });
  const [only, ...others] = found;
  if (!only) return undefined;
  return others.length > 0 || only.parent.type !== 'ExpressionStatement' || only.parent.parent !== constructor.value.body ? 'several' : only;
}

/** Where the first value comes from must still be there when a handle is made, and must give the same each time. */
function checkInitial({ mcp }: ProjectRewriteContext, { name, file, at }: ClassifiedCell, init: TSESTree.Expression): void {
  walkTree(init, node => {
    const refuse = (why: string): Obstacle => new Obstacle('state-initial', file, at, `What ${name} begins with ${why}.`);
    if (node.type === 'ThisExpression') throw refuse('is taken from the instance');
    if ((node.type === 'CallExpression' || node.type === 'NewExpression' || node.type === 'AwaitExpression') && !isJsonValue(mcp, file, node, () => true)) throw refuse('is made when the server starts');
    if (node.type !== 'Identifier') return;
    const definition = file.variableOf(node)?.defs[0];
    if (!definition) return;
    if (isInsideFunction(definition.node, init)) throw refuse(`depends on ${node.name}, which is set when the server is built`);
  });
}

function isInsideFunction(node: TSESTree.Node, except: TSESTree.Node): boolean {
  for (let n: TSESTree.Node = node; n.type !== 'Program'; n = n.parent) if (isFunctionNode(n) && !contains(except, n)) return true;
  return false;
}

/** Objects of classes look like their data to the type checker, and lose their methods when they are stored. */
function checkClasses({ mcp }: ProjectRewriteContext, cell: ClassifiedCell): void {
  for (const { mode, file, value } of cell.accesses) {
    if (mode !== 'write' || value === undefined) continue;
    const made = mcp.values(file, value).find(k => k.value.kind === 'instance' || k.value.kind === 'function' || (k.value.kind === 'global' && k.value.path.includes('new') && !k.value.path.includes('Array')) || (k.value.kind === 'sdk' && LIVE_ROLES.has(roleOf(k.value.type))));
    if (made) throw new Obstacle('state-not-serializable', cell.file, cell.at, `${cell.name} is given ${made.value.kind === 'function' ? 'a function' : 'an object of a class'}, which cannot be stored outside this process.`, `${cell.name}, which is given ${made.value.kind === 'function' ? 'a function' : 'an object of a class'},`);
  }
}

/** What is no JSON, or what might be some for all that can be seen. */
function unstorable({ name, file, at }: ClassifiedCell, { what, sure }: Doubt): Obstacle {
  if (sure) return new Obstacle('state-not-serializable', file, at, `${what} in ${name} cannot be stored outside this process.`, `${what} in ${name}`);
  return new Obstacle('state-not-serializable', file, at, `It cannot be seen that ${what} in ${name} is JSON, and nothing else can be stored outside this process. Say so with a type of this project.`, `${what} in ${name}, unless it is JSON,`);
}

/** Code without types: what is written says what is kept. */
function untyped({ mcp, state }: ProjectRewriteContext, cell: ClassifiedCell): Doubt | undefined {
  const init = cell.at.parent?.type === 'VariableDeclarator' ? cell.at.parent.init : undefined;
  const known = (file: SourceFile) => (node: TSESTree.Node): boolean => comesFromArguments(mcp, state().reach, file, node) || cell.accesses.some(a => a.node === node);
  const keyed = cell.class === 'session';
  if (init && !keyed && !isJsonValue(mcp, cell.file, init, known(cell.file))) return doubtOf(mcp, cell.file, init);
  for (const { mode, value, file, op } of cell.accesses) {
    if (mode !== 'write' || value === undefined || op === 'delete') continue;
    if (!isJsonValue(mcp, file, value, known(file))) return doubtOf(mcp, file, value);
  }
  return undefined;
}

function doubtOf(mcp: McpModel, file: SourceFile, value: TSESTree.Node): Doubt {
  const inner = innermost(value);
  return { what: shown(file, value), sure: isFunctionNode(inner) || inner.type === 'NewExpression' || mcp.values(file, inner).some(k => k.value.kind === 'instance' || k.value.kind === 'function') };
}

/** The first line, with what it leaves open told by dots. */
function shown(file: SourceFile, node: TSESTree.Node): string {
  const whole = text(file, node);
  const [first = ''] = whole.split('\n');
  return first === whole ? whole : `${first.replace(/[\s({[]+$/, '')}(...)`;
}

function entryType(annotation: TSESTree.TypeNode | undefined): TSESTree.TypeNode | undefined {
  if (annotation?.type === 'TSTypeReference' && annotation.typeName.type === 'Identifier' && /^(?:Map|Record)$/.test(annotation.typeName.name)) return annotation.typeArguments?.params[1];
  if (annotation?.type !== 'TSTypeLiteral') return undefined;
  const [only] = annotation.members;
  return only?.type === 'TSIndexSignature' ? only.typeAnnotation?.typeAnnotation : undefined;
}

/** The type of a literal, as TypeScript would widen it. */
function typeOfValue(file: SourceFile, node: TSESTree.Node | undefined): string | undefined {
  switch (node?.type) {
    case 'Literal':
      return node.value === null ? undefined : /^(?:string|number|boolean)$/.test(typeof node.value) ? typeof node.value : undefined;
    case 'TemplateLiteral':
      return 'string';
    case 'UnaryExpression':
      return node.operator === '-' ? 'number' : node.operator === '!' ? 'boolean' : undefined;
    case 'TSAsExpression':
      return text(file, node.typeAnnotation);
    case 'Identifier': {
      const constant = file.variableOf(node)?.defs[0]?.node;
      return constant?.type === 'VariableDeclarator' && constant.parent.kind === 'const' && constant.init?.type === 'Literal' ? typeOfValue(file, constant.init) : undefined;
    }
    case 'ArrayExpression': {
      const [item] = node.elements;
      const type = item && item.type !== 'SpreadElement' ? typeOfValue(file, item) : undefined;
      return type === undefined ? undefined : `${/\s/.test(type) ? `(${type})` : type}[]`;
    }
    case 'ObjectExpression': {
      const members = node.properties.map(p => {
        const type = p.type === 'Property' && !p.computed ? typeOfValue(file, p.value) : undefined;
        return p.type === 'Property' && type !== undefined ? `${text(file, p.key)}: ${type}` : undefined;
      });
      return members.includes(undefined) || members.length === 0 ? undefined : `{ ${members.join('; ')} }`;
    }
    default:
      return undefined;
  }
}

export function isTypeScript({ path }: Pick<SourceFile, 'path'>): boolean {
  return /\.[cm]?tsx?$/.test(path);
}

function text(file: SourceFile, { range }: { readonly range: readonly [number, number] }): string {
  return file.text.slice(...range);
}
