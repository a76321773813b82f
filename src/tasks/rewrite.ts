// The experimental tasks of the SDK's first line, in code of the second, which has no runtime for them: tools that were tasks become tools
// that wait for their task. What the project said to the runtime it says to a file of its own from then on.
import { posix } from 'node:path';
import type { TSESTree } from '@typescript-eslint/types';
import type { Edit } from '../edits/edit.js';
import { Editors } from '../emit/editors.js';
import { fromTemplate, languageOf } from '../emit/emit.js';
import { addImports, freeName, specifierFor, type WantedName } from '../emit/imports.js';
import { Leftovers } from '../emit/leftovers.js';
import { homeOf, unusedPath } from '../emit/place.js';
import { zoneOf } from '../files/kinds.js';
import { keyName, propertyOf } from '../mcp/exports.js';
import { indexOf, innermost, memberName } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains } from '../mcp/nodes.js';
import { roleOf } from '../mcp/roles.js';
import { walkTree } from '../parse/walk.js';
import type { Range, SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import { FormerImports } from './imports.js';
import type { TaskFile, WirePackage } from './names.js';
import { taskOptionsIn, type TaskOptions } from './options.js';

export interface TasksRewritten {
  readonly edits: ReadonlyMap<string, readonly Edit[]>;
  readonly created: readonly { readonly path: string; readonly text: string }[];
  readonly removedComments: ReadonlyMap<string, readonly { readonly range: Range }[]>;
  /** By file, the places that were about tasks and are not any more. */
  readonly taken: ReadonlyMap<string, readonly Range[]>;
}

/** What a person must know. */
export const TASK_NOTES: readonly string[] = [
  'Tools that were tasks answer when their work ends, to every client: nothing of a task is left when its call is over. A call that takes long stays open; clients give up after a time of their own, a minute unless they were told otherwise, so let it tell of its progress. Clients that follow tasks by the extension need it to be served by hand.',
];

const WORDS = /registerToolTask|experimental\.tasks\b|taskStore|taskMessageQueue|experimental\/tasks|RequestTaskStore|taskSupport|(?:TaskStatus|TaskCreated|Response)Message|\btasks\s*:/;

/** Undefined where nothing is about tasks. `files` are those of one package. */
export function rewriteTasks(project: Project, mcp: McpModel, files: readonly string[]): TasksRewritten | undefined {
  const rewrite = new TasksRewrite(project, mcp, files);
  return rewrite.result();
}

type Helper = 'registerToolTask' | 'withTaskStore' | 'tasksOf';
const HELPERS: Readonly<Record<Helper, { readonly file: TaskFile; readonly otherwise: string }>> = {
  registerToolTask: { file: 'tasks', otherwise: 'registerWaitingTool' },
  withTaskStore: { file: 'tasks', otherwise: 'withStoreOfTasks' },
  tasksOf: { file: 'task-calls', otherwise: 'tasksOfServer' },
};
const FILES: readonly TaskFile[] = ['tasks', 'task-messages', 'task-calls'];
/** What a client asks for. */
const CALLS = new Set(['getTask', 'getTaskResult', 'listTasks', 'cancelTask', 'callToolStream', 'requestStream']);

class TasksRewrite {
  readonly #editors = new Editors();
  readonly #leftovers: Leftovers;
  readonly #helpers = new Map<SourceFile, Map<Helper, string>>();
  readonly #imports = new Map<SourceFile, FormerImports>();
  readonly #taken = new Map<string, Range[]>();
  readonly #files: readonly SourceFile[];
  readonly #wire: WirePackage;

  constructor(
    private readonly project: Project,
    private readonly mcp: McpModel,
    files: readonly string[],
  ) {
    this.#wire = files.some(path => project.text(path)?.includes('@modelcontextprotocol/client')) && !files.some(path => project.text(path)?.includes('@modelcontextprotocol/server')) ? '@modelcontextprotocol/client' : '@modelcontextprotocol/server';
    this.#leftovers = new Leftovers(project, mcp, this.#editors);
    this.#files = files.flatMap(path => (WORDS.test(project.text(path) ?? '') ? (project.source(path) ?? []) : [])).filter(f => f.problems.length === 0);
  }

  result(): TasksRewritten | undefined {
    for (const file of this.#files) {
      this.#registrations(file);
      this.#executions(file);
      this.#calls(file);
      if (zoneOf(file.path) === 'test') this.#doubles(file);
    }
    for (const file of this.#files) for (const options of taskOptionsIn(this.mcp, file)) this.#options(options);
    this.#leftovers.clear();
    const created = this.#create();
    const edits = this.#editors.edits();
    if (edits.size === 0) return undefined;
    const removedComments = new Map<string, readonly { readonly range: Range }[]>(this.#editors.removedComments());
    for (const [file, list] of this.#leftovers.comments) removedComments.set(file.path, [...(removedComments.get(file.path) ?? []), ...list]);
    return { edits, created, removedComments, taken: this.#taken };
  }

  /** `server.experimental.tasks.registerToolTask(...)` becomes a call of the project's own function. */
  #registrations(file: SourceFile): void {
    for (const call of indexOf(file).calls) {
      const server = serverOf(innermost(call.callee));
      if (!server || call.optional || call.arguments.length < 3) continue;
      const editor = this.#editors.of(file);
      const first = call.arguments[0];
      if (!first) continue;
      const open = file.text.indexOf('(', (call.typeArguments ?? call.callee).range[1]);
      const gap = file.text.slice(open + 1, first.range[0]);
      const line = /^[ \t]*(\r?\n\s*)/.exec(gap)?.[1];
      editor.replace({ range: [call.range[0], server.range[0]] }, `${this.#nameOf(file, 'registerToolTask')}(${line ?? ''}`);
      editor.replace({ range: [server.range[1], first.range[0]] }, line === undefined ? `, ${gap.trimStart()}` : `,${gap}`);
      this.#take(file, call.callee.range);
      this.#removeExecution(file, call.arguments[1]);
    }
  }

  /** `execution: { taskSupport }` of an ordinary tool: the configuration has no such thing any more. */
  #executions(file: SourceFile): void {
    for (const call of indexOf(file).calls) {
      const callee = innermost(call.callee);
      if (callee.type !== 'MemberExpression' || memberName(callee) !== 'registerTool') continue;
      if (this.mcp.call(file, call)) this.#removeExecution(file, call.arguments[1]);
    }
  }

  /** `client.experimental.tasks.getTask(...)`: of a server that keeps tasks. */
  #calls(file: SourceFile): void {
    for (const call of indexOf(file).calls) {
      const callee = innermost(call.callee);
      if (callee.type !== 'MemberExpression' || !CALLS.has(memberName(callee) ?? '')) continue;
      const client = ownerOf(callee);
      if (!client || file.text.slice(...callee.range).includes('?.') || this.mcp.types(file, client).some(t => roleOf(t.type) === 'server')) continue;
      const editor = this.#editors.of(file);
      editor.insert(client.range[0], `${this.#nameOf(file, 'tasksOf')}(`);
      editor.replace({ range: [client.range[1], callee.object.range[1]] }, ')');
      this.#take(file, callee.range);
    }
  }

  #removeExecution(file: SourceFile, given: TSESTree.Node | undefined): void {
    const config = given && innermost(given);
    const property = config?.type === 'ObjectExpression' ? propertyOf(config, 'execution') : undefined;
    if (!property) return;
    this.#editors.of(file).removeProperty(property);
    this.#leftovers.gone(file, property.range);
    this.#take(file, property.range);
  }

  /** What a test asks of a double of the runtime, it asks of the registration that takes its place. */
  #doubles(file: SourceFile): void {
    walkTree(file.program, node => {
      if (node.type === 'Property' || node.type === 'TSPropertySignature') this.#double(file, node);
      if (node.type !== 'MemberExpression' || (node.parent.type === 'CallExpression' && node.parent.callee === node)) return;
      const server = serverOf(node);
      if (!server) return;
      this.#editors.of(file).replace({ range: [server.range[1], node.range[1]] }, '.registerTool');
      this.#take(file, node.range);
    });
  }

  /** `experimental: { tasks: { registerToolTask: vi.fn() } }`, and its type: what is asked for is the registration of ordinary tools. */
  #double(file: SourceFile, member: TSESTree.Property | TSESTree.TSPropertySignature): void {
    const inner = keyName(member.key) === 'experimental' ? onlyMember(onlyMember(valueOf(member), 'tasks'), 'registerToolTask') : undefined;
    if (!inner || inner.type === 'Identifier') return;
    const editor = this.#editors.of(file);
    const { parent } = member;
    const others = parent.type === 'ObjectExpression' ? parent.properties : parent.type === 'TSTypeLiteral' ? parent.members : parent.type === 'TSInterfaceBody' ? parent.body : [];
    if (!others.some(o => (o.type === 'Property' || o.type === 'TSPropertySignature') && keyName(o.key) === 'registerTool')) {
      editor.replace({ range: [member.key.range[0], member.range[1]] }, `registerTool: ${editor.text(inner)}${member.type === 'TSPropertySignature' && editor.text(member).endsWith(';') ? ';' : ''}`);
    } else if (member.type === 'Property') editor.removeProperty(member);
    else editor.removeStatement(member);
    this.#leftovers.gone(file, member.range);
  }

  #options({ file, made, removed, store }: TaskOptions): void {
    const editor = this.#editors.of(file);
    const byList = new Map<TSESTree.Node, (typeof removed)[number][]>();
    for (const property of removed) byList.set(property.parent, [...(byList.get(property.parent) ?? []), property]);
    for (const [list, properties] of byList) editor.removeElements(properties, list);
    for (const property of removed) {
      this.#leftovers.gone(file, property.range);
      this.#take(file, property.range);
    }
    for (const property of removed) if (property.type === 'Property') this.#forgetMemory(file, keyName(property.key), property.value, removed);
    if (!store || this.#isForgettable(file, store.node, removed)) return;
    const name = this.#nameOf(file, 'withTaskStore');
    if (made.type === 'NewExpression') {
      editor.insert(made.range[0], `${name}(`);
      editor.insert(made.range[1], `, ${store.text})`);
    } else if (made.parent.type === 'ExpressionStatement') {
      editor.insert(made.parent.range[1], `${editor.style.eol}${/^[ \t]*/.exec(file.text.slice(file.text.lastIndexOf('\n', made.range[0]) + 1))?.[0] ?? ''}${name}(this, ${store.text})${editor.style.semicolon}`);
    }
  }

  /** A store in memory that nothing but the options knew: the tools have such a one without being told. */
  #isForgettable(file: SourceFile, node: TSESTree.Expression, removed: TaskOptions['removed']): boolean {
    return isMemory(innermost(node)) || this.#memoryOf(file, node, removed, init => isMemory(innermost(init))) !== undefined;
  }

  /** `const queue = new InMemoryTaskMessageQueue()`, once nothing is given it any more. */
  #forgetMemory(file: SourceFile, property: string | undefined, node: TSESTree.Node, removed: TaskOptions['removed']): void {
    const declaration = this.#memoryOf(file, node, removed, property === 'taskStore' ? init => isMemory(innermost(init)) : isPlain);
    if (!declaration) return;
    this.#editors.of(file).removeStatement(declaration);
    this.#leftovers.gone(file, declaration.range);
    this.#take(file, declaration.range);
  }

  #memoryOf(file: SourceFile, node: TSESTree.Node, removed: TaskOptions['removed'], isFit: (init: TSESTree.Node) => boolean): TSESTree.VariableDeclaration | undefined {
    const inner = innermost(node);
    const variable = inner.type === 'Identifier' ? file.variableOf(inner) : undefined;
    const [definition] = variable?.defs ?? [];
    if (!variable || definition?.type !== 'Variable' || !definition.node.init || definition.parent.declarations.length > 1 || definition.parent.parent.type === 'ExportNamedDeclaration') return undefined;
    const isAlone = variable.references.every(r => r.init === true || removed.some(p => contains(p, r.identifier)));
    return isAlone && isFit(definition.node.init) ? definition.parent : undefined;
  }

  #nameOf(file: SourceFile, helper: Helper): string {
    const names = this.#helpers.get(file) ?? new Map<Helper, string>();
    this.#helpers.set(file, names);
    const known = names.get(helper) ?? freeName(file, helper, HELPERS[helper].otherwise);
    names.set(helper, known);
    return known;
  }

  #take(file: SourceFile, range: Range): void {
    this.#taken.set(file.path, [...(this.#taken.get(file.path) ?? []), range]);
  }

  /** The files that are asked for, and the imports from them. */
  #create(): readonly { readonly path: string; readonly text: string }[] {
    for (const file of this.#files) this.#imports.set(file, new FormerImports(this.#editors.of(file), this.#wire));
    const created = new Map<TaskFile, { readonly path: string; readonly text: string }>();
    for (const name of FILES) {
      const users = this.#files.filter(f => this.#helpersIn(f, name).length > 0 || this.#imports.get(f)?.files.includes(name) === true);
      const typed = users.find(f => /\.[cm]?ts$/.test(f.path)) ?? users[0];
      if (!typed) continue;
      const language = languageOf(typed);
      const text = fromTemplate(name, language, name === 'task-messages' ? new Map([['@modelcontextprotocol/server', this.#wire]]) : undefined);
      const placing = users.filter(f => zoneOf(f.path) !== 'test');
      const beside = name === 'task-messages' ? created.get('tasks') : undefined;
      const folder = beside ? posix.dirname(beside.path) : homeOf(this.project, (placing.length > 0 ? placing : users).map(f => f.path));
      created.set(name, { path: unusedPath(this.project, folder, name, language.extension, text), text });
    }
    for (const file of this.#files) this.#import(file, created);
    return [...created.values()];
  }

  #helpersIn(file: SourceFile, name: TaskFile): readonly WantedName[] {
    return [...(this.#helpers.get(file) ?? [])].flatMap(([helper, as]) => (HELPERS[helper].file === name ? [{ name: helper, as }] : []));
  }

  #import(file: SourceFile, created: ReadonlyMap<TaskFile, { readonly path: string }>): void {
    const editor = this.#editors.of(file);
    const evidence = [file, ...this.project.importersOf(file.path).slice(0, 3).flatMap(p => this.project.source(p) ?? [])];
    const specifierOf = (name: TaskFile): string => specifierFor(file.path, posix.normalize(created.get(name)?.path ?? name), evidence);
    const written = this.#imports.get(file)?.write(specifierOf, this.#helpersIn(file, 'tasks'));
    for (const range of written?.ranges ?? []) this.#take(file, range);
    const added = FILES.flatMap(name => {
      const names = name === 'tasks' && written?.hasMore === true ? [] : this.#helpersIn(file, name);
      return names.length > 0 ? [{ specifier: specifierOf(name), names }] : [];
    });
    if (added.length > 0) addImports(editor, added);
  }
}

function valueOf(member: TSESTree.Property | TSESTree.TSPropertySignature): TSESTree.Node | undefined {
  return member.type === 'Property' ? member.value : member.typeAnnotation?.typeAnnotation;
}

/** What the only member of an object, or of its type, is. */
function onlyMember(node: TSESTree.Node | undefined, name: string): TSESTree.Node | undefined {
  const [only, another] = node?.type === 'ObjectExpression' ? node.properties : node?.type === 'TSTypeLiteral' ? node.members : [];
  return only && !another && (only.type === 'Property' || only.type === 'TSPropertySignature') && keyName(only.key) === name ? valueOf(only) : undefined;
}

/** The server of `server.experimental.tasks.registerToolTask`. */
function serverOf(node: TSESTree.Node): TSESTree.Expression | undefined {
  return node.type === 'MemberExpression' && memberName(node) === 'registerToolTask' ? ownerOf(node) : undefined;
}

/** `x` of `x.experimental.tasks.member`. */
function ownerOf(node: TSESTree.MemberExpression): TSESTree.Expression | undefined {
  const tasks = innermost(node.object);
  if (tasks.type !== 'MemberExpression' || memberName(tasks) !== 'tasks') return undefined;
  const experimental = innermost(tasks.object);
  return experimental.type === 'MemberExpression' && memberName(experimental) === 'experimental' && experimental.object.type !== 'Super' ? experimental.object : undefined;
}

/** `wanted ? given || new InMemoryTaskMessageQueue() : undefined`: nothing happens but that. */
function isPlain(node: TSESTree.Node): boolean {
  const inner = innermost(node);
  switch (inner.type) {
    case 'Identifier':
    case 'Literal':
    case 'ThisExpression':
      return true;
    case 'MemberExpression':
      return !inner.computed && isPlain(inner.object);
    case 'ChainExpression':
      return isPlain(inner.expression);
    case 'ConditionalExpression':
      return isPlain(inner.test) && isPlain(inner.consequent) && isPlain(inner.alternate);
    case 'LogicalExpression':
    case 'BinaryExpression':
      return isPlain(inner.left) && isPlain(inner.right);
    default:
      return isMemory(inner);
  }
}

function isMemory(node: TSESTree.Node): boolean {
  return node.type === 'NewExpression' && node.callee.type === 'Identifier' && /^InMemoryTask(?:Store|MessageQueue)$/.test(node.callee.name);
}

