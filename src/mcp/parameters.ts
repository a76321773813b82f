import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { parametersOf } from './annotations.js';
import { keyName } from './exports.js';
import { enclosingFunction, indexOf, innermost, memberName, outermost } from './file-index.js';
import type { Inference } from './infer.js';
import { constructorOf, unwrapParameter } from './nodes.js';
import type { Place } from './references.js';
import { sdk } from './sdk.js';
import { isSessionCallback } from './session-id.js';
import type { SdkCallback, SdkMember, SdkSignature } from './sdk-map.js';
import { isClassNode, isFunctionNode, NOTHING, step, union, type ClassNode, type FunctionNode, type Known, type Value } from './values.js';

const MAX_DEPTH = 7;
/** Collection methods that call back with an element. */
const ELEMENT_CALLBACKS = new Set(['forEach', 'map', 'filter', 'find', 'findLast', 'some', 'every', 'flatMap', 'sort']);

/** What parameters are: by annotation, by the position of the function, by the calls of it. */
export class ParameterReader {
  readonly #memo = new Map<FunctionNode, Map<number, object>>();
  readonly #expected = new Map<TSESTree.Node, object>();

  constructor(private readonly ask: Inference) {}

  /** A name in a parameter list, also inside a pattern. */
  ofIdentifier(file: SourceFile, fn: FunctionNode, name: TSESTree.Identifier): readonly Known[] {
    const index = fn.params.findIndex(p => p.range[0] <= name.range[0] && name.range[1] <= p.range[1]);
    const parameter = fn.params[index];
    if (!parameter) return NOTHING;
    const { id, fallback } = unwrapParameter(parameter);
    if (id.type === 'RestElement') return NOTHING;
    const annotated = 'typeAnnotation' in id && id.typeAnnotation ? this.ask.annotations.values(file, id.typeAnnotation.typeAnnotation) : NOTHING;
    // A server or a class says enough; a container or a written shape is still one that somebody passed.
    const known = annotated.some(k => k.value.kind === 'sdk' || k.value.kind === 'instance' || k.value.kind === 'external');
    const base = known ? annotated : union(this.ofFunction(file, fn, index), fallback ? this.ask.values(file, fallback) : NOTHING, annotated);
    return id.type === 'Identifier' ? base : this.ask.pattern(file, id, name, base);
  }

