// Every mention of a container: what it becomes, and which tool it runs for.
import type { Variable } from '@typescript-eslint/scope-manager';
import { memberName, outermost, walkTree, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import type { Edit } from '../../src/edits/edit.js';
import type { ProjectRewriteContext } from '../../src/transform.js';
import type { Container, KeyPlace } from './design.js';
import { Obstacle } from './obstacle.js';
import { sessionKeyForm } from './session-key.js';

export interface Mention {
  readonly container: Container;
  readonly file: SourceFile;
  /** The expression that goes: `carts.get(id)`, `count`. */
  readonly node: TSESTree.Node;
  readonly writes: boolean;
  /** Written as a whole with something that is there. */
  readonly begins: boolean;
  /** Written as a whole with nothing: null, undefined, removed. */
  readonly ends: boolean;
  readonly edits: (state: string) => readonly Edit[];
  /** What is no longer said: keys. */
  readonly dropped: readonly TSESTree.Node[];
  /** The statement, or the whole body of an arrow function, when all that it does is to remove an entry. */
  readonly removal: TSESTree.Node | undefined;
  /** In code of a tool it cannot be rewritten. */
  readonly obstacle?: Obstacle;
  /** All entries at once. */
  readonly whole?: true;
}

export function mentionsOf(context: ProjectRewriteContext, container: Container): readonly Mention[] {
  if (container.form === 'key') return (container.places ?? []).map(place => keyMention(container, place));
  const places = placesOf(context, container);
  return places.flatMap(({ file, node }): readonly Mention[] => {
    if (container.declarations.some(d => d.range[0] <= node.range[0] && node.range[1] <= d.range[1] && file === container.file)) return [];
    if (node.parent?.type === 'ExportSpecifier') throw new Obstacle('state-escapes', file, node, `${container.cell.name} is exported in a list, so code out of sight may use it.`);
    return [mentionOf(context, container, file, node)];
  });
}

function mentionOf(context: ProjectRewriteContext, container: Container, file: SourceFile, node: TSESTree.Node): Mention {
  switch (container.form) {
    case 'map':
    case 'record':
      return keyedMention(context, container, file, node);
    case 'set':
      return memberMention(context, container, file, node);
    default:
      return plainMention(container, file, node);
  }
}

/** The session id in the key of a store: the key is part of the state. While it is used, no other call has its turn. */
function keyMention(container: Container, { file, node, whole }: KeyPlace): Mention {
  return { container, file, node, writes: true, begins: false, ends: false, edits: state => [{ range: whole.range, text: `${state}.${container.property}` }], dropped: [], removal: undefined };
}

interface Place {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
}

function placesOf({ mcp }: ProjectRewriteContext, container: Container): readonly Place[] {
  const { references } = mcp.infer;
  if (container.variable) return references.ofVariable(container.file, container.variable, 'all');
  const name = container.cell.name.slice(container.cell.name.lastIndexOf('.') + 1);
  if (!container.cls) return [];
  const places = references.ofMember(container.file, container.cls, name);
  const { project } = mcp;
  const elsewhere = project.importersOf(container.file.path).find(path => !project.mentionsMcp(path) && project.hasWord(path, name) && !places.some(p => p.file.path === path));
  if (elsewhere !== undefined) throw new Obstacle('state-escapes', container.file, container.cell.at, `${container.cell.name} may also be used in ${elsewhere}.`);
  checkPatterns(container, name);
  return places;
}

/** `const { items } = this` takes a field without naming it as a member. */
function checkPatterns({ file, cls, cell }: Container, name: string): void {
  if (!cls) return;
  walkTree(cls, node => {
    if (node.type !== 'VariableDeclarator' || node.id.type !== 'ObjectPattern' || node.init?.type !== 'ThisExpression') return;
    if (node.id.properties.some(p => p.type !== 'Property' || (p.key.type === 'Identifier' && p.key.name === name))) throw new Obstacle('state-escapes', file, node, `${cell.name} is taken out of its object by a pattern.`);
  });
}

function plainMention(container: Container, file: SourceFile, node: TSESTree.Node): Mention {
  if (node.parent?.type === 'TSTypeQuery') throw new Obstacle('state-escapes', file, node, `A type is made from ${container.cell.name}.`);
  const outer = outermost(node);
  const parent = outer.parent;
  const assigned = parent?.type === 'AssignmentExpression' && parent.left === outer ? parent : undefined;
  const inPattern = isPatternTarget(node);
  const writes = assigned !== undefined || inPattern || (parent?.type === 'UpdateExpression' && parent.argument === outer);
  const whole = assigned?.operator === '=';
  const empty = whole && isEmpty(assigned.right);
  if (!writes) checkAlias(container, file, outer);
  const name = (state: string): string => `${state}.${container.property}`;
  const shorthand = node.parent?.type === 'Property' && node.parent.shorthand && node.type === 'Identifier' ? node.name : undefined;
  return {
    container,
    file,
    node,
    writes,
    begins: (whole && !empty) || inPattern,
    ends: empty,
    edits: state => [{ range: node.range, text: shorthand === undefined ? name(state) : `${shorthand}: ${name(state)}` }],
    dropped: [],
    removal: undefined,
  };
}

/** `carts.get(id)`, `carts[id]`: the key goes, and the entry is the state's own. */
function keyedMention(context: ProjectRewriteContext, container: Container, file: SourceFile, node: TSESTree.Node): Mention {
  const name = (state: string): string => `${state}.${container.property}`;
  const whole = (): Mention => wholeMention(container, file, node);
  const member = outermost(node).parent;
  const base = { container, file, begins: false, ends: false, removal: undefined };
  if (member?.type === 'BinaryExpression' && member.operator === 'in' && member.right === node) {
    return { ...base, ...foreignKey(context, container, file, member.left), node: member, writes: false, edits: state => [{ range: member.range, text: `(${name(state)} !== undefined)` }], dropped: [member.left] };
  }
  if (member?.type !== 'MemberExpression' || member.object !== outermost(node)) return whole();
  if (container.form === 'record') {
    if (!member.computed) return whole();
    return recordMention(context, container, file, member);
  }
  const call = member.parent;
  const method = memberName(member);
  const [key, value] = call.type === 'CallExpression' && call.callee === member ? call.arguments : [];
  if (call.type !== 'CallExpression' || !key || key.type === 'SpreadElement' || method === undefined || !/^(?:get|set|has|delete)$/.test(method)) return whole();
  const dropped = [key];
  const foreign = foreignKey(context, container, file, key);
  const replaced = (text: (state: string) => string): Pick<Mention, 'edits'> => ({ edits: state => [{ range: call.range, text: text(state) }] });
  if (method === 'get') {
    checkAlias(container, file, outermost(call));
    return { ...base, ...foreign, node: call, writes: false, dropped, ...replaced(name) };
  }
  if (method === 'has') {
    const not = call.parent.type === 'UnaryExpression' && call.parent.operator === '!' ? call.parent : undefined;
    return { ...base, ...foreign, node: call, writes: false, dropped, edits: s => [not ? { range: not.range, text: `${name(s)} === undefined` } : { range: call.range, text: `(${name(s)} !== undefined)` }] };
  }
  const statement = call.parent.type === 'ExpressionStatement' || (call.parent.type === 'ArrowFunctionExpression' && call.parent.body === call) ? call.parent : undefined;
  const used = new Obstacle('state-escapes', file, call, `What ${container.cell.name}.${method}() returns is used.`);
  if (!statement) throw used;
  if (statement.type === 'ArrowFunctionExpression' && method === 'delete') return { ...base, node: call, writes: true, ends: true, dropped, removal: call, obstacle: foreign.obstacle ?? used, ...replaced(s => `${name(s)} = undefined`) };
  if (method === 'delete') return { ...base, ...foreign, node: call, writes: true, ends: true, dropped, removal: statement, ...replaced(s => `${name(s)} = undefined`) };
  if (!value || value.type === 'SpreadElement') return whole();
  return { ...base, ...foreign, node: call, writes: true, begins: true, dropped, edits: s => [{ range: [call.range[0], value.range[0]], text: `${name(s)} = ` }, { range: [value.range[1], call.range[1]], text: '' }] };
}

/** `muted.has(id)`, `muted.add(id)`, `muted.delete(id)`: whether it is on for the caller. */
function memberMention(context: ProjectRewriteContext, container: Container, file: SourceFile, node: TSESTree.Node): Mention {
  const member = outermost(node).parent;
  const call = member?.type === 'MemberExpression' && member.object === outermost(node) ? member.parent : undefined;
  const method = member?.type === 'MemberExpression' ? memberName(member) : undefined;
  const [key] = call?.type === 'CallExpression' && call.callee === member ? call.arguments : [];
  if (call?.type !== 'CallExpression' || !key || key.type === 'SpreadElement' || !/^(?:has|add|delete)$/.test(method ?? '')) return wholeMention(container, file, node);
  const name = (state: string): string => `${state}.${container.property}`;
  const base = { container, file, node: call, begins: false, ends: false, removal: undefined, dropped: [key], ...foreignKey(context, container, file, key) };
  if (method === 'has') return { ...base, writes: false, edits: s => [{ range: call.range, text: name(s) }] };
  const statement = call.parent.type === 'ExpressionStatement' ? call.parent : undefined;
  const isUsed = !statement && !(call.parent.type === 'ArrowFunctionExpression' && call.parent.body === call);
  const obstacle = base.obstacle ?? (isUsed ? new Obstacle('state-escapes', file, call, `What ${container.cell.name}.${method ?? ''}() returns is used.`) : undefined);
  return { ...base, ...(obstacle && { obstacle }), writes: true, ends: method === 'delete', removal: method === 'delete' ? statement : undefined, edits: s => [{ range: call.range, text: `${name(s)} = ${String(method === 'add')}` }] };
}

function recordMention(context: ProjectRewriteContext, container: Container, file: SourceFile, member: TSESTree.MemberExpression): Mention {
  const outer = outermost(member);
  const parent = outer.parent;
  const name = (state: string): string => `${state}.${container.property}`;
  const base = { container, file, begins: false, ends: false, removal: undefined, dropped: [member.property], ...foreignKey(context, container, file, member.property) };
  if (parent?.type === 'UnaryExpression' && parent.operator === 'delete') {
    const statement = parent.parent.type === 'ExpressionStatement' ? parent.parent : undefined;
    if (!statement) throw new Obstacle('state-escapes', file, parent, `What removing an entry of ${container.cell.name} returns is used.`);
    return { ...base, node: parent, writes: true, ends: true, removal: statement, edits: s => [{ range: parent.range, text: `${name(s)} = undefined` }] };
  }
  const assigned = parent?.type === 'AssignmentExpression' && parent.left === outer;
  const writes = assigned || parent?.type === 'UpdateExpression';
  if (!writes) checkAlias(container, file, outer);
  // The type of an entry that is read from an object says nothing of absent ones.
  const sure = !writes && container.type !== undefined && member === outer && isUsedAsPresent(member) ? '!' : '';
  return { ...base, node: member, writes, begins: assigned, edits: s => [{ range: member.range, text: `${name(s)}${sure}` }] };
}

function isUsedAsPresent(node: TSESTree.MemberExpression): boolean {
  const { parent } = node;
  if (parent.type === 'MemberExpression') return parent.object === node && !parent.optional;
  return /^(?:VariableDeclarator|ReturnStatement|CallExpression|SpreadElement|Property)$/.test(parent.type) || (parent.type === 'BinaryExpression' && !/^[!=]==?$/.test(parent.operator));
}

/** All sessions at once: a tool cannot have that. */
function wholeMention(container: Container, file: SourceFile, node: TSESTree.Node): Mention {
  const obstacle = new Obstacle('state-key', file, node, `${container.cell.name} is also used as a whole, over all sessions.`);
  return { container, file, node, writes: false, begins: false, ends: false, edits: () => [], dropped: [], removal: undefined, obstacle, whole: true };
}

/** The one way in which the keys of a container are made of session ids. */
const forms = new WeakMap<Container, string>();

function shown(file: SourceFile, { range }: TSESTree.Node): string {
  return file.text.slice(...range).replace(/\s+/g, ' ').slice(0, 40);
}

/** A key that is not the session id; nothing in code that goes. */
function foreignKey({ mcp }: ProjectRewriteContext, container: Container, file: SourceFile, key: TSESTree.Node): { readonly obstacle?: Obstacle } {
  const { cell } = container;
  const form = sessionKeyForm(mcp, file, key);
  const others = forms.get(container) ?? form;
  if (form !== undefined) forms.set(container, others ?? form);
  if (form !== undefined && others === form) return {};
  if (form !== undefined) return { obstacle: new Obstacle('state-key', file, key, `${cell.name} has several entries for one session, such as that under ${shown(file, key)}.`) };
  const two = cell.accesses.some(a => a.key && a.key !== key && a.fn === cell.accesses.find(b => b.key === key)?.fn && sessionKeyForm(mcp, a.file, a.key) !== undefined);
  const obstacle = two
    ? new Obstacle('state-nested', file, key, `A call uses two entries of ${cell.name} at once.`)
    : new Obstacle('state-key', file, key, `${cell.name} is also looked up by ${shown(file, key)}, which is not seen to be the session id alone.`);
  return { obstacle };
}

/** A part of the state that is put somewhere else would be a copy of its own after the call. */
function checkAlias({ cell, type }: Container, file: SourceFile, outer: TSESTree.Node): void {
  if (type !== undefined && /^(?:\s|\||string|number|boolean|null|undefined|'[^']*'|"[^"]*"|\d+)+$/.test(type)) return;
  const { parent } = outer;
  const refuse = (): Obstacle => new Obstacle('state-escapes', file, outer, `What ${cell.name} holds is put somewhere that outlives the call.`);
  if (parent?.type === 'NewExpression' && parent.callee !== outer && !(parent.callee.type === 'Identifier' && /^(?:Set|Map|Array|Date)$/.test(parent.callee.name))) throw refuse();
  if (parent?.type !== 'AssignmentExpression' || parent.right !== outer) return;
  const target = parent.left;
  if (target.type === 'MemberExpression' && target.object.type === 'ThisExpression') throw refuse();
  if (target.type === 'Identifier' && isOutside(file.variableOf(target), outer)) throw refuse();
}

/** Declared outside of the function in which something is done. */
function isOutside(variable: Variable | undefined, node: TSESTree.Node): boolean {
  const definition = variable?.defs[0]?.node;
  if (!definition) return true;
  for (let n: TSESTree.Node | undefined = node; n; n = n.parent) if (/Function/.test(n.type) && n.range[0] <= definition.range[0] && definition.range[1] <= n.range[1]) return false;
  return true;
}

function isEmpty(node: TSESTree.Node): boolean {
  return (node.type === 'Literal' && node.value === null) || (node.type === 'Identifier' && node.name === 'undefined');
}

function isPatternTarget(node: TSESTree.Node): boolean {
  let child = node;
  for (let n = node.parent; n; child = n, n = n.parent) {
    if (n.type === 'AssignmentExpression') return n.left === child && child !== node;
    if (!/^(?:Property|ObjectPattern|ArrayPattern|AssignmentPattern|RestElement)$/.test(n.type)) return false;
  }
  return false;
}
