import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { keyName } from '../../mcp/exports.js';
import { enclosingFunction, indexOf } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import type { SourceFile } from '../../parse/source.js';
import { lineOf } from '../closure.js';
import { testsWith } from '../consumers.js';
import { calledFunctions } from '../fresh.js';
import { obstacle, type Obstacle } from '../obstacle.js';

/** What goes when a function does not give the sessions back any more. */
export interface HandedOut {
  /** `{ app, sessions }`, where they are returned, and where callers give them to code that does without. */
  readonly properties: readonly TSESTree.Property[];
  /** Names that callers have for them. */
  readonly taken: readonly TSESTree.Property[];
  readonly members: readonly TSESTree.TSPropertySignature[];
}

/** `return { app, sessions }`, whose callers only hand them on as something that may be missing. */
export function handedOut(mcp: McpModel, file: SourceFile, property: TSESTree.Property): HandedOut | Obstacle | undefined {
  if (property.parent.parent.type !== 'ReturnStatement') return undefined;
  const name = keyName(property.key);
  const fn = enclosingFunction(property);
  const variable = fn?.type === 'FunctionDeclaration' && fn.id ? file.variableOf(fn.id) : undefined;
  if (name === undefined || !fn || !variable) return obstacle(`The sessions are given back at ${file.path}:${lineOf(file, property)}.`, 'session-lifecycle');
  const tested = testThatTakes(mcp, file, variable.name, name);
  if (tested !== undefined) return obstacle(`${tested} takes the sessions that ${variable.name} gives back: what it tests goes with them. Let it test the handler first.`, 'session-lifecycle');
  const properties: TSESTree.Property[] = [property];
  const taken: TSESTree.Property[] = [];
  for (const { file: home, node } of mcp.infer.references.ofVariable(file, variable, 'all')) {
    if (zoneOf(home.path) === 'test' || node.parent.type === 'ExportSpecifier') continue;
    const local = home === file ? takenBy(node, name) : undefined;
    if (local === undefined) return obstacle(`${home.path}:${lineOf(home, node)} gets the sessions from ${variable.name}.`, 'session-lifecycle');
    if (local === null) continue;
    taken.push(local);
    for (const { identifier, init } of local.value.type === 'Identifier' ? (file.variableOf(local.value)?.references ?? []) : []) {
      if (init === true) continue;
      const given = identifier.parent;
      if (given.type !== 'Property' || given.value !== identifier || !mayBeMissing(mcp, file, given)) return obstacle(`Line ${lineOf(file, identifier)} of ${file.path} uses the sessions that ${variable.name} gives back.`, 'session-lifecycle');
      properties.push(given);
    }
  }
  return { properties, taken, members: memberOf(file, fn.returnType?.typeAnnotation, name) };
}

/** A test that looks into the sessions would not compile any more. */
function testThatTakes({ project }: McpModel, file: SourceFile, fn: string, name: string): string | undefined {
  for (const path of testsWith(project, file, fn)) {
    const test = project.source(path);
    const call = test && indexOf(test).calls.find(c => c.callee.type === 'Identifier' && c.callee.name === fn && takenBy(c.callee, name));
    if (test && call) return `${path}:${lineOf(test, call)}`;
  }
  return undefined;
}

/** `const { app, sessions } = build(...)`; null where the sessions are not taken. */
function takenBy(node: TSESTree.Node, name: string): TSESTree.Property | null | undefined {
  const call = node.parent?.type === 'CallExpression' && node.parent.callee === node ? node.parent : undefined;
  const outer = call?.parent.type === 'AwaitExpression' ? call.parent.parent : call?.parent;
  if (outer?.type !== 'VariableDeclarator' || outer.id.type !== 'ObjectPattern' || outer.id.properties.some(p => p.type === 'RestElement')) return undefined;
  return outer.id.properties.find((p): p is TSESTree.Property => p.type === 'Property' && keyName(p.key) === name) ?? null;
}

/** `end({ sessions })`, of which the type says `sessions?:`. */
function mayBeMissing(mcp: McpModel, file: SourceFile, property: TSESTree.Property): boolean {
  const object = property.parent;
  const call = object.parent;
  if (call.type !== 'CallExpression') return false;
  const index = call.arguments.findIndex(a => a === object);
  const functions = calledFunctions(mcp, file, call);
  return functions.length > 0 && functions.every(({ file: home, node }) => {
    const parameter = node.params[index];
    const type = parameter?.type === 'Identifier' || parameter?.type === 'ObjectPattern' ? parameter.typeAnnotation?.typeAnnotation : undefined;
    return memberOf(home, type, keyName(property.key) ?? '').some(m => m.optional);
  });
}

/** The member of a type that is written out in the file. */
function memberOf(file: SourceFile, type: TSESTree.TypeNode | undefined, name: string): readonly TSESTree.TSPropertySignature[] {
  const members = type?.type === 'TSTypeLiteral' ? type.members : type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier' ? membersNamed(file, type.typeName.name) : [];
  return members.flatMap(m => (m.type === 'TSPropertySignature' && keyName(m.key) === name ? [m] : []));
}

function membersNamed(file: SourceFile, name: string): readonly TSESTree.TypeElement[] {
  for (const statement of file.program.body) {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type === 'TSInterfaceDeclaration' && declared.id.name === name) return declared.body.body;
    if (declared?.type === 'TSTypeAliasDeclaration' && declared.id.name === name && declared.typeAnnotation.type === 'TSTypeLiteral') return declared.typeAnnotation.members;
  }
  return [];
}
