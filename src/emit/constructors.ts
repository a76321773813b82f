// What classes are given when they are made, and where that is.
import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { indexOf, memberName, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { constructorOf, contains } from '../mcp/nodes.js';
import { nearestClass, ownMakes, type Place } from '../mcp/references.js';
import { isClassNode, type ClassNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Project } from '../project.js';
import { isPublic } from './public.js';
import { plainWrite } from './pure.js';

export type Construction = TSESTree.CallExpression | TSESTree.NewExpression;

/** `constructor(private server: McpServer)`, or `this.server = server` in it. */
export interface GivenField {
  readonly cls: ClassNode;
  readonly constructor: FunctionNode;
  readonly parameter: TSESTree.Parameter;
  /** Of the parameter. */
  readonly name: TSESTree.Identifier;
  /** Of the field. */
  readonly field: string;
  /** The statement that keeps it; absent where the parameter is the field. */
  readonly write: TSESTree.ExpressionStatement | undefined;
  readonly definition: TSESTree.PropertyDefinition | undefined;
  readonly isPrivate: boolean;
  /** Where the class reads it. */
  readonly uses: readonly TSESTree.MemberExpression[];
}

const MAX_HEIRS = 3;

/** Fields that hold what the constructor was given, and nothing else ever. */
export function fieldsGiven(file: SourceFile, cls: ClassNode): readonly GivenField[] {
  const fn = constructorOf(cls);
  if (!fn || cls.decorators.length > 0) return [];
  return fn.params.flatMap((parameter): readonly GivenField[] => {
    if (parameter.type === 'TSParameterProperty') {
      const { parameter: name, accessibility } = parameter;
      if (name.type !== 'Identifier' || parameter.decorators.length > 0) return [];
      const uses = membersOf(file, cls, name.name);
      return [{ cls, constructor: fn, parameter, name, field: name.name, write: undefined, definition: undefined, isPrivate: accessibility === 'private', uses }];
    }
    return parameter.type === 'Identifier' ? keptAs(file, cls, fn, parameter) : [];
  });
}

function keptAs(file: SourceFile, cls: ClassNode, fn: FunctionNode, name: TSESTree.Identifier): readonly GivenField[] {
  const references = file.variableOf(name)?.references ?? [];
  return references.flatMap(({ identifier }): readonly GivenField[] => {
    const assignment = identifier.parent;
    if (assignment.type !== 'AssignmentExpression' || assignment.right !== identifier || assignment.left.type !== 'MemberExpression' || assignment.left.object.type !== 'ThisExpression') return [];
    const write = plainWrite(assignment.left);
    const field = memberName(assignment.left);
    if (!write || field === undefined || assignment.left.property.type === 'PrivateIdentifier' || write.parent !== fn.body) return [];
    const definition = cls.body.body.find((m): m is TSESTree.PropertyDefinition => m.type === 'PropertyDefinition' && !m.computed && keyName(m.key) === field);
    const others = membersOf(file, cls, field).filter(u => u !== assignment.left);
    // What is written elsewhere too, or has a value of its own, is state.
    if (others.some(isWritten) || definition?.value || (definition && definition.decorators.length > 0)) return [];
    return [{ cls, constructor: fn, parameter: name, name, field, write, definition, isPrivate: definition?.accessibility === 'private', uses: others }];
  });
}

function isWritten(member: TSESTree.MemberExpression): boolean {
  return member.parent.type === 'AssignmentExpression' && member.parent.left === member;
}

/** `this.name` in the class. */
function membersOf(file: SourceFile, cls: ClassNode, name: string): readonly TSESTree.MemberExpression[] {
  return (indexOf(file).members.get(name) ?? []).filter(m => m.object.type === 'ThisExpression' && nearestClass(m) === cls);
}

/** Whether anybody but `this` of the class may read the field. */
export function isUsedElsewhere(project: Project, mcp: McpModel, file: SourceFile, { cls, field, isPrivate, uses }: GivenField): boolean {
  const text = file.text.slice(...cls.range);
  // `const { server } = this`, `this[name]`
  if (/\}\s*=\s*this\b/.test(text) || /\bthis\s*\[/.test(text)) return true;
  if (isPrivate) return false;
  if (cls.superClass || cls.implements.length > 0 || cls.abstract || isPublic(project, file)) return true;
  return mcp.infer.references.neighbours(file, field, () => true).some(other => isTakenApart(other, field, cls) || isInShape(other, field) || (indexOf(other).members.get(field) ?? []).some(member => {
    if (uses.includes(member) || (other === file && contains(cls, member) && member.object.type === 'ThisExpression')) return false;
    return mayBeOf(mcp, other, member.object, cls);
  }));
}

/** `const { name } = object`, `({ name }: Class) => {}` */
export function isTakenApart({ text }: SourceFile, name: string, { id }: ClassNode): boolean {
  const pattern = `\\{[^{}]*\\b${name.replaceAll('$', '\\$')}\\b[^{}]*\\}\\s*`;
  return new RegExp(`(?:\\b(?:const|let|var)\\s*|\\()${pattern}=[^>=]`).test(text) || (id !== null && new RegExp(`${pattern}:\\s*${id.name}\\b`).test(text));
}

/** A type says that objects have it: those of a class may pass for one. */
export function isInShape({ program, path }: SourceFile, name: string): boolean {
  let found = false;
  if (/\.[cm]?tsx?$/.test(path)) walkTree(program, node => {
    found ||= (node.type === 'TSPropertySignature' || node.type === 'TSMethodSignature' || node.type === 'TSAbstractMethodDefinition') && keyName(node.key) === name;
    return !found;
  });
  return found;
}

/** Whether an expression can be an object of this class, as far as anybody knows. */
export function mayBeOf(mcp: McpModel, file: SourceFile, object: TSESTree.Expression, cls: ClassNode): boolean {
  const values = mcp.values(file, object);
  return values.length === 0 ? object.type !== 'ThisExpression' || nearestClass(object)?.superClass != null : values.some(({ value }) => value.kind === 'instance' && (value.node === cls || value.node.superClass != null));
}

/** `new X(...)`, and `super(...)` of the classes that extend it; undefined when the class is used in a way that hides who makes it. */
export function constructionsOf(project: Project, mcp: McpModel, file: SourceFile, cls: ClassNode, inTests: readonly Place<TSESTree.Expression>[], depth = 0): readonly Place<Construction>[] | undefined {
  if (depth > MAX_HEIRS || cls.decorators.length > 0 || isPublic(project, file)) return undefined;
  const found = new Map<TSESTree.Node, Place<Construction>>();
  for (const { file: where, node } of [...mcp.infer.references.ofClass(file, cls, 'all'), ...ownMakes(file, cls), ...inTests]) {
    const outer = outermost(node);
    const { parent } = outer;
    if (!parent || isOnlyNamed(parent, outer)) continue;
    if (parent.type === 'NewExpression' && parent.callee === outer) found.set(parent, { file: where, node: parent });
    else if (isClassNode(parent) && parent.superClass === outer) {
      const heirs = constructionsOfHeir(project, mcp, where, parent, depth);
      if (!heirs) return undefined;
      for (const place of heirs) found.set(place.node, place);
    } else return undefined;
  }
  return found.size > 0 ? [...found.values()] : undefined;
}

function isOnlyNamed(parent: TSESTree.Node, node: TSESTree.Node): boolean {
  switch (parent.type) {
    case 'ExportSpecifier':
    case 'ImportSpecifier':
    case 'ExportDefaultDeclaration':
    case 'TSTypeReference':
    case 'TSClassImplements':
    case 'TSInterfaceHeritage':
      return true;
    case 'MemberExpression':
      return parent.object === node;
    case 'BinaryExpression':
      return parent.operator === 'instanceof';
    case 'Property':
      // `module.exports = { X }`
      return parent.value === node && parent.parent.parent.type === 'AssignmentExpression' && parent.parent.parent.left.type === 'MemberExpression' && memberName(parent.parent.parent.left) === 'exports';
    default:
      return false;
  }
}

function constructionsOfHeir(project: Project, mcp: McpModel, file: SourceFile, heir: ClassNode, depth: number): readonly Place<Construction>[] | undefined {
  const fn = constructorOf(heir);
  if (!fn) return constructionsOf(project, mcp, file, heir, [], depth + 1);
  const calls: Place<Construction>[] = [];
  walkTree(fn.body, node => {
    if (node.type === 'CallExpression' && node.callee.type === 'Super') calls.push({ file, node });
    return undefined;
  });
  return calls.length > 0 ? calls : undefined;
}
