import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { keyName } from '../../mcp/exports.js';
import { enclosingFunction, indexOf, memberName } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import type { SourceFile } from '../../parse/source.js';
import type { Project } from '../../project.js';
import { lineOf } from '../closure.js';
import { testsWith } from '../consumers.js';
import { calledFunctions } from '../fresh.js';
import { isObstacle, obstacle, type Obstacle } from '../obstacle.js';

/** What goes when a function does not give the sessions back any more. */
export interface HandedOut {
  /** `{ app, sessions }`, where they are returned, and where callers give them to code that does without. */
  readonly properties: readonly TSESTree.Property[];
  /** Names that callers have for them. */
  readonly taken: readonly TSESTree.Property[];
  readonly members: readonly TSESTree.TSPropertySignature[];
  readonly tests: readonly SessionTest[];
}

/** A test that takes the sessions to look into them, or to put some in. */
export interface SessionTest {
  readonly file: SourceFile;
  /** `sessions` in `const { app, sessions } = build()`. */
  readonly taken: TSESTree.Property;
  readonly statement: TSESTree.VariableDeclaration;
  /** What it has in that place: `const sessions: Sessions = {}`. Nothing where it does without. */
  readonly own?: { readonly text: string; readonly type?: { readonly name: string; readonly path: string } };
}

/** `return { app, sessions }`, whose callers only hand them on as something that may be missing. */
export function handedOut(mcp: McpModel, file: SourceFile, property: TSESTree.Property): HandedOut | Obstacle | undefined {
  if (property.parent.parent.type !== 'ReturnStatement') return undefined;
  const name = keyName(property.key);
  const fn = enclosingFunction(property);
  const variable = fn?.type === 'FunctionDeclaration' && fn.id ? file.variableOf(fn.id) : undefined;
  if (name === undefined || !fn || !variable) return obstacle(`The sessions are given back at ${file.path}:${lineOf(file, property)}.`, 'session-lifecycle');
  const tests = testsThatTake(mcp, file, variable.name, property);
  if (isObstacle(tests)) return tests;
  const properties: TSESTree.Property[] = [property];
  const taken: TSESTree.Property[] = [];
  for (const { file: home, node } of mcp.infer.references.ofVariable(file, variable, 'all')) {
    if (zoneOf(home.path) === 'test' || node.parent.type === 'ExportSpecifier') continue;
    const local = takenBy(node, name);
    if (local === undefined || (local && home !== file)) return obstacle(`${home.path}:${lineOf(home, node)} gets the sessions from ${variable.name}.`, 'session-lifecycle');
    if (local === null) continue;
    taken.push(local);
    for (const { identifier, init } of local.value.type === 'Identifier' ? (file.variableOf(local.value)?.references ?? []) : []) {
      if (init === true) continue;
      const given = identifier.parent;
      if (given.type !== 'Property' || given.value !== identifier || !mayBeMissing(mcp, file, given)) return obstacle(`Line ${lineOf(file, identifier)} of ${file.path} uses the sessions that ${variable.name} gives back.`, 'session-lifecycle');
      properties.push(given);
    }
  }
  return { properties, taken, members: memberOf(file, fn.returnType?.typeAnnotation, name), tests };
}

/** Tests go on with sessions of their own, which nothing asks any more: they fail, and say why. */
function testsThatTake({ project }: McpModel, file: SourceFile, fn: string, property: TSESTree.Property): readonly SessionTest[] | Obstacle {
  const found: SessionTest[] = [];
  const name = keyName(property.key) ?? '';
  for (const path of testsWith(project, file, fn)) {
    const test = project.source(path);
    for (const call of test ? indexOf(test).calls : []) {
      const taken = call.callee.type === 'Identifier' && call.callee.name === fn ? takenBy(call.callee, name) : undefined;
      if (!test || !taken) continue;
      const place = `${path}:${lineOf(test, call)}`;
      const statement = taken.parent.parent.parent;
      const local = taken.value.type === 'Identifier' ? test.variableOf(taken.value) : undefined;
      if (statement?.type !== 'VariableDeclaration' || statement.declarations.length > 1 || !local) return obstacle(`${place} takes the sessions that ${fn} gives back: what it tests goes with them. Let it test the handler first.`, 'session-lifecycle');
      const used = local.references.some(r => r.init !== true);
      const own = used ? ownSessions(project, file, test, property, local.name) : undefined;
      if (used && !own) return obstacle(`${place} takes the sessions that ${fn} gives back, and cannot make its own. Let it test the handler first.`, 'session-lifecycle');
      found.push({ file: test, taken, statement, ...(own && { own }) });
    }
  }
  return found;
}

/** As the sessions were declared, in the file of a test. */
function ownSessions(project: Project, file: SourceFile, test: SourceFile, property: TSESTree.Property, local: string): SessionTest['own'] | undefined {
  const declarator = property.value.type === 'Identifier' ? file.variableOf(property.value)?.defs[0]?.node : undefined;
  const init = declarator?.type === 'VariableDeclarator' ? declarator.init : undefined;
  if (declarator?.type !== 'VariableDeclarator' || !init || !/^(?:\{\s*\}|new (?:Map|Set)(?:<.*>)?\(\))$/s.test(file.text.slice(...init.range))) return undefined;
  const made = file.text.slice(...init.range);
  if (!/\.[cm]?tsx?$/.test(test.path)) return { text: `const ${local} = ${made.replace(/<.*>/s, '')}` };
  const said = declarator.id.typeAnnotation?.typeAnnotation;
  // A type that is named once and comes from a file of the project can be named there as well.
  if (said?.type !== 'TSTypeReference' || said.typeName.type !== 'Identifier' || said.typeArguments || made.includes('<')) return undefined;
  const { name } = said.typeName;
  const path = homeOfType(project, file, said.typeName);
  return path === undefined ? undefined : { text: `const ${local}: ${name} = ${made}`, type: { name, path } };
}

function homeOfType(project: Project, file: SourceFile, typeName: TSESTree.Identifier): string | undefined {
  const definition = file.variableOf(typeName)?.defs[0];
  if (definition?.type === 'ImportBinding') {
    const { node, parent } = definition;
    const isSame = parent.type === 'ImportDeclaration' && node.type === 'ImportSpecifier' && keyName(node.imported) === typeName.name;
    return isSame ? project.resolve(file.path, parent.source.value) : undefined;
  }
  return definition?.type === 'Type' && definition.node.parent.type === 'ExportNamedDeclaration' ? file.path : undefined;
}

/** `const { app, sessions } = build(...)`; null where the sessions are not taken. */
function takenBy(node: TSESTree.Node, name: string): TSESTree.Property | null | undefined {
  const call = node.parent?.type === 'CallExpression' && node.parent.callee === node ? node.parent : undefined;
  const outer = call?.parent.type === 'AwaitExpression' ? call.parent.parent : call?.parent;
  if (outer?.type === 'MemberExpression' && !outer.computed && memberName(outer) !== name) return null;
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
