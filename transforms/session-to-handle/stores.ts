// Containers that the same tools use share a handle; each handle gets its names and, where there is one, the tool that begins it.
import type { ProjectRewriteContext } from '../../src/transform.js';
import { keyName, outermost, walkTree, type Finding, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { contains } from '../../src/mcp/nodes.js';
import { choiceForAll, sharing } from './choice.js';
import type { Container, Store, Unit } from './design.js';
import { freeName, isNamedIn, kindOf, pascal, plural, styleOfTools } from './names.js';
import { Obstacle } from './obstacle.js';
import type { Tools } from './tools.js';
import type { Trace, UnitUse } from './tracer.js';
import { propertyValue } from '../../src/mcp/exports.js';

/** The containers of one finding. */
export interface Traced {
  readonly finding: Finding;
  readonly traces: readonly Trace[];
}

/** Stores whose tools overlap: they are rewritten together. */
export interface Component {
  readonly stores: readonly { readonly store: Store; readonly traced: readonly Traced[] }[];
}

export function componentsOf(all: readonly Traced[]): readonly (readonly Traced[])[] {
  const groups: { readonly members: Traced[]; readonly keys: Set<TSESTree.Node> }[] = [];
  for (const traced of all) {
    const keys = new Set<TSESTree.Node>(traced.traces.flatMap(t => [...t.units.keys(), ...t.helpers.keys()]));
    const touching = groups.filter(g => [...g.keys].some(k => keys.has(k)));
    const merged = { members: [...touching.flatMap(g => g.members), traced], keys: new Set([...touching.flatMap(g => [...g.keys]), ...keys]) };
    for (const group of touching) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return groups.map(g => g.members);
}

export function designComponent(context: ProjectRewriteContext, tools: Tools, members: readonly Traced[], taken: Set<string>): Component {
  const stores = sharing(context, members).map(traced => ({ store: designStore(context, tools, traced, members, taken), traced }));
  return { stores };
}

function designStore(context: ProjectRewriteContext, tools: Tools, traced: readonly Traced[], members: readonly Traced[], taken: Set<string>): Store {
  const traces = [...new Set(traced.flatMap(t => t.traces))];
  const containers = named(traces.map(t => t.container));
  const [first] = traced;
  const [container] = containers;
  if (!first || !container) throw new Error('A store has a container.');
  const choice = choiceForAll(context, traced);
  const files = filesOf(members, context);
  const isTaken = (name: string): boolean => taken.has(name) || isNamedIn(files)(name);
  const able = creatorAmong(traces, members.filter(m => !traced.includes(m)));
  const existing = choice.creator === undefined || choice.creator === able?.name ? able : undefined;
  if (choice.creator !== undefined && !existing && (tools.names.has(choice.creator) || taken.has(choice.creator))) throw new Obstacle('state-initial', container.file, container.cell.at, `${choice.creator} cannot give the handle for ${container.cell.name}: tools that use it answer before ${choice.creator} was called, or it needs what is there. Choose the name of a new tool.`);
  const style = styleOfTools(tools.names, argumentNames(files));
  if (choice.kind !== undefined && taken.has(choice.kind)) throw new Obstacle('state-escapes', container.file, container.cell.at, `Another handle is called ${choice.kind} already. Choose another kind for ${container.cell.name}.`);
  const kind = choice.kind ?? freeKind(kindOf(containers, serverName(context, files)), taken);
  const words = kind.split(/[^A-Za-z0-9]+/);
  const argument = freeName([style.argument([...words, 'id']), style.argument([...words, 'handle'])], isTaken);
  const variable = freeName([plural(camel(words)), `${camel(words)}Store`, `${camel(words)}Handles`], name => isTaken(name) && !containers.some(c => c.form !== 'field' && c.cell.name === name && containers.length === 1 && !isUsedLocally(files, name, c)));
  const creator = existing?.name ?? choice.creator ?? freeName(['create', 'new', 'open', 'begin'].map(verb => style.tool([verb, ...words])), name => taken.has(name) || tools.names.has(name));
  const type = freeName([`${pascal(kind)}State`, `${pascal(kind)}HandleState`, `Stored${pascal(kind)}`], isTaken);
  const local = freeName(traced.length < members.length ? [`${camel(words)}State`, `kept${pascal(kind)}`] : ['state', `${camel(words)}State`, `kept${pascal(kind)}`], isTaken);
  for (const name of [kind, argument, variable, creator, type, ...(local === 'state' ? [] : [local])]) taken.add(name);
  return { containers, finding: first.finding, kind, variable, argument, creator, existing, type, local, ttlMs: choice.ttlMinutes === undefined ? undefined : choice.ttlMinutes * 60_000, owner: choice.owner ?? 'user', per: traced.length > 1 ? 'group' : (choice.per ?? context.choices.handlePer), live: containers.some(c => c.closings !== undefined), file: container.file };
}

function camel(words: readonly string[]): string {
  return words.map((w, i) => (i === 0 ? w : w.charAt(0).toUpperCase() + w.slice(1))).join('');
}

function freeKind(kind: string, taken: ReadonlySet<string>): string {
  return freeName([kind, `${kind}_state`], name => taken.has(name));
}

/** The name of the container can become the name of the store, unless something else has it too. */
function isUsedLocally(files: readonly SourceFile[], name: string, container: Container): boolean {
  return files.some(file => file.scopes.scopes.some(s => s.set.get(name) !== undefined && s.set.get(name) !== container.variable && s.set.get(name)?.defs[0]?.type !== 'ImportBinding'));
}

/** Each container has a name of its own in the stored state. */
function named(containers: readonly Container[]): readonly Container[] {
  const names = new Set<string>();
  return containers.map(c => {
    const property = freeName([c.property], n => names.has(n));
    names.add(property);
    if (property !== c.property) throw new Obstacle('state-escapes', c.file, c.cell.at, `Two containers of the same tools are called ${c.property}. Rename one of them.`);
    return c;
  });
}

export function filesOf(members: readonly Traced[], { project }: ProjectRewriteContext): readonly SourceFile[] {
  const paths = new Set<string>();
  for (const { traces } of members) {
    for (const { container, mentions, units, helpers } of traces) {
      paths.add(container.file.path);
      for (const { file } of mentions) paths.add(file.path);
      for (const { unit } of units.values()) for (const file of [unit.file, unit.fnFile]) paths.add(file.path);
      for (const { file, calls } of helpers.values()) for (const f of [file, ...calls.map(c => c.file)]) paths.add(f.path);
    }
  }
  return [...paths].sort().flatMap(path => project.source(path) ?? []);
}

/** A tool that begins one state and uses another one takes the handle of both. */
function creatorAmong(traces: readonly Trace[], others: readonly Traced[]): Unit | undefined {
  const found = existingCreator(traces);
  return found && others.some(o => o.traces.some(t => t.units.has(keyOf(found)))) ? undefined : found;
}

/**
 * The one tool that puts something where nothing is, before it looks. All others find what it has put there, so it is the
 * one that gives the handle.
 */
function existingCreator(traces: readonly Trace[]): Unit | undefined {
  const units = new Map<TSESTree.Node, UnitUse[]>();
  for (const trace of traces) for (const [key, use] of trace.units) units.set(key, [...(units.get(key) ?? []), use]);
  const isAbsent = (t: Trace): boolean => t.container.initial === 'undefined' || t.container.initial === 'null';
  // Where there is something from the beginning, tools work without anything being chosen.
  if (!traces.some(isAbsent) || traces.some(t => !isAbsent(t) && !isOverwritten(t, units))) return undefined;
  const inHelpers = traces.some(t => t.mentions.some(m => m.begins && ![...t.units.values()].some(u => u.mentions.includes(m))));
  if (inHelpers) return undefined;
  const beginning = [...units.values()].filter(uses => uses.some(u => u.mentions.some(m => m.begins)));
  const [only, ...others] = beginning;
  if (!only || others.length > 0) return undefined;
  const [use] = only;
  const mentions = only.flatMap(u => u.mentions).sort((a, b) => a.node.range[0] - b.node.range[0]);
  const [firstMention] = mentions;
  if (!use || !firstMention?.begins || only.some(u => u.calls.length > 0) || units.size < 2) return undefined;
  if (mentions.some(m => m !== firstMention && contains(firstMention.node.parent ?? firstMention.node, m.node))) return undefined;
  // Where a tool has an answer without it, nobody had to begin: then this tool only changes what is there.
  for (const trace of traces.filter(isAbsent)) for (const [key, other] of trace.units) if (key !== keyOf(use.unit) && !isGuardedUse(trace, other)) return undefined;
  return use.unit;
}

/** `if (!current) return ...` before anything else is done with it, in the tool or in the function that it asks. */
function isGuardedUse({ mentions }: Trace, use: UnitUse): boolean {
  const [head] = [...use.mentions].sort((a, b) => a.node.range[0] - b.node.range[0]);
  const [call] = [...use.calls].sort((a, b) => a.call.range[0] - b.call.range[0]);
  if (call && (!head || call.call.range[0] < head.node.range[0])) {
    const { fn, file } = call.helper;
    const [inner] = mentions.filter(m => m.file === file && contains(fn, m.node)).sort((a, b) => a.node.range[0] - b.node.range[0]);
    return inner !== undefined && isGuard(inner.file, inner.node);
  }
  return head !== undefined && isGuard(head.file, head.node);
}

function isGuard(file: SourceFile, node: TSESTree.Node): boolean {
  const outer = outermost(node);
  const { parent } = outer as { readonly parent?: TSESTree.Node };
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') {
    const [next] = file.variableOf(parent.id)?.references.filter(r => r.init !== true) ?? [];
    return next?.identifier.type === 'Identifier' && isGuard(file, next.identifier);
  }
  const test = parent?.type === 'UnaryExpression' && parent.operator === '!' ? parent : parent?.type === 'BinaryExpression' && /^===?$/.test(parent.operator) ? parent : undefined;
  if (!test || test.parent.type !== 'IfStatement' || test.parent.test !== test) return false;
  const { consequent } = test.parent;
  const last = consequent.type === 'BlockStatement' ? consequent.body.at(-1) : consequent;
  return last?.type === 'ThrowStatement' || (last?.type === 'ReturnStatement' && /isError/.test(file.text.slice(...last.range)));
}

/** A container beside the chosen thing that is set together with it. */
function isOverwritten(trace: Trace, units: ReadonlyMap<TSESTree.Node, readonly UnitUse[]>): boolean {
  const beginning = [...units.values()].filter(uses => uses.some(u => u.mentions.some(m => m.begins)));
  const [only] = beginning;
  const own = only?.find(u => trace.units.get(keyOf(u.unit)) === u);
  return own?.mentions[0]?.begins === true;
}

function keyOf(unit: Unit): TSESTree.Node {
  return unit.kind === 'registered' ? unit.fn : unit.branch;
}

/** Names of properties in schemas and patterns: the project's style. */
function argumentNames(files: readonly SourceFile[]): readonly string[] {
  const names: string[] = [];
  for (const file of files) {
    walkTree(file.program, node => {
      if (node.type !== 'Property' || node.parent.type !== 'ObjectExpression') return;
      const text = file.text.slice(...node.value.range);
      const name = keyName(node.key);
      if (name !== undefined && (/^z\.|^zod\./.test(text) || /^\{\s*type:/.test(text)) && !/^(?:input|output)Schema$/.test(name)) names.push(name);
    });
  }
  return names;
}

function serverName({ mcp }: ProjectRewriteContext, files: readonly SourceFile[]): string | undefined {
  for (const file of files) {
    for (const made of indexOf(file).news) {
      if (!mcp.constructed(file, made, /Server$/)) continue;
      const [info] = made.arguments;
      if (info?.type !== 'ObjectExpression') continue;
      const name = propertyValue(info, 'name');
      const text = name ? mcp.text(file, name) : undefined;
      if (text !== undefined) return text;
    }
  }
  return undefined;
}
