import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import type { Inference } from './infer.js';
import { sdk } from './sdk.js';
import { NOTHING, step, union, type CollectionKind, type FunctionNode, type Known, type ShapeNode } from './values.js';

/** Global types that mean what their first argument means. */
const TRANSPARENT = new Set(['Promise', 'PromiseLike', 'Awaited', 'Readonly', 'Partial', 'Required', 'NonNullable', 'Pick', 'Omit', 'DeepReadonly', 'Exclude', 'Extract']);
const COLLECTIONS: Readonly<Record<string, CollectionKind>> = {
  Map: 'Map',
  ReadonlyMap: 'Map',
  WeakMap: 'WeakMap',
  Set: 'Set',
  ReadonlySet: 'Set',
  WeakSet: 'WeakSet',
  Array: 'Array',
  ReadonlyArray: 'Array',
  Iterable: 'Array',
  AsyncIterable: 'Array',
  Record: 'Record',
};

/** What type annotations say, without a type checker. */
export class AnnotationReader {
  constructor(private readonly ask: Inference) {}

  values(file: SourceFile, type: TSESTree.TypeNode | undefined): readonly Known[] {
    return type ? this.ask.remember(type, () => this.#type(file, type)) : NOTHING;
  }

  #type(file: SourceFile, type: TSESTree.TypeNode): readonly Known[] {
    switch (type.type) {
      case 'TSTypeReference':
        return this.#reference(file, type);
      case 'TSUnionType':
      case 'TSIntersectionType':
        return union(...type.types.map(t => this.values(file, t)));
      case 'TSArrayType':
      case 'TSTupleType':
        return [{ value: { kind: 'collection', of: 'Array', node: type, file }, because: undefined }];
      case 'TSTypeLiteral': {
        const indexed = type.members.length > 0 && type.members.every(m => m.type === 'TSIndexSignature');
        if (indexed) return [{ value: { kind: 'collection', of: 'Record', node: type, file }, because: undefined }];
        return [{ value: { kind: 'shape', node: type, file }, because: undefined }];
      }
      case 'TSFunctionType':
        return [{ value: { kind: 'shape', node: type, file }, because: undefined }];
      case 'TSTypeQuery':
        return type.exprName.type === 'TSImportType' ? this.values(file, type.exprName) : this.#entity(file, type.exprName);
      case 'TSImportType':
        return this.#importType(file, type);
      case 'TSIndexedAccessType':
        return this.#indexedAccess(file, type);
      case 'TSTypeOperator':
      case 'TSOptionalType':
      case 'TSRestType':
        return this.values(file, type.typeAnnotation);
      case 'TSLiteralType':
        return type.literal.type === 'Literal' && typeof type.literal.value === 'string' ? [{ value: { kind: 'text', text: type.literal.value }, because: undefined }] : NOTHING;
      default:
        return NOTHING;
    }
  }

  #reference(file: SourceFile, type: TSESTree.TSTypeReference): readonly Known[] {
    const { typeName } = type;
    if (typeName.type === 'Identifier') {
      const variable = file.variableOf(typeName);
      if (!variable || variable.defs.length === 0) return this.#global(file, type, typeName.name);
      const definition = variable.defs[0];
      if (definition?.node.type === 'TSTypeParameter') return [{ value: { kind: 'type-parameter', node: definition.node, file }, because: undefined }];
      if (definition?.node.type === 'TSTypeAliasDeclaration') return this.#alias(file, type, definition.node);
    }
    const instances = this.instances(this.#entity(file, typeName), file, type);
    return type.typeArguments ? this.apply(instances, file, type.typeArguments) : instances;
  }

