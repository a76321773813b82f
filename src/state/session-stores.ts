import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../files/kinds.js';
import { keyName } from '../mcp/exports.js';
import { indexOf, innermost, memberName } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { isFunctionNode, type ClassNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { mentionsSession, type SessionIds } from './session-ids.js';

export interface SessionStore {
  readonly file: SourceFile;
  readonly cls: ClassNode;
  /** The field that is looked up by session. */
  readonly field: string;
}

/** A container of a module that is looked up by session. */
export interface SessionTable {
  readonly file: SourceFile;
  readonly variable: Variable;
}

const SESSION = /session_?id/i;
const CONTAINER = /new (?:Map|Set)\b|\b(?:Record|Map|Set)<|=\s*\{\s*\}/;
const KEYED = /^(?:get|set|has|delete|add)$/;

/**
 * Classes with a container that is looked up by the protocol's session, found by how they are written. Handlers may come to them
 * through interfaces and injection, where no call leads.
 */
export function sessionStores(mcp: McpModel, ids: SessionIds): readonly SessionStore[] {
  const { project } = mcp;
  return project.codeFiles().flatMap(path => {
    const text = project.text(path) ?? '';
    if (zoneOf(path) === 'test' || !SESSION.test(text) || !CONTAINER.test(text) || !/\bclass\b/.test(text)) return [];
    const file = project.source(path);
    return file ? indexOf(file).classes.flatMap(cls => fieldsOf(file, cls, ids).map(field => ({ file, cls, field }))) : [];
  });
}

function fieldsOf(file: SourceFile, cls: ClassNode, ids: SessionIds): readonly string[] {
  return cls.body.body.flatMap(member => {
    const name = member.type === 'PropertyDefinition' && !member.static ? keyName(member.key) : undefined;
    if (name === undefined || !CONTAINER.test(file.text.slice(...member.range))) return [];
    const keys = keysOf(file, cls, name);
    const isFilled = keys.some(k => k.fills);
    return isFilled && keys.some(k => mentionsSession(file, k.key) && ids.is(file, k.key)) ? [name] : [];
  });
}

/** The same for variables of modules: what calls the functions around them may be a table that nobody can follow. */
export function sessionTables(mcp: McpModel, ids: SessionIds): readonly SessionTable[] {
  const { project } = mcp;
  return project.codeFiles().flatMap(path => {
    const text = project.text(path) ?? '';
    if (zoneOf(path) === 'test' || !SESSION.test(text) || !CONTAINER.test(text)) return [];
    const file = project.source(path);
    return file ? file.program.body.flatMap(statement => variablesOf(file, statement)).flatMap(variable => (isKeyedBySession(file, variable, ids) ? [{ file, variable }] : [])) : [];
  });
}

function variablesOf(file: SourceFile, statement: TSESTree.Node): readonly Variable[] {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declaration?.type !== 'VariableDeclaration') return [];
  return declaration.declarations.flatMap(d => (d.id.type === 'Identifier' && CONTAINER.test(file.text.slice(...d.range)) ? (file.variableOf(d.id) ?? []) : []));
}

function isKeyedBySession(file: SourceFile, variable: Variable, ids: SessionIds): boolean {
  const keys = variable.references.flatMap(({ identifier }) => keyAt(identifier));
  return keys.some(k => k.fills) && keys.some(k => mentionsSession(file, k.key) && ids.is(file, k.key));
}

interface Key {
  readonly key: TSESTree.Node;
  readonly fills: boolean;
}

/** What a field is looked up by, in its own class. */
function keysOf(file: SourceFile, cls: ClassNode, name: string): readonly Key[] {
  return (indexOf(file).members.get(name) ?? []).flatMap((member): readonly Key[] => {
    if (member.object.type !== 'ThisExpression' || member.range[0] < cls.range[0] || cls.range[1] < member.range[1]) return [];
    return keyAt(member);
  });
}

/** `container[key]`, `container.get(key)`. */
function keyAt(container: TSESTree.Node): readonly Key[] {
  const { parent } = container;
  if (parent?.type !== 'MemberExpression' || parent.object !== container) return [];
  if (parent.computed) return [{ key: parent.property, fills: parent.parent.type === 'AssignmentExpression' && parent.parent.left === parent }];
  const call = parent.parent;
  const method = memberName(parent) ?? '';
  const [key] = call.type === 'CallExpression' && innermost(call.callee) === parent ? call.arguments : [];
  return key && KEYED.test(method) ? [{ key, fills: method === 'set' || method === 'add' }] : [];
}

/** The functions of a class: what `this` means is known in all of them. */
export function functionsOf(cls: ClassNode): readonly FunctionNode[] {
  return cls.body.body.flatMap(member => {
    if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') return [];
    const fn = member.value ?? undefined;
    return isFunctionNode(fn) ? [fn] : [];
  });
}
