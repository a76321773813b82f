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
  readonly cls: ClassNode;
  readonly name: string;
  /** What the file of the routes calls it. */
  readonly local: TSESTree.Identifier;
}

const KEEPS_SESSIONS = /session/i;
const COLLECTIONS = new Set(['Map', 'Set', 'WeakMap', 'Date', 'Error', 'Promise']);

/** Classes that a file imports, that nobody else asks, and that do nothing but keep sessions. */
export function managersOf(mcp: McpModel, file: SourceFile): readonly SessionManager[] {
  return file.program.body.flatMap(statement => {
    if (statement.type !== 'ImportDeclaration' || statement.importKind === 'type') return [];
    return statement.specifiers.flatMap(specifier => {
      if (specifier.type === 'ImportNamespaceSpecifier' || !KEEPS_SESSIONS.test(specifier.local.name)) return [];
      const found = mcp.values(file, specifier.local).flatMap(({ value }) => (value.kind === 'class' ? [value] : []))[0];
      const variable = found?.node.id ? found.file.variableOf(found.node.id) : undefined;
      if (!found || !variable || found.file === file || !onlyKeeps(found.file, found.node)) return [];
      const elsewhere = mcp.infer.references.ofVariable(found.file, variable, 'all').some(p => p.file !== file && !contains(found.node, p.node));
      return elsewhere ? [] : [{ file: found.file, cls: found.node, name: variable.name, local: specifier.local }];
    });
  });
}

/** Its fields are its own, and its methods change them, set timers, log, and close what they are given. */
function onlyKeeps(file: SourceFile, cls: ClassNode): boolean {
  if (cls.superClass) return false;
  let isSo = true;
  walkTree(cls.body, node => {
    if (node.type === 'CallExpression') {
      if (isLogCall(node)) return false;
      if (!isOwn(node.callee, cls) && !isHarmless(node) && !isLocal(file, node.callee, cls)) isSo = false;
    } else if (node.type === 'NewExpression') {
      const name = dotted(node.callee);
      if (!COLLECTIONS.has(name) && name !== cls.id?.name && !/Error$/.test(name)) isSo = false;
    } else if (node.type === 'ImportExpression') isSo = false;
    else if (node.type === 'AssignmentExpression' && !isOwn(node.left, cls) && !isLocal(file, node.left, cls)) isSo = false;
    return isSo;
  });
  return isSo;
}

/** `this.sessions.delete`, `Manager.instance`, or a member of a local. */
function isOwn(node: TSESTree.Node, cls: ClassNode): boolean {
  let n = innermost(node);
  while (n.type === 'MemberExpression' || n.type === 'CallExpression') n = innermost(n.type === 'MemberExpression' ? n.object : n.callee);
  return n.type === 'ThisExpression' || (n.type === 'Identifier' && n.name === cls.id?.name);
}

function isLocal(file: SourceFile, node: TSESTree.Node, cls: ClassNode): boolean {
  let n = innermost(node);
  while (n.type === 'MemberExpression' || n.type === 'CallExpression') n = innermost(n.type === 'MemberExpression' ? n.object : n.callee);
  const name = n.type === 'Identifier' ? file.variableOf(n)?.defs[0]?.name : undefined;
  return name !== undefined && contains(cls, name);
}

/** What becomes of a class that nothing uses any more: it goes with its file, or out of it. `removed` is the file. */
export function removeManager(draft: Draft, project: Project, { file, name }: SessionManager): { readonly removed: readonly string[]; readonly notes: readonly string[] } {
  const base = file.path.replace(/^.*\//, '').replace(/\.[cm]?[jt]sx?$/, '');
  const passedOn = project.importersOf(file.path).flatMap(path => project.source(path) ?? []).flatMap(barrel => barrel.program.body.flatMap(s => (passesOn(project, barrel, s, file) ? [{ barrel, statement: s }] : [])));
  const tested = project.codeFiles().find(path => zoneOf(path) === 'test' && (project.text(path)?.includes(base) ?? false));
  if (tested !== undefined) return { removed: [], notes: [`${name} in ${file.path} is used by ${tested} only: remove both.`] };
  if (passedOn.some(p => isEntry(project, p.barrel.path))) return { removed: [], notes: [`${name} in ${file.path} is used by nothing here any more, and is exported to others: remove it where nobody needs it.`] };
  const others = [...exportsOf(file).names].filter(([exported]) => exported !== name && project.importersOf(file.path).some(path => project.hasWord(path, exported)));
  if (others.length > 0 || exportsOf(file).stars.length > 0) return { removed: [], notes: [`${name} in ${file.path} is used by nothing any more.`] };
  for (const { barrel, statement } of passedOn) draft.of(barrel).removeStatement(statement);
  return { removed: [file.path], notes: [] };
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
    if (told?.type !== 'Literal' || !KEEPS_SESSIONS.test(String(told.value))) return [];
    const above = statement.parent.body[statement.parent.body.indexOf(statement) - 1];
    return above && gone.some(g => contains(g, above)) ? [statement] : [];
  });
}