  /** What a function is called with at a position. */
  ofFunction(file: SourceFile, fn: FunctionNode, index: number): readonly Known[] {
    return this.ask.remember(this.#key(fn, index), () => {
      const contextual = fn.type === 'FunctionDeclaration' ? NOTHING : this.#given({ file, node: fn }, index, fn.params.length, 0);
      if (contextual.some(k => k.value.kind === 'sdk')) return contextual;
      const lists: (readonly Known[])[] = [contextual];
      if (isConstructor(fn)) lists.push(...this.#constructorArguments(file, fn, index));
      else {
        for (const use of this.ask.references.ofFunction(file, fn, node => mayTell(node, index))) if (use.node !== fn) lists.push(this.#given(use, index, fn.params.length, 0));
        lists.push(this.#overridden(file, fn, index));
      }
      return union(...lists);
    });
  }

  /** What the function that stands at this place is called with. */
  #given(place: Place<TSESTree.Expression>, index: number, arity: number, depth: number): readonly Known[] {
    if (depth > MAX_DEPTH) return NOTHING;
    const { file } = place;
    const node = outermost(place.node);
    const parent = node.parent;
    switch (parent?.type) {
      case 'CallExpression':
      case 'NewExpression': {
        if (parent.callee === node) return parent.type === 'CallExpression' ? this.#argument(file, parent, index) : NOTHING;
        const position = parent.arguments.findIndex(a => a === node);
        return position === -1 ? NOTHING : this.#callback(file, parent, position, index, arity, depth);
      }
      case 'MemberExpression': {
        const name = memberName(parent);
        const call = outermost(parent).parent;
        if (parent.object !== node || call?.type !== 'CallExpression' || call.callee !== outermost(parent)) return NOTHING;
        if (name === 'call') return this.#argument(file, call, index + 1);
        return name === 'bind' ? this.#given({ file, node: call }, index, arity, depth + 1) : NOTHING;
      }
      case 'VariableDeclarator':
        if (parent.init !== node || parent.id.type !== 'Identifier') return NOTHING;
        return union(
          parent.id.typeAnnotation ? this.#declaredAll(this.ask.annotations.values(file, parent.id.typeAnnotation.typeAnnotation), index, arity) : NOTHING,
          // An alias of a named function; the function's own variable is followed by its caller.
          isFunctionNode(place.node) ? NOTHING : this.#throughVariable(file, parent.id, index, arity, depth),
        );
      case 'PropertyDefinition':
        return parent.typeAnnotation ? this.#declaredAll(this.ask.annotations.values(file, parent.typeAnnotation.typeAnnotation), index, arity) : NOTHING;
      case 'AssignmentExpression':
        return parent.right === node ? this.#declaredAll(this.ask.values(file, parent.left), index, arity) : NOTHING;
      case 'Property':
        return parent.parent.type === 'ObjectExpression' ? this.#property(file, parent, parent.parent, index, arity, depth) : NOTHING;
      case 'ReturnStatement':
      case 'ArrowFunctionExpression':
        return this.#returnedFrom(file, parent, index, arity, depth);
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
        return this.#declaredAll(this.ask.annotations.values(file, parent.typeAnnotation), index, arity);
      case 'LogicalExpression':
      case 'ConditionalExpression':
        return this.#given({ file, node: parent }, index, arity, depth + 1);
      default:
        return NOTHING;
    }
  }

  #argument(file: SourceFile, call: TSESTree.CallExpression | TSESTree.NewExpression, index: number): readonly Known[] {
    const argument = call.arguments[index];
    if (!argument || argument.type === 'SpreadElement') return NOTHING;
    const why = step(file, argument, 'argument');
    return this.ask.values(file, argument).map(k => (k.because ? { value: k.value, because: { ...why, before: k.because } } : k));
  }

