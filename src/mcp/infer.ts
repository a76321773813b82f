import type { Definition, Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import { AnnotationReader } from './annotations.js';
import { exportsOf, keyName, type ExportOrigin } from './exports.js';
import { enclosingClass, innermost, memberName } from './file-index.js';
import { assignmentOver, contains, promiseAllItem, returnExpressions } from './nodes.js';
import { MemoKeys } from './memo-keys.js';
import { ParameterReader } from './parameters.js';
import { References } from './references.js';
import { sdk } from './sdk.js';
import { headerSessionId, keepsSessionId, memberSessionId, mintedSessionId, querySessionId } from './session-id.js';
import { concatenatedValues, templateValues } from './text.js';
import {
  NOTHING,
  step,
  union,
  type ClassNode,
  type CollectionKind,
  type FunctionNode,
  type Known,
  type ShapeNode,
  type Step,
  type TypeArguments,
  type Value,
} from './values.js';

const MAX_DEPTH = 120;
const COLLECTION_KINDS = new Set<string>(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array']);
/** Methods that hand out one element. */
const ELEMENT_METHODS = new Set(['get', 'pop', 'shift', 'at', 'find', 'findLast']);
/** Methods and functions that hand out the collection again, or a copy with the same elements. */
const SAME_ELEMENTS = new Set(['values', 'filter', 'slice', 'concat', 'reverse', 'sort', 'toSorted', 'toReversed', 'entries', 'add', 'set']);
const SAME_ELEMENTS_STATIC = new Set(['Object.values', 'Object.entries', 'Array.from', 'Object.freeze', 'Object.seal', 'Promise.all', 'structuredClone']);

/** Questions that one question may lead to. What is not known by then is taken for unknown: no program needs more. */
const MAX_STEPS = 6_000;

interface Frame {
  /** Position of the outermost question on the stack that this answer turned out to depend on. */
  lowest: number;
  /** Questions whose answers wait for this one. */
  inside?: object[];
}

/** An answer found inside a circle: good as long as the question that closes the circle is open. */
interface Provisional {
  readonly known: readonly Known[];
  readonly lowest: number;
}

/**
 * What can this expression be? Answered from imports, annotations, initialisers, assignments, call sites and callback
 * positions, across the files of the project, without installed packages.
 */
export class Inference {
  readonly annotations: AnnotationReader;
  readonly parameters: ParameterReader;
  readonly references: References;
  readonly #keys = new MemoKeys();
  readonly #memo = new Map<object, readonly Known[]>();
  readonly #stack: Frame[] = [];
  readonly #onStack = new Map<object, number>();
  readonly #provisional = new Map<object, Provisional>();
  #steps = 0;

  constructor(readonly project: Project) {
    this.annotations = new AnnotationReader(this);
    this.parameters = new ParameterReader(this);
    this.references = new References(this);
  }

  values(file: SourceFile, node: TSESTree.Node | null | undefined): readonly Known[] {
    if (!node) return NOTHING;
    // Most questions have been asked before.
    return this.#memo.get(node) ?? this.remember(node, () => this.#expression(file, node));
  }

  /** Memoises by key. Answers found inside a circle are kept for good only where the circle closes, since they may be incomplete. */
  remember(key: object, compute: () => readonly Known[]): readonly Known[] {
    const memo = this.#memo.get(key);
    if (memo) return memo;
    const open = this.#onStack.get(key);
    if (open !== undefined) {
      this.#dependsOn(open);
      return NOTHING;
    }
    const provisional = this.#provisional.get(key);
    if (provisional) {
      this.#dependsOn(provisional.lowest);
      return provisional.known;
    }
    const depth = this.#stack.length;
    if (depth === 0) this.#steps = 0;
    if (depth > MAX_DEPTH || ++this.#steps > MAX_STEPS) return NOTHING;
    return this.#compute(key, depth, compute);
  }

  #compute(key: object, depth: number, compute: () => readonly Known[]): readonly Known[] {
    const frame: Frame = { lowest: depth };
    this.#stack.push(frame);
    this.#onStack.set(key, depth);
    let known: readonly Known[];
    try {
      known = compute();
    } finally {
      this.#stack.pop();
      this.#onStack.delete(key);
    }
    if (frame.lowest < depth) {
      this.#provisional.set(key, { known, lowest: frame.lowest });
      const closing = this.#stack[frame.lowest];
      if (closing) (closing.inside ??= []).push(key);
      return known;
    }
    this.#memo.set(key, known);
    // The circles that end here are closed: what was found inside them is asked again when it is needed.
    for (const inner of frame.inside ?? []) this.#provisional.delete(inner);
    return known;
  }

  /** Everything above the open question hangs on it. */
  #dependsOn(open: number): void {
    for (let i = open + 1; i < this.#stack.length; i++) {
      const frame = this.#stack[i];
      if (frame) frame.lowest = Math.min(frame.lowest, open);
    }
  }

  #expression(file: SourceFile, node: TSESTree.Node): readonly Known[] {
    switch (node.type) {
      case 'Identifier':
        return this.#identifier(file, node);
      case 'Literal':
        return typeof node.value === 'string' ? [{ value: { kind: 'text', text: node.value }, because: undefined }] : NOTHING;
      case 'TemplateLiteral':
        return templateValues(this, file, node);
      case 'BinaryExpression':
        return node.operator === '+' ? concatenatedValues(this, file, node) : NOTHING;
      case 'MemberExpression':
        return this.#memberExpression(file, node);
      case 'CallExpression':
        return this.#call(file, node);
      case 'NewExpression':
        return this.#new(file, node);
      case 'TSAsExpression':
      case 'TSTypeAssertion': {
        const annotated = this.annotations.values(file, node.typeAnnotation);
        // A cast to something of the platform (or `as const`) tells less than the expression.
        return annotated.some(k => k.value.kind !== 'global') ? annotated : union(this.values(file, node.expression), annotated);
      }
      case 'TSSatisfiesExpression':
        return union(this.values(file, node.expression), this.annotations.values(file, node.typeAnnotation));
      case 'TSNonNullExpression':
      case 'ChainExpression':
        return this.values(file, node.expression);
      case 'AwaitExpression':
        return this.values(file, node.argument);
      case 'LogicalExpression':
        return union(this.values(file, node.left), this.values(file, node.right));
      case 'ConditionalExpression':
        return union(this.values(file, node.consequent), this.values(file, node.alternate));
      case 'AssignmentExpression':
        return this.values(file, node.right);
      case 'SequenceExpression':
        return this.values(file, node.expressions.at(-1));
      case 'ObjectExpression':
        return one({ kind: 'object', node, file });
      case 'ArrayExpression':
        return one({ kind: 'collection', of: 'Array', node, file });
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
        return one({ kind: 'function', node, file });
      case 'ClassExpression':
      case 'ClassDeclaration':
        return one({ kind: 'class', node, file });
      case 'ThisExpression':
        return this.thisValues(file, node);
      case 'ImportExpression':
        return this.#importedModule(file, node.source, node);
      case 'SpreadElement':
        return this.values(file, node.argument);
      default:
        return NOTHING;
    }
  }

  // --- names ---------------------------------------------------------------------------------------------------------------

  #identifier(file: SourceFile, node: TSESTree.Identifier): readonly Known[] {
    const variable = file.variableOf(node);
    if (variable && variable.defs.length > 0) return this.variable(file, variable);
    return node.name === 'undefined' ? NOTHING : one({ kind: 'global', path: node.name === 'globalThis' ? [] : [node.name] });
  }

  variable(file: SourceFile, variable: Variable): readonly Known[] {
    return this.#memo.get(variable) ?? this.remember(variable, () => union(...variable.defs.map(definition => this.#definition(file, variable, definition)), mintedSessionId(file, variable)));
  }

  #definition(file: SourceFile, variable: Variable, definition: Definition): readonly Known[] {
    const { node, name } = definition;
    switch (node.type) {
      case 'ImportSpecifier':
      case 'ImportDefaultSpecifier':
      case 'ImportNamespaceSpecifier':
        return this.#importBinding(file, node);
      case 'TSImportEqualsDeclaration':
        return node.moduleReference.type === 'TSExternalModuleReference' ? this.#importedModule(file, node.moduleReference.expression, node) : NOTHING;
      case 'VariableDeclarator':
        return name.type === 'Identifier' ? this.#declared(file, variable, node, name) : NOTHING;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        if (definition.type === 'FunctionName') return one({ kind: 'function', node, file });
        return name.type === 'Identifier' ? this.parameters.ofIdentifier(file, node, name) : NOTHING;
      case 'TSDeclareFunction':
      case 'TSInterfaceDeclaration':
        return one({ kind: 'shape', node, file });
      case 'TSEnumDeclaration':
        return one({ kind: 'shape', node, file });
      case 'ClassDeclaration':
      case 'ClassExpression':
        return one({ kind: 'class', node, file });
      default:
        return NOTHING;
    }
  }

  #declared(file: SourceFile, variable: Variable, node: TSESTree.VariableDeclarator, name: TSESTree.Identifier): readonly Known[] {
    if (node.id.type !== 'Identifier') {
      const base = node.id.typeAnnotation ? this.annotations.values(file, node.id.typeAnnotation.typeAnnotation) : this.#initialiser(file, node);
      return union(this.pattern(file, node.id, name, base), this.#assigned(file, variable));
    }
    const annotated = node.id.typeAnnotation ? this.annotations.values(file, node.id.typeAnnotation.typeAnnotation) : NOTHING;
    if (annotated.some(isSdkObject)) return annotated;
    return union(this.#initialiser(file, node), annotated, this.#assigned(file, variable));
  }

  #initialiser(file: SourceFile, node: TSESTree.VariableDeclarator): readonly Known[] {
    if (node.init) return this.values(file, node.init);
    const loop = node.parent.parent;
    return loop.type === 'ForOfStatement' && loop.left === node.parent ? this.elements(this.values(file, loop.right)) : NOTHING;
  }

  #assigned(file: SourceFile, variable: Variable): readonly Known[] {
    const lists: (readonly Known[])[] = [];
    for (const reference of variable.references) {
      if (!reference.isWrite() || reference.init) continue;
      const parent = reference.identifier.parent;
      if (parent.type === 'AssignmentExpression' && parent.left === reference.identifier) lists.push(this.values(file, parent.right));
      else if (reference.writeExpr && reference.identifier.type === 'Identifier') {
        const assignment = assignmentOver(reference.identifier);
        if (assignment) lists.push(this.pattern(file, assignment.left, reference.identifier, this.values(file, assignment.right)));
      }
    }
    return union(...lists);
  }

  /** What a name inside a destructuring pattern gets from the value that is taken apart. */
  pattern(file: SourceFile, pattern: TSESTree.Node, target: TSESTree.Identifier, base: readonly Known[]): readonly Known[] {
    switch (pattern.type) {
      case 'Identifier':
        return pattern === target ? base : NOTHING;
      case 'AssignmentPattern':
        return contains(pattern.left, target) ? this.pattern(file, pattern.left, target, union(base, this.values(file, pattern.right))) : NOTHING;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (!contains(property, target)) continue;
          if (property.type === 'RestElement') return this.pattern(file, property.argument, target, base);
          const name = property.computed ? this.text(file, property.key) : keyName(property.key);
          const sessionId = name === undefined ? undefined : headerSessionId(file, property, name);
          return this.pattern(file, property.value, target, sessionId ?? (name === undefined ? NOTHING : this.member(base, name, step(file, property, 'member'))));
        }
        return NOTHING;
      case 'ArrayPattern': {
        const index = pattern.elements.findIndex(e => e !== null && contains(e, target));
        const element = pattern.elements[index];
        if (!element) return NOTHING;
        if (element.type === 'RestElement') return this.pattern(file, element.argument, target, base);
        return this.pattern(file, element, target, this.#arrayElement(base, index));
      }
      default:
        return NOTHING;
    }
  }

  /** `[a, b] = [x, y]` by position, `[key, value] of map` gives the value. */
  #arrayElement(base: readonly Known[], index: number): readonly Known[] {
    return union(
      ...base.map(known => {
        const { value } = known;
        // Lists of SDK objects are known by what they list.
        if (value.kind === 'sdk') return [known];
        if (value.kind !== 'collection') return NOTHING;
        if (value.of === 'Map' || value.of === 'Record') return index === 1 ? this.elements([known]) : NOTHING;
        const { node } = value;
        const written = node.type === 'ArrayExpression' ? node.elements[index] : node.type === 'CallExpression' ? promiseAllItem(node, index) : undefined;
        if (written) return this.values(value.file, written);
        return node.type === 'TSTupleType' ? this.annotations.values(value.file, node.elementTypes[index]) : this.elements([known]);
      }),
    );
  }

  // --- modules -------------------------------------------------------------------------------------------------------------

  #importBinding(file: SourceFile, node: TSESTree.ImportClause): readonly Known[] {
    const declaration = node.parent;
    if (declaration.type !== 'ImportDeclaration') return NOTHING;
    const source = declaration.source.value;
    const because = step(file, node, 'import');
    if (node.type === 'ImportNamespaceSpecifier') return this.#module(file, source, because);
    const name = node.type === 'ImportDefaultSpecifier' ? 'default' : node.imported.type === 'Identifier' ? node.imported.name : node.imported.value;
    return this.member(this.#module(file, source, because), name, undefined);
  }

  #importedModule(file: SourceFile, source: TSESTree.Node, at: TSESTree.Node): readonly Known[] {
    const specifier = this.text(file, source);
    return specifier === undefined ? NOTHING : this.#module(file, specifier, step(file, at, 'import'));
  }

  #module(file: SourceFile, specifier: string, because: Step): readonly Known[] {
    if (sdk().isKnownModule(specifier)) return [{ value: { kind: 'sdk-module', module: specifier }, because }];
    const path = this.project.resolve(file.path, specifier);
    const target = path === undefined ? undefined : this.project.source(path);
    if (target) return [{ value: { kind: 'module', file: target }, because }];
    return specifier.startsWith('.') ? NOTHING : [{ value: { kind: 'external', module: specifier.replace(/^node:/, ''), path: [] }, because }];
  }

  /** What a module gives under a name; `default` of CommonJS is the whole. */
  exported(file: SourceFile, name: string, depth = 0): readonly Known[] {
    if (depth > 8) return NOTHING;
    const { names, stars, whole } = exportsOf(file);
    const origin = names.get(name);
    if (origin) return this.#origin(file, origin, depth);
    if (name === 'default' && whole) return this.values(file, whole);
    for (const star of stars) {
      const found = this.#reexported(file, star, name, depth, undefined);
      if (found.length > 0) return found;
    }
    return whole && name !== 'default' ? this.member(this.values(file, whole), name, undefined) : NOTHING;
  }

  #origin(file: SourceFile, origin: ExportOrigin, depth: number): readonly Known[] {
    switch (origin.kind) {
      case 'local': {
        const variable = file.variableOf(origin.node);
        return variable ? this.variable(file, variable) : NOTHING;
      }
      case 'declaration':
        return this.declaration(file, origin.node);
      case 'expression':
        return this.values(file, origin.node);
      case 'from':
        return this.#reexported(file, origin.source, origin.name, depth, origin.node);
    }
  }

  #reexported(file: SourceFile, source: string, name: string, depth: number, at: TSESTree.Node | undefined): readonly Known[] {
    const because = step(file, at ?? file.program, 'import');
    const modules = this.#module(file, source, because);
    if (name === '*') return modules;
    return union(...modules.map(known => (known.value.kind === 'module' ? this.exported(known.value.file, name, depth + 1) : this.member([known], name, undefined))));
  }

  declaration(file: SourceFile, node: TSESTree.Node): readonly Known[] {
    switch (node.type) {
      case 'FunctionDeclaration':
        return one({ kind: 'function', node, file });
      case 'ClassDeclaration':
        return one({ kind: 'class', node, file });
      case 'TSInterfaceDeclaration':
      case 'TSDeclareFunction':
      case 'TSEnumDeclaration':
        return one({ kind: 'shape', node, file });
      case 'TSTypeAliasDeclaration':
        return this.annotations.values(file, node.typeAnnotation);
      default:
        return NOTHING;
    }
  }

  // --- members -------------------------------------------------------------------------------------------------------------

  #memberExpression(file: SourceFile, node: TSESTree.MemberExpression): readonly Known[] {
    const object = node.object.type === 'Super' ? this.#superValues(file, node) : this.values(file, node.object);
    const name = memberName(node) ?? (node.computed ? this.text(file, node.property) : undefined);
    const sessionId = name === undefined ? NOTHING : (headerSessionId(file, node, name) ?? querySessionId(file, node, name) ?? NOTHING);
    if (sessionId.length > 0) return sessionId;
    if (name !== undefined) {
      const named = this.member(object, name, step(file, node, 'member'));
      if (named.length > 0) return named;
    }
    return node.computed ? this.elements(object) : NOTHING;
  }

  /** The member of each value, with the place that asks for it as evidence. */
  member(known: readonly Known[], name: string, at: Step | undefined): readonly Known[] {
    return union(...known.map(k => this.#memberOf(k, name, at)));
  }

  #memberOf(known: Known, name: string, at: Step | undefined): readonly Known[] {
    const { value } = known;
    const because = at ? { ...at, before: known.because } : known.because;
    switch (value.kind) {
      case 'session-id':
        return keepsSessionId(name) ? [known] : NOTHING;
      case 'sdk': {
        const member = sdk().member(value.type, name);
        const sessionId = memberSessionId(value.type, name);
        if (member && sessionId) return [{ value: { kind: 'session-id', from: sessionId }, because }];
        if (member?.method || member?.call) return [{ value: { kind: 'sdk-method', owner: value.type, member: name }, because }];
        return (member?.is ?? []).map(type => ({ value: { kind: 'sdk', type }, because }));
      }
      case 'sdk-module': {
        const exported = sdk().export(value.module, name);
        if (exported) return [{ value: { kind: 'sdk-export', ...exported, module: value.module }, because }];
        return name === 'default' ? [known] : NOTHING;
      }
      case 'sdk-export':
        return value.what === 'value' ? [{ value: { ...value, id: `${value.id}.${name}`, name: `${value.name}.${name}` }, because }] : NOTHING;
      case 'external':
        return value.path.length > 8 ? NOTHING : [{ value: { ...value, path: [...value.path, name] }, because: known.because }];
      case 'global':
        return value.path.length > 4 ? NOTHING : [{ value: { ...value, path: [...value.path, name] }, because: known.because }];
      case 'module':
        return this.exported(value.file, name);
      case 'object':
        return this.objectMember(value.file, value.node, name);
      case 'instance':
        return this.substitute(this.instanceMember(value.file, value.node, name), value.types);
      case 'class':
        return this.#staticMember(value.file, value.node, name);
      case 'shape':
        return this.substitute(this.shapeMember(value.file, value.node, name), value.types);
      case 'type-parameter':
        return this.member(this.annotations.values(value.file, value.node.constraint), name, at);
      default:
        return NOTHING;
    }
  }

  /** Type parameters that nothing binds stand for what constrains them. */
  expand(known: readonly Known[]): readonly Known[] {
    if (!known.some(k => k.value.kind === 'type-parameter')) return known;
    return union(...known.map(k => (k.value.kind === 'type-parameter' ? this.annotations.values(k.value.file, k.value.node.constraint) : [k])));
  }

  /** Puts what is known of a generic's parameters into what its members give. */
  substitute(known: readonly Known[], types: TypeArguments | undefined): readonly Known[] {
    if (!types) return known;
    return union(
      ...known.map((k): readonly Known[] => {
        const { value } = k;
        if (value.kind === 'type-parameter') return types.get(value.node) ?? [k];
        if ((value.kind === 'function' || value.kind === 'instance' || value.kind === 'shape') && !value.types) return [{ value: { ...value, types }, because: k.because }];
        return [k];
      }),
    );
  }

  objectMember(file: SourceFile, node: TSESTree.ObjectExpression, name: string): readonly Known[] {
    return this.remember(this.#keys.member(node, name), () => this.#writtenMember(file, node, name));
  }

  #writtenMember(file: SourceFile, node: TSESTree.ObjectExpression, name: string): readonly Known[] {
    const lists: (readonly Known[])[] = [];
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') lists.push(this.member(this.values(file, property.argument), name, undefined));
      else if ((property.computed ? this.text(file, property.key) : keyName(property.key)) === name) lists.push(this.values(file, property.value));
    }
    if (lists.every(l => l.length === 0)) lists.push(...this.references.assignedMembers(file, node, name));
    return union(...lists);
  }

  instanceMember(file: SourceFile, node: ClassNode, name: string): readonly Known[] {
    return this.remember(this.#keys.member(node, name), () => {
      const lists: (readonly Known[])[] = [];
      for (const member of node.body.body) {
        if (member.type === 'MethodDefinition' && member.kind === 'constructor') lists.push(...this.#parameterProperty(file, member.value.params, name));
        else if (('static' in member && member.static) || !('key' in member) || keyName(member.key) !== name) continue;
        else lists.push(this.#classMember(file, member));
      }
      const annotatedSdk = lists.some(list => list.some(isSdkObject));
      if (!annotatedSdk) for (const value of this.references.fieldAssignments(file, node, name)) lists.push(this.values(value.file, value.node));
      const own = union(...lists);
      return own.length > 0 ? own : this.member(this.#superInstances(file, node), name, undefined);
    });
  }

  #classMember(file: SourceFile, member: TSESTree.ClassElement): readonly Known[] {
    switch (member.type) {
      case 'MethodDefinition':
      case 'TSAbstractMethodDefinition': {
        if (member.value.type !== 'FunctionExpression') return one({ kind: 'shape', node: member.value, file });
        if (member.kind === 'get') return this.returned(file, member.value);
        return one({ kind: 'function', node: member.value, file });
      }
      case 'PropertyDefinition':
      case 'AccessorProperty':
      case 'TSAbstractPropertyDefinition': {
        const annotated = member.typeAnnotation ? this.annotations.values(file, member.typeAnnotation.typeAnnotation) : NOTHING;
        if (annotated.some(isSdkObject)) return mark(annotated, file, member, 'field');
        return union(member.value ? this.values(file, member.value) : NOTHING, annotated);
      }
      default:
        return NOTHING;
    }
  }

  /** `constructor(private readonly server: Server)` declares a field. */
  #parameterProperty(file: SourceFile, params: readonly TSESTree.Parameter[], name: string): readonly (readonly Known[])[] {
    const lists: (readonly Known[])[] = [];
    for (const parameter of params) {
      if (parameter.type !== 'TSParameterProperty') continue;
      const id = parameter.parameter.type === 'AssignmentPattern' ? parameter.parameter.left : parameter.parameter;
      if (id.name === name) {
        const variable = file.variableOf(id);
        if (variable) lists.push(mark(this.variable(file, variable), file, id, 'field'));
      }
    }
    return lists;
  }

  #staticMember(file: SourceFile, node: ClassNode, name: string): readonly Known[] {
    return this.remember(this.#keys.static(node, name), () => this.#writtenStatic(file, node, name));
  }

  #writtenStatic(file: SourceFile, node: ClassNode, name: string): readonly Known[] {
    const lists: (readonly Known[])[] = [];
    for (const member of node.body.body) {
      if (!('static' in member) || !member.static || !('key' in member) || keyName(member.key) !== name) continue;
      lists.push(this.#classMember(file, member));
    }
    for (const value of this.references.staticAssignments(file, node, name)) lists.push(this.values(value.file, value.node));
    const own = union(...lists);
    return own.length > 0 || !node.superClass ? own : this.member(this.values(file, node.superClass), name, undefined);
  }

  shapeMember(file: SourceFile, node: ShapeNode, name: string): readonly Known[] {
    if (node.type === 'TSEnumDeclaration') {
      const member = node.body.members.find(m => keyName(m.id) === name);
      return member?.initializer ? this.values(file, member.initializer) : NOTHING;
    }
    if (node.type !== 'TSInterfaceDeclaration' && node.type !== 'TSTypeLiteral') return NOTHING;
    return this.remember(this.#keys.member(node, name), () => this.#typedMember(file, node, name));
  }

  #typedMember(file: SourceFile, node: TSESTree.TSInterfaceDeclaration | TSESTree.TSTypeLiteral, name: string): readonly Known[] {
    const lists: (readonly Known[])[] = [];
    for (const member of node.type === 'TSInterfaceDeclaration' ? node.body.body : node.members) {
      if (member.type === 'TSPropertySignature' && keyName(member.key) === name && member.typeAnnotation)
        lists.push(this.annotations.values(file, member.typeAnnotation.typeAnnotation));
      else if (member.type === 'TSMethodSignature' && keyName(member.key) === name) lists.push(one({ kind: 'shape', node: member, file }));
    }
    if (node.type === 'TSInterfaceDeclaration')
      for (const base of node.extends) lists.push(this.member(this.annotations.heritage(file, base.expression), name, undefined));
    return union(...lists);
  }

  // --- classes -------------------------------------------------------------------------------------------------------------

  thisValues(file: SourceFile, node: TSESTree.Node): readonly Known[] {
    let from: TSESTree.Node = node;
    for (let n: TSESTree.Node | undefined = node.parent; n; from = n, n = n.parent) {
      if (n.type === 'FunctionDeclaration' || n.type === 'FunctionExpression') {
        const owner = n.parent;
        if (owner.type === 'MethodDefinition') {
          const cls = enclosingClass(owner);
          if (!cls) return NOTHING;
          return owner.static ? one({ kind: 'class', node: cls, file }) : this.instancesOf(file, cls);
        }
        return owner.type === 'Property' && owner.parent.type === 'ObjectExpression' ? one({ kind: 'object', node: owner.parent, file }) : NOTHING;
      }
      if (n.type === 'PropertyDefinition' || n.type === 'AccessorProperty') {
        if (from === n.key) continue;
        const cls = enclosingClass(n);
        return !cls ? NOTHING : n.static ? one({ kind: 'class', node: cls, file }) : this.instancesOf(file, cls);
      }
      if (n.type === 'StaticBlock') {
        const cls = enclosingClass(n);
        return cls ? one({ kind: 'class', node: cls, file }) : NOTHING;
      }
    }
    return NOTHING;
  }

  /** An instance of a class of the project is also one of what the class extends. */
  instancesOf(file: SourceFile, node: ClassNode, depth = 0): readonly Known[] {
    const own: Known = { value: { kind: 'instance', node, file }, because: undefined };
    if (!node.superClass || depth > 6) return [own];
    return [own, ...this.#superInstances(file, node, depth).filter(k => k.value.kind === 'sdk' || k.value.kind === 'external')];
  }

  #superInstances(file: SourceFile, node: ClassNode, depth = 0): readonly Known[] {
    return node.superClass ? this.constructed(this.values(file, node.superClass), step(file, node.superClass, 'new'), depth + 1) : NOTHING;
  }

  #superValues(file: SourceFile, node: TSESTree.Node): readonly Known[] {
    const cls = enclosingClass(node);
    return cls ? this.#superInstances(file, cls) : NOTHING;
  }

  /** What `new` makes of each of these values. */
  constructed(callee: readonly Known[], at: Step, depth = 0): readonly Known[] {
    return union(
      ...callee.map((known): readonly Known[] => {
        const { value } = known;
        const because = { ...at, before: known.because };
        if (value.kind === 'sdk-export' && value.what === 'class') return [{ value: { kind: 'sdk', type: value.id }, because }];
        if (value.kind === 'class') return this.instancesOf(value.file, value.node, depth);
        if (value.kind === 'external') return [{ value: { ...value, path: [...value.path, 'new'] }, because }];
        if (value.kind === 'global') return [{ value: { ...value, path: [...value.path, 'new'] }, because }];
        if (value.kind === 'sdk') return [known];
        return NOTHING;
      }),
    );
  }

  #new(file: SourceFile, node: TSESTree.NewExpression): readonly Known[] {
    const callee = this.values(file, node.callee);
    const kind = builtinCollection(callee);
    if (kind) return one({ kind: 'collection', of: kind, node, file });
    const made = this.constructed(callee, step(file, node, 'new'));
    return node.typeArguments ? this.annotations.apply(made, file, node.typeArguments) : made;
  }

  // --- calls ---------------------------------------------------------------------------------------------------------------

  #call(file: SourceFile, node: TSESTree.CallExpression): readonly Known[] {
    const callee = innermost(node.callee);
    if (this.#isRequire(file, callee) && node.arguments[0]) return this.#importedModule(file, node.arguments[0], node);
    if (callee.type === 'MemberExpression') {
      const special = this.#collectionCall(file, node, callee);
      if (special) return special;
    }
    if (callee.type === 'Super') return NOTHING;
    const header = node.arguments[0] && callee.type === 'MemberExpression' ? this.text(file, node.arguments[0]) : undefined;
    const sessionId = header === undefined ? undefined : headerSessionId(file, node, header);
    if (sessionId) return sessionId;
    if (callee.type === 'Identifier' && callee.name === 'String' && node.arguments[0]) return this.values(file, node.arguments[0]);
    return this.called(this.values(file, callee), file, node);
  }

  /** What calling each of these values gives. */
  called(callee: readonly Known[], file: SourceFile, node: TSESTree.CallExpression): readonly Known[] {
    return union(
      ...callee.map((known): readonly Known[] => {
        const { value } = known;
        const because = step(file, node, 'returned', known.because);
        switch (value.kind) {
          case 'function':
            return this.substitute(this.returned(value.file, value.node), value.types);
          case 'shape':
            return this.substitute(this.annotations.returned(value.file, value.node), value.types);
          case 'sdk-method':
            return sdkValues(sdk().member(value.owner, value.member)?.returns, because);
          case 'sdk-export':
            return sdkValues(sdk().member(value.id, '()')?.returns, because);
          case 'external':
            return value.path.length > 8 ? NOTHING : [{ value: { ...value, path: [...value.path, '()'] }, because: known.because }];
          case 'global':
            return this.#globalCall(value.path, file, node);
          // `sessionId.trim()`
          case 'session-id':
            return [known];
          default:
            return NOTHING;
        }
      }),
    );
  }

  #globalCall(path: readonly string[], file: SourceFile, node: TSESTree.CallExpression): readonly Known[] {
    const name = path.join('.');
    const [first] = node.arguments;
    if (name === 'Promise.all' && first) return one({ kind: 'collection', of: 'Array', node, file });
    if (SAME_ELEMENTS_STATIC.has(name) && first) return this.values(file, first);
    if (name === 'Object.assign') return union(...node.arguments.map(a => this.values(file, a)));
    return [{ value: { kind: 'global', path: [...path, '()'] }, because: undefined }];
  }

  /** Calls on collections, on functions (`bind`) and on promises (`then`, `catch`). */
  #collectionCall(file: SourceFile, node: TSESTree.CallExpression, callee: TSESTree.MemberExpression): readonly Known[] | undefined {
    const name = memberName(callee);
    if (name === undefined || callee.object.type === 'Super') return undefined;
    if (name === 'bind' || name === 'catch' || name === 'finally') {
      const inner = this.values(file, callee.object);
      return inner.length > 0 ? inner : undefined;
    }
    if (name === 'then') {
      const callback = node.arguments[0];
      if (!callback) return this.values(file, callee.object);
      return union(...this.values(file, callback).map(k => (k.value.kind === 'function' ? this.returned(k.value.file, k.value.node) : NOTHING)));
    }
    if (!ELEMENT_METHODS.has(name) && !SAME_ELEMENTS.has(name) && name !== 'map' && name !== 'flatMap') return undefined;
    const object = this.values(file, callee.object);
    const collections = object.filter(k => k.value.kind === 'collection');
    if (collections.length === 0) return undefined;
    if (ELEMENT_METHODS.has(name)) return this.elements(collections);
    if (SAME_ELEMENTS.has(name)) return object;
    return one({ kind: 'collection', of: 'Array', node, file });
  }

  /** What the elements of these collections can be: from type arguments, from literals, from what is put in. */
  elements(collections: readonly Known[]): readonly Known[] {
    return union(
      ...collections.map((known): readonly Known[] => {
        const { value } = known;
        if (value.kind === 'sdk') return [known];
        if (value.kind === 'object') return this.remember(this.#keys.element(value.node), () => this.#objectElements(value.file, value.node));
        if (value.kind === 'shape') return this.annotations.indexed(value.file, value.node);
        if (value.kind !== 'collection') return NOTHING;
        return this.remember(this.#keys.element(value.node), () => {
          const typed = this.annotations.elementOf(value.file, value.node);
          if (typed.some(k => k.value.kind === 'sdk')) return typed;
          return union(this.#written(value.file, value.node), typed, ...this.references.puts(value.file, value.node).map(put => this.values(put.file, put.node)));
        });
      }),
    );
  }

  #objectElements(file: SourceFile, node: TSESTree.ObjectExpression): readonly Known[] {
    const properties = node.properties.map(p => this.values(file, p.type === 'SpreadElement' ? null : p.value));
    return union(...properties, ...this.references.puts(file, node).map(put => this.values(put.file, put.node)));
  }

  #written(file: SourceFile, node: TSESTree.Node): readonly Known[] {
    if (node.type === 'ArrayExpression')
      return union(...node.elements.map(e => (e?.type === 'SpreadElement' ? this.elements(this.values(file, e.argument)) : this.values(file, e))));
    if (node.type === 'NewExpression') {
      const [first] = node.arguments;
      return first ? this.#entries(file, first) : NOTHING;
    }
    if (node.type === 'CallExpression') {
      const callee = innermost(node.callee);
      if (callee.type === 'MemberExpression' && (memberName(callee) === 'map' || memberName(callee) === 'flatMap') && node.arguments[0])
        return union(...this.values(file, node.arguments[0]).map(k => (k.value.kind === 'function' ? this.returned(k.value.file, k.value.node) : NOTHING)));
      return node.arguments[0] ? this.elements(this.values(file, node.arguments[0])) : NOTHING;
    }
    return NOTHING;
  }

  /** `new Map([[k, v]])` and `new Set([v])`. */
  #entries(file: SourceFile, argument: TSESTree.Node): readonly Known[] {
    const inner = this.elements(this.values(file, argument));
    return union(...inner.map(k => (k.value.kind === 'collection' ? this.#arrayElement([k], 1) : [k])));
  }

  /** What a function gives back; promises are looked through. */
  returned(file: SourceFile, node: FunctionNode): readonly Known[] {
    return this.remember(this.#keys.result(node), () => {
      const annotated = node.returnType ? this.annotations.values(file, node.returnType.typeAnnotation) : NOTHING;
      if (annotated.some(isSdkObject)) return annotated;
      return union(...returnExpressions(node).map(e => this.values(file, e)), annotated);
    });
  }

  #isRequire(file: SourceFile, callee: TSESTree.Node): boolean {
    if (callee.type !== 'Identifier') return false;
    const variable = file.variableOf(callee);
    if (!variable || variable.defs.length === 0) return callee.name === 'require';
    const init = variable.defs[0]?.node.type === 'VariableDeclarator' ? variable.defs[0].node.init : undefined;
    return init?.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === 'createRequire';
  }

  // --- text ----------------------------------------------------------------------------------------------------------------

  /** The strings that an expression can be, when there are few. */
  texts(file: SourceFile, node: TSESTree.Node): readonly string[] {
    return this.values(file, node).flatMap(k => (k.value.kind === 'text' ? [k.value.text] : []));
  }

  /** The string that an expression is known to be. */
  text(file: SourceFile, node: TSESTree.Node): string | undefined {
    if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
    const texts = this.values(file, node).flatMap(k => (k.value.kind === 'text' ? [k.value.text] : []));
    return texts.length === 1 ? texts[0] : undefined;
  }
}

/** An annotation that says enough: what is assigned cannot tell more of a server than its type does, but it can of a message. */
function isSdkObject({ value }: Known): boolean {
  return value.kind === 'sdk' && sdk().isObject(value.type);
}

function one(value: Value): readonly Known[] {
  return [{ value, because: undefined }];
}

function mark(known: readonly Known[], file: SourceFile, node: TSESTree.Node, why: Step['why']): readonly Known[] {
  return known.map(k => (k.value.kind === 'sdk' ? { value: k.value, because: step(file, node, why, k.because) } : k));
}

function sdkValues(types: readonly string[] | undefined, because: Step): readonly Known[] {
  return (types ?? []).map(type => ({ value: { kind: 'sdk', type }, because }));
}

function builtinCollection(callee: readonly Known[]): CollectionKind | undefined {
  for (const { value } of callee) {
    if (value.kind !== 'global' || value.path.length !== 1) continue;
    const [name] = value.path;
    if (name !== undefined && COLLECTION_KINDS.has(name)) return name as CollectionKind;
  }
  return undefined;
}
