import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../files/kinds.js';
import { keyName } from '../mcp/exports.js';
import { indexOf, innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import { callOn } from './closure.js';
import type { Draft } from './draft.js';
import { calledFunctions } from './fresh.js';
import { isConnectedByClass } from './given-field.js';

const MAX_DEPTH = 3;

/** `startHttp(this.server, port)`, where that function connects what it is given, or hands it on to one that does. */
export function isConnectedBy(mcp: McpModel, file: SourceFile, argument: TSESTree.Node, depth = 0): boolean {
  const call = argument.parent;
  if (call?.type === 'NewExpression') return isConnectedByClass(mcp, file, argument);
  if (call?.type !== 'CallExpression' || call.callee === argument || depth > MAX_DEPTH) return false;
  const index = call.arguments.findIndex(a => innermost(a) === argument);
  const functions = calledFunctions(mcp, file, call);
  return functions.length > 0 && functions.every(({ file: home, node }) => {
    const parameter = node.params[index];
    const variable = parameter?.type === 'Identifier' ? home.variableOf(parameter) : undefined;
    return variable?.references.some(({ identifier }) => callOn(identifier, /^connect$/) !== undefined || isConnectedBy(mcp, home, identifier, depth + 1)) ?? false;
  });
}

interface TestCall {
  readonly file: SourceFile;
  readonly call: TSESTree.CallExpression | TSESTree.NewExpression;
  readonly given: TSESTree.Expression;
}

/** Tests that gave a function or a class a server give it a function that makes one. */
export function adaptTests({ project }: McpModel, draft: Draft, home: SourceFile, name: string, index: number): void {
  for (const { file, given } of callsInTests(project, home, name, index)) adaptArgument(draft, file, given);
}

/** Tests do not give a function what it does not take any more. Gives the calls of those that still use it themselves. */
export function dropInTests({ project }: McpModel, draft: Draft, home: SourceFile, name: string, index: number): readonly { readonly file: SourceFile; readonly node: TSESTree.Node }[] {
  return callsInTests(project, home, name, index).flatMap(({ file, call, given }) => {
    draft.of(file).editor.removeElements([given], call);
    draft.of(file).gone(given);
    const variable = given.type === 'Identifier' ? file.variableOf(given) : undefined;
    return variable?.references.some(r => r.init !== true && !isGiven(r.identifier, name)) ? [{ file, node: call }] : [];
  });
}

/** In a call of the function that does without it. */
function isGiven({ parent }: TSESTree.Node, name: string): boolean {
  return parent?.type === 'CallExpression' && parent.callee.type === 'Identifier' && parent.callee.name === name;
}

/** Tests that import the name from the file. */
export function testsWith(project: Project, home: SourceFile, name: string): readonly string[] {
  return project.codeFiles().filter(path => zoneOf(path) === 'test' && project.hasWord(path, name) && project.specifiers(path).some(s => project.resolve(path, s) === home.path));
}

function callsInTests(project: Project, home: SourceFile, name: string, index: number): readonly TestCall[] {
  return testsWith(project, home, name).flatMap(path => {
    const file = project.source(path);
    const isHome = (specifier: unknown): boolean => typeof specifier === 'string' && project.resolve(path, specifier) === home.path;
    return [...(file ? [...indexOf(file).calls, ...indexOf(file).news] : [])].flatMap(call => {
      const given = call.arguments[index];
      return file && given && given.type !== 'SpreadElement' && call.callee.type === 'Identifier' && comesFrom(file, call.callee, name, isHome) ? [{ file, call, given }] : [];
    });
  });
}

/** `const server = app.getServer()`, which is for this call only, becomes a part of it. */
function adaptArgument(draft: Draft, file: SourceFile, given: TSESTree.Expression): void {
  const inner = innermost(given);
  const target = draft.of(file);
  const variable = inner.type === 'Identifier' ? file.variableOf(inner) : undefined;
  const declarator = variable?.defs[0]?.node;
  const isOnly = variable?.references.filter(r => r.init !== true).length === 1;
  if (!isOnly || declarator?.type !== 'VariableDeclarator' || declarator.init?.type !== 'CallExpression' || declarator.parent.declarations.length > 1) {
    target.editor.insert(given.range[0], '() => ');
    return;
  }
  target.replace(given, `() => ${target.editor.text(declarator.init)}`);
  target.editor.removeStatement(declarator.parent);
}

/** By an import, or by `const { name } = await import('./home')`. */
function comesFrom(file: SourceFile, callee: TSESTree.Identifier, name: string, isHome: (specifier: unknown) => boolean): boolean {
  const definition = file.variableOf(callee)?.defs[0];
  if (definition?.type === 'ImportBinding') return definition.parent.type === 'ImportDeclaration' && isHome(definition.parent.source.value) && definition.node.type === 'ImportSpecifier' && keyName(definition.node.imported) === name;
  if (definition?.node.type !== 'VariableDeclarator' || definition.node.id.type !== 'ObjectPattern') return false;
  const loaded = definition.node.init?.type === 'AwaitExpression' ? definition.node.init.argument : undefined;
  return loaded?.type === 'ImportExpression' && loaded.source.type === 'Literal' && isHome(loaded.source.value) && definition.node.id.properties.some(p => p.type === 'Property' && keyName(p.key) === name && p.value === definition.name);
}