  /** The function is argument `position` of a call: how does the callee call it? */
  #callback(file: SourceFile, call: TSESTree.CallExpression | TSESTree.NewExpression, position: number, index: number, arity: number, depth: number): readonly Known[] {
    const callee = innermost(call.callee);
    if (callee.type === 'MemberExpression' && callee.object.type !== 'Super') {
      const collection = this.#collectionCallback(file, callee, position, index);
      if (collection.length > 0) return collection;
    }
    const callees = call.type === 'NewExpression' ? this.ask.values(file, call.callee) : this.ask.values(file, callee);
    return union(
      ...callees.map((known): readonly Known[] => {
        const { value } = known;
        switch (value.kind) {
          case 'sdk-method':
            return this.#sdkCallback(sdk().member(value.owner, value.member), file, call, position, index, arity, known);
          case 'sdk-export':
            return this.#sdkCallback(sdk().member(value.id, call.type === 'NewExpression' ? 'new()' : '()'), file, call, position, index, arity, known);
          case 'function':
            return this.#parameterCalls(value.file, value.node, position, index, arity, depth);
          case 'class': {
            const constructor = constructorOf(value.node);
            return constructor ? this.#parameterCalls(value.file, constructor, position, index, arity, depth) : NOTHING;
          }
          case 'shape':
            return this.declared(value, position, undefined).flatMap(k => [...this.declared(k.value, index, arity)]);
          case 'external':
            return [{ value: { ...value, path: [...value.path, `#${position}.${index}`] }, because: known.because }];
          case 'global':
            return [{ value: { ...value, path: [...value.path, `#${position}.${index}`] }, because: undefined }];
          default:
            return NOTHING;
        }
      }),
    );
  }

  #collectionCallback(file: SourceFile, callee: TSESTree.MemberExpression, position: number, index: number): readonly Known[] {
    const name = memberName(callee);
    if (name === undefined || position !== 0) return NOTHING;
    if (name === 'then' && index === 0) return this.ask.values(file, callee.object);
    const element = name === 'reduce' ? index === 1 : ELEMENT_CALLBACKS.has(name) && (index === 0 || (name === 'sort' && index === 1));
    if (!element) return NOTHING;
    return this.ask.elements(this.ask.values(file, callee.object).filter(k => k.value.kind === 'collection' || k.value.kind === 'object'));
  }

  #sdkCallback(
    member: SdkMember | undefined,
    file: SourceFile,
    call: TSESTree.CallExpression | TSESTree.NewExpression,
    position: number,
    index: number,
    arity: number,
    known: Known,
  ): readonly Known[] {
    const alternatives = (member?.calls ?? []).flatMap(signature => this.#fitting(signature, call, position));
    const types = pick(alternatives, index, arity, hasSchemaBefore(this.ask, file, call, position));
    return types.map(type => ({ value: { kind: 'sdk', type }, because: step(file, call, 'callback', known.because) }));
  }

  #fitting(signature: SdkSignature, call: TSESTree.CallExpression | TSESTree.NewExpression, position: number): readonly SdkCallback[] {
    const own = signature.callbacks?.[position];
    if (!own) return [];
    const positions = Object.keys(signature.callbacks ?? {}).map(Number);
    // The callback is the last argument of every registration: an overload with another length is another call.
    return Math.max(...positions) === position && call.arguments.length - 1 > position && positions.length === 1 && position < call.arguments.length - 2 ? [] : own;
  }

  /** A function of the project takes our function as a parameter: look at how it calls it or passes it on. */
  #parameterCalls(file: SourceFile, fn: FunctionNode, position: number, index: number, arity: number, depth: number): readonly Known[] {
    const parameter = fn.params[position];
    if (!parameter) return NOTHING;
    const { id } = unwrapParameter(parameter);
    if (id.type !== 'Identifier') return NOTHING;
    const annotated = id.typeAnnotation ? this.#declaredAll(this.ask.annotations.values(file, id.typeAnnotation.typeAnnotation), index, arity) : NOTHING;
    if (annotated.some(k => k.value.kind === 'sdk')) return annotated;
    return union(annotated, this.#throughVariable(file, id, index, arity, depth));
  }

  #throughVariable(file: SourceFile, id: TSESTree.Identifier, index: number, arity: number, depth: number): readonly Known[] {
    const variable = file.variableOf(id);
    if (!variable) return NOTHING;
    return union(
      ...variable.references.map(({ identifier }) =>
        identifier.type === 'Identifier' && identifier !== id ? this.#given({ file, node: identifier }, index, arity, depth + 1) : NOTHING,
      ),
    );
  }

  /** The function is a property of an object literal: what does the place of the object expect? */
  #property(file: SourceFile, property: TSESTree.Property, object: TSESTree.ObjectExpression, index: number, arity: number, depth: number): readonly Known[] {
    const name = property.computed ? this.ask.text(file, property.key) : keyName(property.key);
    if (name === undefined) return NOTHING;
    const expected = this.expected({ file, node: object }, depth + 1);
    const declared = this.#declaredAll(this.ask.member(expected, name, step(file, property, 'member')), index, arity);
    if (declared.length > 0 || isFunctionNode(property.value)) return declared;
    return union(...this.ask.references.ofProperty(file, object, name).map(place => this.#given(place, index, arity, depth + 1)));
  }

  /** The function is what another function returns: it is called where that one's result is. */
  #returnedFrom(file: SourceFile, node: TSESTree.ReturnStatement | TSESTree.ArrowFunctionExpression, index: number, arity: number, depth: number): readonly Known[] {
    const maker = node.type === 'ArrowFunctionExpression' ? node : enclosingFunction(node);
    if (!maker) return NOTHING;
    const declared = maker.returnType ? this.#declaredAll(this.ask.annotations.values(file, maker.returnType.typeAnnotation), index, arity) : NOTHING;
    if (declared.length > 0) return declared;
    return union(
      ...this.ask.references.ofFunction(file, maker).map(use => {
        const call = outermost(use.node).parent;
        return call?.type === 'CallExpression' && call.callee === outermost(use.node) ? this.#given({ file: use.file, node: call }, index, arity, depth + 1) : NOTHING;
      }),
    );
  }

  /** What the place of an expression is declared to take. */
  expected(place: Place<TSESTree.Expression>, depth = 0): readonly Known[] {
    if (depth > MAX_DEPTH) return NOTHING;
    let key = this.#expected.get(place.node);
    if (!key) this.#expected.set(place.node, (key = {}));
    return this.ask.remember(key, () => this.#expectedAt(place, depth));
  }

  #expectedAt(place: Place<TSESTree.Expression>, depth: number): readonly Known[] {
    const { file } = place;
    const node = outermost(place.node);
    const parent = node.parent;
    switch (parent?.type) {
      case 'VariableDeclarator':
        if (parent.id.type !== 'Identifier') return NOTHING;
        return parent.id.typeAnnotation ? this.ask.annotations.values(file, parent.id.typeAnnotation.typeAnnotation) : this.#expectedOfName(file, parent.id, depth);
      case 'PropertyDefinition':
        return parent.typeAnnotation ? this.ask.annotations.values(file, parent.typeAnnotation.typeAnnotation) : NOTHING;
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
        return this.ask.annotations.values(file, parent.typeAnnotation);
      case 'LogicalExpression':
      case 'ConditionalExpression':
        return this.expected({ file, node: parent }, depth + 1);
      case 'SpreadElement':
        return parent.parent.type === 'ObjectExpression' ? this.expected({ file, node: parent.parent }, depth + 1) : NOTHING;
      case 'AssignmentExpression':
        return parent.right === node ? this.ask.values(file, parent.left) : NOTHING;
      case 'ArrayExpression':
        return this.ask.elements(this.expected({ file, node: parent }, depth + 1));
      case 'Property': {
        const name = parent.computed ? undefined : keyName(parent.key);
        if (parent.parent.type !== 'ObjectExpression') return NOTHING;
        const outer = this.expected({ file, node: parent.parent }, depth + 1);
        const named = name === undefined ? NOTHING : this.ask.member(outer, name, undefined);
        return named.length > 0 ? named : this.ask.elements(outer);
      }
      case 'CallExpression':
      case 'NewExpression': {
        const position = parent.arguments.findIndex(a => a === node);
        return position === -1 ? NOTHING : this.#expectedArgument(file, parent, position, depth);
      }
      case 'ReturnStatement':
      case 'ArrowFunctionExpression': {
        const maker = parent.type === 'ArrowFunctionExpression' ? parent : enclosingFunction(parent);
        if (!maker) return NOTHING;
        return maker.returnType ? this.ask.annotations.values(file, maker.returnType.typeAnnotation) : this.#expectedOfResult(file, maker, depth);
      }
      default:
        return NOTHING;
    }
  }

  /** A name without an annotation: what the places where it is used are declared to take. */
  #expectedOfName(file: SourceFile, id: TSESTree.Identifier, depth: number): readonly Known[] {
    const variable = file.variableOf(id);
    if (!variable) return NOTHING;
    return union(...this.ask.references.ofVariable(file, variable).map(place => (place.node === id ? NOTHING : this.expected(place, depth + 1))));
  }

  /** A function without a declared result: what the places of its calls are declared to take. */
  #expectedOfResult(file: SourceFile, maker: FunctionNode, depth: number): readonly Known[] {
    return union(
      ...this.ask.references.ofFunction(file, maker).map(use => {
        const callee = outermost(use.node);
        const call = callee.parent;
        return call?.type === 'CallExpression' && call.callee === callee ? this.expected({ file: use.file, node: call }, depth + 1) : NOTHING;
      }),
    );
  }

  #expectedArgument(file: SourceFile, call: TSESTree.CallExpression | TSESTree.NewExpression, position: number, depth: number): readonly Known[] {
    return union(
      ...this.ask.values(file, call.callee).map((known): readonly Known[] => {
        const { value } = known;
        if (value.kind === 'shape') return this.declared(value, position, undefined);
        if (value.kind === 'function') return this.#expectedParameter(value, position, depth);
        if (value.kind === 'class') {
          const constructor = constructorOf(value.node);
          return constructor ? this.#expectedParameter({ kind: 'function', node: constructor, file: value.file }, position, depth) : NOTHING;
        }
        const member = value.kind === 'sdk-method' ? sdk().member(value.owner, value.member) : value.kind === 'sdk-export' ? sdk().member(value.id, call.type === 'NewExpression' ? 'new()' : '()') : undefined;
        return (member?.calls ?? []).flatMap(s => (s.takes?.[position] ?? []).map(type => ({ value: { kind: 'sdk' as const, type }, because: step(file, call, 'argument', known.because) })));
      }),
    );
  }

  #expectedParameter(value: Extract<Value, { kind: 'function' }>, position: number, depth: number): readonly Known[] {
    const parameter = value.node.params[position];
    if (!parameter) return NOTHING;
    const { id } = unwrapParameter(parameter);
    if (id.type === 'Identifier' && !id.typeAnnotation) return this.#expectedOfName(value.file, id, depth);
    return this.declared(value, position, undefined);
  }

  #declaredAll(functions: readonly Known[], index: number, arity: number): readonly Known[] {
    return union(...functions.map(k => this.declared(k.value, index, arity)));
  }

  /** The declared type of a parameter of this function value. */
  declared(value: Value, index: number, arity: number | undefined): readonly Known[] {
    switch (value.kind) {
      case 'function':
      case 'shape': {
        const parameter = parametersOf(value.node)[index];
        if (!parameter) return NOTHING;
        const { id } = unwrapParameter(parameter);
        const declared = 'typeAnnotation' in id && id.typeAnnotation ? this.ask.annotations.values(value.file, id.typeAnnotation.typeAnnotation) : NOTHING;
        return this.ask.substitute(declared, value.types);
      }
      case 'external':
        // `FastifyPluginCallback<Options>`: which parameter is which is not known, but names of members tell them apart.
        return (value.typeArguments ?? NOTHING).filter(k => k.value.kind === 'shape' || k.value.kind === 'instance');
      case 'sdk':
        return pick(sdk().callable(value.type), index, arity ?? index + 1, undefined).map(type => ({ value: { kind: 'sdk', type }, because: undefined }));
      case 'sdk-method': {
        if (index === 0 && isSessionCallback(value.member)) return [{ value: { kind: 'session-id', from: 'callback' }, because: undefined }];
        const member = sdk().member(value.owner, value.member);
        const taken = [...pick(member?.call ?? [], index, arity ?? index + 1, undefined), ...(member?.calls ?? []).flatMap(s => s.takes?.[index] ?? [])];
        return taken.map(type => ({ value: { kind: 'sdk', type }, because: undefined }));
      }
      default:
        return NOTHING;
    }
  }

  #constructorArguments(file: SourceFile, fn: FunctionNode, index: number): readonly (readonly Known[])[] {
    const cls = fn.parent.parent?.parent;
    if (!cls || !isClassNode(cls)) return [];
    return this.#constructions(file, cls, 0).map(({ file: g, node }) => this.#argument(g, node, index));
  }

  /** `new Class(...)` of the class, and `super(...)` in classes that extend it. */
  #constructions(file: SourceFile, cls: ClassNode, depth: number): readonly Place<TSESTree.CallExpression | TSESTree.NewExpression>[] {
    if (depth > 3) return [];
    return this.ask.references.ofClass(file, cls).flatMap(use => {
      const parent = use.node.parent;
      if (parent.type === 'NewExpression' && parent.callee === use.node) return [{ file: use.file, node: parent }];
      if (isClassNode(parent) && parent.superClass === use.node) {
        const calls = indexOf(use.file).calls.filter(c => c.callee.type === 'Super' && parent.range[0] <= c.range[0] && c.range[1] <= parent.range[1]);
        return calls.length > 0 ? calls.map(node => ({ file: use.file, node })) : this.#constructions(use.file, parent, depth + 1);
      }
      return [];
    });
  }

  /** A method takes what the interface or base class that it implements says. */
  #overridden(file: SourceFile, fn: FunctionNode, index: number): readonly Known[] {
    const method = fn.parent;
    if ((method.type !== 'MethodDefinition' && method.type !== 'PropertyDefinition') || method.value !== fn) return NOTHING;
    const name = keyName(method.key);
    const cls = method.parent.parent;
    if (name === undefined || !isClassNode(cls)) return NOTHING;
    const bases = [
      ...(cls.superClass ? this.ask.constructed(this.ask.values(file, cls.superClass), step(file, cls.superClass, 'new')) : []),
      ...cls.implements.flatMap(i => [...this.ask.annotations.heritage(file, i.expression)]),
    ];
    const members = this.ask.member(bases, name, step(file, method, 'member'));
    const declared = this.#declaredAll(members, index, fn.params.length);
    if (declared.length > 0) return declared;
    return union(...members.map(({ value }) => (value.kind === 'function' ? this.ofFunction(value.file, value.node, index) : NOTHING)));
  }

  #key(fn: FunctionNode, index: number): object {
    const byIndex = this.#memo.get(fn) ?? new Map<number, object>();
    this.#memo.set(fn, byIndex);
    const key = byIndex.get(index) ?? { index };
    byIndex.set(index, key);
    return key;
  }
}