  /** `Sessions<Transport>`: binds the parameters of the generic to what is given. */
  apply(generic: readonly Known[], file: SourceFile, given: TSESTree.TSTypeParameterInstantiation): readonly Known[] {
    return generic.map(known => {
      const { value } = known;
      if (value.kind === 'external') {
        const typeArguments = union(...given.params.map(p => this.values(file, p)));
        return typeArguments.length > 0 ? { value: { ...value, typeArguments }, because: known.because } : known;
      }
      if (value.kind !== 'instance' && value.kind !== 'shape') return known;
      const parameters = 'typeParameters' in value.node ? (value.node.typeParameters?.params ?? []) : [];
      if (parameters.length === 0) return known;
      const types = new Map(parameters.flatMap((p, i) => (given.params[i] ? [[p, this.values(file, given.params[i])] as const] : [])));
      return { value: { ...value, types }, because: known.because };
    });
  }

  /** `type Context<T> = Foo<T>`: what the alias stands for; a bare type parameter is the argument given here. */
  #alias(file: SourceFile, reference: TSESTree.TSTypeReference, alias: TSESTree.TSTypeAliasDeclaration): readonly Known[] {
    const found = this.values(file, alias.typeAnnotation);
    if (found.length > 0) return found;
    return reference.typeArguments ? union(...reference.typeArguments.params.map(p => this.values(file, p))) : NOTHING;
  }

  #global(file: SourceFile, type: TSESTree.TSTypeReference, name: string): readonly Known[] {
    const first = type.typeArguments?.params[0];
    if (TRANSPARENT.has(name)) return this.values(file, first);
    const kind = COLLECTIONS[name];
    if (kind) return [{ value: { kind: 'collection', of: kind, node: type, file }, because: undefined }];
    if (name === 'ReturnType' && first) return this.#returnType(this.values(file, first));
    if (name === 'InstanceType' && first) return this.ask.constructed(this.values(file, first), step(file, type, 'annotation'));
    if (name === 'const' || (name === 'Parameters' && first)) return NOTHING;
    return [{ value: { kind: 'global', path: [name, 'new'] }, because: undefined }];
  }

  #returnType(functions: readonly Known[]): readonly Known[] {
    return union(
      ...functions.map(({ value }) =>
        value.kind === 'function' ? this.ask.returned(value.file, value.node) : value.kind === 'shape' ? this.returned(value.file, value.node) : NOTHING,
      ),
    );
  }

  /** What a dotted name of a type or value is: classes and interfaces themselves, not instances of them. */
  #entity(file: SourceFile, name: TSESTree.EntityName): readonly Known[] {
    if (name.type === 'Identifier') return this.ask.values(file, name);
    if (name.type === 'ThisExpression') return this.ask.thisValues(file, name);
    return this.ask.member(this.#entity(file, name.left), name.right.name, step(file, name, 'member'));
  }

  /** A type name stands for the instances of what it names. */
  instances(named: readonly Known[], file: SourceFile, at: TSESTree.Node): readonly Known[] {
    return union(
      ...named.map((known): readonly Known[] => {
        const { value } = known;
        const because = step(file, at, 'annotation', known.because);
        if (value.kind === 'sdk-export') return sdkInstance(value.id, value.what, because);
        if (value.kind === 'class') return this.ask.instancesOf(value.file, value.node);
        if (value.kind === 'external') return [{ value: { ...value, path: [...value.path, 'new'] }, because: known.because }];
        return [known];
      }),
    );
  }

  heritage(file: SourceFile, expression: TSESTree.Expression): readonly Known[] {
    return this.instances(this.ask.values(file, expression), file, expression);
  }

  #importType(file: SourceFile, type: TSESTree.TSImportType): readonly Known[] {
    const module = this.ask.values(file, type.source);
    const specifier = module[0]?.value.kind === 'text' ? module[0].value.text : undefined;
    if (specifier === undefined || !type.qualifier) return NOTHING;
    const because = step(file, type, 'import');
    const names: string[] = [];
    for (let q: TSESTree.EntityName = type.qualifier; ; q = q.left) {
      if (q.type === 'TSQualifiedName') names.unshift(q.right.name);
      else {
        if (q.type === 'Identifier') names.unshift(q.name);
        break;
      }
    }
    let current: readonly Known[];
    if (sdk().isKnownModule(specifier)) current = [{ value: { kind: 'sdk-module', module: specifier }, because }];
    else {
      const path = this.ask.project.resolve(file.path, specifier);
      const target = path === undefined ? undefined : this.ask.project.source(path);
      current = target ? [{ value: { kind: 'module', file: target }, because }] : [{ value: { kind: 'external', module: specifier, path: [] }, because }];
    }
    for (const name of names) current = this.ask.member(current, name, undefined);
    return this.instances(current, file, type);
  }

  #indexedAccess(file: SourceFile, type: TSESTree.TSIndexedAccessType): readonly Known[] {
    const { indexType } = type;
    if (indexType.type === 'TSLiteralType' && indexType.literal.type === 'Literal') {
      if (typeof indexType.literal.value === 'string')
        return this.ask.member(this.values(file, type.objectType), indexType.literal.value, step(file, type, 'member'));
      const parameter = this.#parameterOf(file, type.objectType, Number(indexType.literal.value));
      if (parameter) return parameter;
    }
    return this.ask.elements(this.values(file, type.objectType));
  }

  /** `Parameters<F>[1]` */
  #parameterOf(file: SourceFile, type: TSESTree.TypeNode, index: number): readonly Known[] | undefined {
    if (type.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier' || type.typeName.name !== 'Parameters') return undefined;
    const fn = type.typeArguments?.params[0];
    if (!fn) return undefined;
    return union(...this.values(file, fn).map(({ value }) => this.ask.parameters.declared(value, index, undefined)));
  }

  /** Element types that a collection's annotation or constructor names. */
  elementOf(file: SourceFile, node: TSESTree.Node): readonly Known[] {
    switch (node.type) {
      case 'TSTypeReference':
      case 'NewExpression':
        return this.values(file, node.typeArguments?.params.at(-1));
      case 'TSArrayType':
        return this.values(file, node.elementType);
      case 'TSTupleType':
        return union(...node.elementTypes.map(t => this.values(file, t)));
      case 'TSTypeLiteral':
        return this.indexed(file, node);
      default:
        return NOTHING;
    }
  }

  /** The type behind `[key: string]: T`. */
  indexed(file: SourceFile, node: ShapeNode): readonly Known[] {
    const members = node.type === 'TSInterfaceDeclaration' ? node.body.body : node.type === 'TSTypeLiteral' ? node.members : [];
    return union(...members.map(m => (m.type === 'TSIndexSignature' && m.typeAnnotation ? this.values(file, m.typeAnnotation.typeAnnotation) : NOTHING)));
  }

  /** The declared result of a function type, a method signature or an overload. */
  returned(file: SourceFile, node: ShapeNode): readonly Known[] {
    if (node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeLiteral') {
      const members = node.type === 'TSInterfaceDeclaration' ? node.body.body : node.members;
      return union(...members.map(m => (m.type === 'TSCallSignatureDeclaration' ? this.values(file, m.returnType?.typeAnnotation) : NOTHING)));
    }
    return node.type === 'TSEnumDeclaration' ? NOTHING : this.values(file, node.returnType?.typeAnnotation);
  }
}

function sdkInstance(id: string, what: string, because: Known['because']): readonly Known[] {
  return what === 'class' || what === 'type' || what === 'function' || what === 'value' ? [{ value: { kind: 'sdk', type: id }, because }] : NOTHING;
}

/** The parameter list of a function node or of a written type. */
export function parametersOf(node: FunctionNode | ShapeNode): readonly TSESTree.Parameter[] {
  if (node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeLiteral') {
    const members = node.type === 'TSInterfaceDeclaration' ? node.body.body : node.members;
    const call = members.find(m => m.type === 'TSCallSignatureDeclaration');
    return call?.type === 'TSCallSignatureDeclaration' ? call.params : [];
  }
  return node.type === 'TSEnumDeclaration' ? [] : node.params;
}

