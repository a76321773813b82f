import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains } from '../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Draft, FileDraft } from './draft.js';
import { calledFunctions } from './fresh.js';

const ROUNDS = 4;

/** Options and parameters that only what goes asked for: `idleMs` in `{ port, idleMs }`, from where it is given to the type that names it. */
export function dropUnread(mcp: McpModel, draft: Draft): void {
  for (let round = 0; round < ROUNDS; round++) {
    draft.sweep();
    const options = draft.files.flatMap(d => d.takeDropped().filter(p => dropOption(mcp, draft, d.file, p)));
    const parameters = draft.files.filter(d => dropParameters(mcp, draft, d));
    if (options.length + parameters.length === 0) return;
  }
}

interface Given {
  readonly file: SourceFile;
  readonly property: TSESTree.Property;
  readonly object: TSESTree.ObjectExpression;
}

/** `const { idleMs } = options`, where `options: Options` is a parameter: nobody else reads that member of the type. */
function dropOption(mcp: McpModel, draft: Draft, file: SourceFile, property: TSESTree.Property): boolean {
  const name = keyName(property.key);
  const declarator = property.parent.parent;
  const init = declarator.type === 'VariableDeclarator' && declarator.init?.type === 'Identifier' ? declarator.init : undefined;
  const definition = init && file.variableOf(init)?.defs[0];
  if (name === undefined || definition?.type !== 'Parameter' || !isFunctionNode(definition.node)) return false;
  const fn = definition.node;
  const index = fn.params.findIndex(p => contains(p, definition.name));
  const parameter = fn.params[index];
  const typed = parameter?.type === 'AssignmentPattern' ? parameter.left : parameter;
  const type = typed?.type === 'Identifier' ? typed.typeAnnotation?.typeAnnotation : undefined;
  const member = type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier' ? memberOf(file, type.typeName.name, name) : undefined;
  if (!member) return false;
  const given = givenTo(mcp, file, name, { fn, index, member, property });
  if (!given || given.some(g => draft.of(g.file).isTouched(g.object) || draft.of(g.file).isEdited(g.object))) return false;
  for (const { file: home, property: own } of given) {
    draft.of(home).gone(own);
    draft.of(home).editor.removeProperties([own]);
  }
  draft.of(file).removeStatement(member);
  return true;
}

function memberOf(file: SourceFile, type: string, name: string): TSESTree.TSPropertySignature | undefined {
  for (const statement of file.program.body) {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type !== 'TSInterfaceDeclaration' || declared.id.name !== type) continue;
    return declared.body.body.find((m): m is TSESTree.TSPropertySignature => m.type === 'TSPropertySignature' && keyName(m.key) === name);
  }
  return undefined;
}

interface Asked {
  readonly fn: FunctionNode;
  readonly index: number;
  readonly member: TSESTree.TSPropertySignature;
  readonly property: TSESTree.Property;
}

/** The object literals that give the option; undefined where its name is a member of anything else as well. */
function givenTo(mcp: McpModel, home: SourceFile, name: string, { fn, index, member, property }: Asked): readonly Given[] | undefined {
  const found: Given[] = [];
  const others: TSESTree.Node[] = [];
  for (const path of mcp.project.codeFiles()) {
    const file = mcp.project.hasWord(path, name) ? mcp.project.source(path) : undefined;
    if (!file) continue;
    walkTree(file.program, node => {
      const key = 'key' in node && node.type !== 'Property' ? node.key : node.type === 'MemberExpression' && !node.computed ? node.property : undefined;
      if (node.type === 'Literal' && node.value === name) others.push(node);
      if (key && keyName(key) === name && node !== member) others.push(node);
      if (node.type !== 'Property' || keyName(node.key) !== name || node === property) return true;
      const object = node.parent;
      const call = object.parent;
      const isGiven = object.type === 'ObjectExpression' && call.type === 'CallExpression' && call.arguments[index] === object && calledFunctions(mcp, file, call).some(f => f.file === home && f.node === fn);
      if (isGiven) found.push({ file, property: node, object });
      else others.push(node);
      return true;
    });
  }
  return others.length === 0 ? found : undefined;
}

/** Parameters of functions that are only ever called, of which all uses went. */
function dropParameters(mcp: McpModel, draft: Draft, own: FileDraft): boolean {
  const { file } = own;
  let any = false;
  for (const variable of file.scopes.scopes.flatMap(s => s.variables)) {
    const definition = variable.defs[0];
    const fn = definition?.type === 'Parameter' ? definition.node : undefined;
    if (fn?.type !== 'FunctionDeclaration' || !fn.id || own.isTouched(fn) || !own.isUnused(variable) || fn.params.some(p => own.isEdited(p))) continue;
    const index = fn.params.findIndex(p => p === definition?.name || (p.type === 'AssignmentPattern' && p.left === definition?.name));
    const calls = index < 0 ? undefined : callsOf(mcp, file, fn);
    if (!calls || calls.some(c => c.call.arguments.some(a => a.type === 'SpreadElement' || draft.of(c.file).isEdited(a)) || draft.of(c.file).isTouched(c.call))) continue;
    for (const { file: home, call } of calls) {
      const argument = call.arguments[index];
      if (!argument) continue;
      draft.of(home).editor.removeElements([argument], call);
      draft.of(home).gone(argument);
    }
    own.dropParameter(fn, index);
    any = true;
  }
  return any;
}

/** Undefined where the function is used for anything but to be called, or by nobody in sight. */
function callsOf(mcp: McpModel, file: SourceFile, fn: TSESTree.FunctionDeclaration): readonly { readonly file: SourceFile; readonly call: TSESTree.CallExpression }[] | undefined {
  const variable = fn.id ? file.variableOf(fn.id) : undefined;
  const uses = variable ? mcp.infer.references.ofVariable(file, variable, 'all').filter(p => !/^(?:Import|Export)Specifier$/.test(p.node.parent.type)) : [];
  const calls = uses.flatMap(({ file: home, node }) => {
    const outer = outermost(node);
    return outer.parent?.type === 'CallExpression' && outer.parent.callee === outer ? [{ file: home, call: outer.parent }] : [];
  });
  return calls.length > 0 && calls.length === uses.length ? calls : undefined;
}