/** A call that gives a literal at this position says nothing about servers; anything else may. */
function mayTell(node: TSESTree.MemberExpression, index: number): boolean {
  const call = outermost(node).parent;
  if (call?.type !== 'CallExpression' || call.callee !== outermost(node)) return true;
  const argument = call.arguments[index];
  return argument !== undefined && argument.type !== 'Literal' && argument.type !== 'TemplateLiteral' && argument.type !== 'BinaryExpression';
}

/** The types at a position over the parameter lists that a function of this arity can stand for. */
function pick(alternatives: readonly SdkCallback[], index: number, arity: number, hasSchema: boolean | undefined): readonly string[] {
  const lengths = alternatives.map(a => a.length);
  const longest = Math.max(0, ...lengths);
  const shortest = Math.min(longest, ...lengths);
  // One list with arguments and one without: a function with a single parameter may stand for both.
  const fitting = alternatives.filter(a => {
    if (longest === shortest) return true;
    if (arity >= longest) return a.length === longest;
    return hasSchema === undefined || (hasSchema ? a.length === longest : a.length < longest);
  });
  return [...new Set(fitting.flatMap(a => a[index] ?? []))];
}

/** Whether a registration gives an input schema, which decides if its callback takes arguments first. */
function hasSchemaBefore(ask: Inference, file: SourceFile, call: TSESTree.CallExpression | TSESTree.NewExpression, position: number): boolean | undefined {
  const callee = innermost(call.callee);
  const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
  if (name === 'tool' || name === 'prompt') return call.arguments.slice(1, position).some(a => a.type !== 'SpreadElement' && ask.text(file, a) === undefined);
  if (name !== 'registerTool' && name !== 'registerPrompt') return undefined;
  const config = call.arguments[position - 1];
  if (!config || config.type === 'SpreadElement') return undefined;
  for (const { value } of ask.values(file, config)) {
    if (value.kind !== 'object') continue;
    if (value.node.properties.some(p => p.type === 'SpreadElement')) return undefined;
    return value.node.properties.some(p => p.type === 'Property' && /^(?:inputSchema|argsSchema)$/.test(keyName(p.key) ?? ''));
  }
  return undefined;
}

function isConstructor(fn: FunctionNode): boolean {
  return fn.parent.type === 'MethodDefinition' && fn.parent.kind === 'constructor';
}
