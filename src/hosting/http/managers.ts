import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { manifestOf } from '../../graph/workspace.js';
import { exportsOf } from '../../mcp/exports.js';
import { indexOf, innermost } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { contains } from '../../mcp/nodes.js';
import type { ClassNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import type { Project } from '../../project.js';
import { walkTree } from '../../parse/walk.js';
import type { Draft } from '../draft.js';
import { dotted } from '../purity.js';
import { isHarmless, isLogCall } from './plumbing.js';

/** A class of the project in a file of its own that keeps sessions for the routes of another file: which there are, when they were used, whose they are. */
export interface SessionManager {
  readonly file: SourceFile;
  readonly name: string;
  /** What the file of the routes calls it. */
  readonly local: TSESTree.Identifier;
}

interface Keeper {
  readonly isOwn: (node: TSESTree.Node) => boolean;
  readonly isLocal: (node: TSESTree.Node) => boolean;
}

const KEEPS_SESSIONS = /session/i;
const TRANSPORT = /(?:Streamable|StreamableHTTP|SSE)(?:Server)?Transport$/;
const COLLECTIONS = new Set(['Map', 'Set', 'WeakMap', 'Date', 'Error', 'Promise']);

/** Classes that a file imports, that nobody else asks, and that do nothing but keep sessions. */
export function managersOf(mcp: McpModel, file: SourceFile): readonly SessionManager[] {
  return file.program.body.flatMap(statement => {
    if (statement.type !== 'ImportDeclaration' || statement.importKind === 'type') return [];
    return statement.specifiers.flatMap(specifier => {
      if (specifier.type === 'ImportNamespaceSpecifier' || !KEEPS_SESSIONS.test(specifier.local.name)) return [];
      const found = mcp.values(file, specifier.local).flatMap(({ value }) => (value.kind === 'class' ? [value] : []))[0];
      const variable = found?.node.id ? found.file.variableOf(found.node.id) : undefined;
      if (!found || !variable || found.file === file || found.node.superClass || !onlyKeeps(found.node.body, keeperOf(found.file, found.node))) return [];
      const elsewhere = mcp.infer.references.ofVariable(found.file, variable, 'all').some(p => p.file !== file && !contains(found.node, p.node));
      return elsewhere ? [] : [{ file: found.file, name: variable.name, local: specifier.local }];
    });
  });
}

/** A module of functions that keep transports for this file alone: `getTransport(id)`, `setTransport(id, transport)`. */
export function storesOf(project: Project, file: SourceFile): readonly SessionManager[] {
  return file.program.body.flatMap(statement => {
    if (statement.type !== 'ImportDeclaration' || statement.importKind === 'type' || !statement.source.value.startsWith('.')) return [];
    const path = project.resolve(file.path, statement.source.value);
    const store = path === undefined ? undefined : project.source(path);
    if (path === undefined || !store || project.importersOf(path).some(p => p !== file.path && zoneOf(p) !== 'test') || !isStore(store)) return [];
    return statement.specifiers.flatMap(s => (s.type === 'ImportSpecifier' ? [{ file: store, name: s.local.name, local: s.local }] : []));
  });
}

const DECLARES = /^(?:ImportDeclaration|ExportNamedDeclaration|VariableDeclaration|FunctionDeclaration|TSInterfaceDeclaration|TSTypeAliasDeclaration)$/;

function isStore(file: SourceFile): boolean {
  const { body } = file.program;
  const isAbout = body.some(s => s.type === 'ImportDeclaration' && s.specifiers.some(i => i.type === 'ImportSpecifier' && i.imported.type === 'Identifier' && TRANSPORT.test(i.imported.name)));
  if (!isAbout || !body.every(s => DECLARES.test(s.type)) || !/\bnew Map\b|= \{\}/.test(file.text)) return false;
  const isTop = (node: TSESTree.Node): boolean => body.some(s => contains(s, node) && (s.type === 'VariableDeclaration' || s.type === 'FunctionDeclaration' || (s.type === 'ExportNamedDeclaration' && s.declaration !== null)));
  const declaredIn = (node: TSESTree.Node): TSESTree.Node | undefined => {
    const root = rootOf(node);
    return root.type === 'Identifier' ? file.variableOf(root)?.defs[0]?.name : undefined;
  };
  const isHere = (node: TSESTree.Node): boolean => {
    const name = declaredIn(node);
    return name !== undefined && isTop(name);
  };
  return body.every(s => onlyKeeps(s, { isOwn: isHere, isLocal: isHere }));
}

function keeperOf(file: SourceFile, cls: ClassNode): Keeper {
  return {
    isOwn: node => {
      const root = rootOf(node);
      return root.type === 'ThisExpression' || (root.type === 'Identifier' && root.name === cls.id?.name);
    },
    isLocal: node => {
      const root = rootOf(node);
      const name = root.type === 'Identifier' ? file.variableOf(root)?.defs[0]?.name : undefined;
      return name !== undefined && contains(cls, name);
    },
  };
}

/** What it changes is its own; besides, it sets timers, logs, and closes what it was given. */
function onlyKeeps(within: TSESTree.Node, { isOwn, isLocal }: Keeper): boolean {
  let isSo = true;
  walkTree(within, node => {
    if (node.type === 'CallExpression') {
      if (isLogCall(node)) return false;
      if (!isOwn(node.callee) && !isHarmless(node) && !isLocal(node.callee)) isSo = false;
    } else if (node.type === 'NewExpression') {
      const name = dotted(node.callee);
      if (!COLLECTIONS.has(name) && !/Error$/.test(name) && !isOwn(node.callee)) isSo = false;
    } else if (node.type === 'ImportExpression') isSo = false;
    else if (node.type === 'AssignmentExpression' && !isOwn(node.left) && !isLocal(node.left)) isSo = false;
    return isSo;
  });
  return isSo;
}

function rootOf(node: TSESTree.Node): TSESTree.Node {
  let n = innermost(node);
  while (n.type === 'MemberExpression' || n.type === 'CallExpression') n = innermost(n.type === 'MemberExpression' ? n.object : n.callee);
  return n;
}

/** What becomes of a class that nothing uses any more: it goes with its file, or out of it. `removed` is the file. */
export function removeManager(draft: Draft, project: Project, { file, name }: SessionManager, user: string): { readonly removed: readonly string[]; readonly notes: readonly string[] } {
  const passedOn = project.importersOf(file.path).flatMap(path => project.source(path) ?? []).flatMap(barrel => barrel.program.body.flatMap(s => (passesOn(project, barrel, s, file) ? [{ barrel, statement: s }] : [])));
  const tested = testOf(project, file.path);
  if (tested !== undefined) return { removed: [], notes: [`${name} in ${file.path} is used by ${tested} only: remove both.`] };
  if (passedOn.some(p => isEntry(project, p.barrel.path))) return { removed: [], notes: [`${name} in ${file.path} is used by nothing here any more, and is exported to others: remove it where nobody needs it.`] };
  const others = [...exportsOf(file).names].filter(([exported]) => exported !== name && project.importersOf(file.path).some(path => path !== user && project.hasWord(path, exported)));
  if (others.length > 0 || exportsOf(file).stars.length > 0) return { removed: [], notes: [`${name} in ${file.path} is used by nothing any more.`] };
  for (const { barrel, statement } of passedOn) draft.of(barrel).removeStatement(statement);
  return { removed: [file.path], notes: [] };
}

/** A test that says the name of the file. */
function testOf(project: Project, path: string): string | undefined {
  const base = path.replace(/^.*\//, '').replace(/\.[cm]?[jt]sx?$/, '');
  return project.codeFiles().find(p => zoneOf(p) === 'test' && (project.text(p)?.includes(base) ?? false));
}

/** Files with an event store, of which the only import goes. */
export function orphanedStores(draft: Draft, project: Project): readonly string[] {
  return draft.files.flatMap(({ file, goneModules }) =>
    goneModules.flatMap(module => {
      const path = module.startsWith('.') ? project.resolve(file.path, module) : undefined;
      const store = path === undefined ? undefined : project.source(path);
      if (path === undefined || !store || project.importersOf(path).length !== 1) return [];
      const names = [...exportsOf(store).names.keys()];
      const tested = testOf(project, path) !== undefined;
      return names.length === 1 && /(?:EventStore|^default)$/.test(names[0] ?? '') && /\bstoreEvent\b/.test(store.text) && /\breplayEventsAfter\b/.test(store.text) && !tested ? [path] : [];
    }),
  );
}

/** `export { SessionManager } from './session-manager.js'`. */
function passesOn(project: Project, barrel: SourceFile, statement: TSESTree.ProgramStatement, from: SourceFile): boolean {
  if (statement.type !== 'ExportNamedDeclaration' && statement.type !== 'ExportAllDeclaration') return false;
  return statement.source != null && project.resolve(barrel.path, statement.source.value) === from.path;
}

/** What others import by the name of the package begins there. */
function isEntry(project: Project, path: string): boolean {
  const folder = manifestOf(project.manifests, path)?.folder ?? '';
  return /^\/?(?:src\/|lib\/)?(?:index|main|mod)\.[cm]?[jt]s$/.test(path.slice(folder.length));
}

/** `logger.info('Session manager ready', ...)` beside a statement that goes: what it tells is not so any more. */
export function logsOfSessions(file: SourceFile, gone: readonly TSESTree.Node[]): readonly TSESTree.Statement[] {
  return indexOf(file).calls.flatMap(call => {
    const statement = call.parent;
    if (statement.type !== 'ExpressionStatement' || statement.parent.type !== 'BlockStatement' || !isLogCall(call)) return [];
    const told = call.arguments.find(a => a.type === 'Literal' && typeof a.value === 'string');
    if (told?.type !== 'Literal' || typeof told.value !== 'string' || !KEEPS_SESSIONS.test(told.value)) return [];
    const above = statement.parent.body[statement.parent.body.indexOf(statement) - 1];
    return above && gone.some(g => contains(g, above)) ? [statement] : [];
  });
}
