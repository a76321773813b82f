import type { TSESTree } from '@typescript-eslint/types';
import { rolesWithin } from '../mcp/containers.js';
import { keyName } from '../mcp/exports.js';
import { innermost, indexOf, memberName } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { isClassNode, isFunctionNode, type ClassNode, type FunctionNode, type Known, type ShapeNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Handler } from './handlers.js';

const MAX_FUNCTIONS = 4000;
const MAX_IMPLEMENTATIONS = 80;
const COMMON =
  /^(?:get|set|has|delete|add|clear|close|connect|disconnect|send|on|once|off|emit|log|info|warn|error|debug|trace|then|catch|finally|map|filter|find|forEach|reduce|push|pop|keys|values|entries|toString|toJSON|parse|stringify|next|return|throw|open|read|write|end|start|stop|init|initialize|dispose|destroy|fetch|query|request|json|text|status|header|use|apply|call|bind|create|update|remove|list|load|save|validate|format|render)$/;

/** `get name()`, also where the name is quoted. */
const GETTER = /\bget\s+\[?\s*['"]?#?([\w$]+)['"]?\s*\]?\s*\(/g;

export interface Reached {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
  /** The handlers that lead here. */
  readonly from: ReadonlySet<Handler>;
}

/** Functions that run while a call is served, with the handlers that lead to them. */
export class Reach {
  readonly #reached = new Map<FunctionNode, { readonly file: SourceFile; readonly fn: FunctionNode; readonly from: Set<Handler> }>();
  readonly #callees = new Map<FunctionNode, readonly Place[]>();
  #getters: ReadonlySet<string> | undefined;
  readonly #builders = new Map<FunctionNode, boolean>();

  readonly #roots: ReadonlySet<FunctionNode>;
  /** Functions around handlers: what they declare is made before the call and is there after it. */
  readonly #around = new Set<FunctionNode>();

  constructor(
    private readonly mcp: McpModel,
    handlers: readonly Handler[],
  ) {
    this.#roots = new Set(handlers.map(h => h.fn));
    for (const handler of handlers) {
      if (handler.kind === 'http') continue;
      for (let n: TSESTree.Node | undefined = handler.fn.parent; n; n = n.parent) if (isFunctionNode(n)) this.#around.add(n);
    }
    for (const handler of handlers) this.#follow(handler);
  }

  get functions(): readonly Reached[] {
    return [...this.#reached.values()];
  }

  has(fn: FunctionNode): boolean {
    return this.#reached.has(fn);
  }

  isHandler(fn: FunctionNode): boolean {
    return this.#roots.has(fn);
  }

  /** Whether running the first function can run the second one. */
  leads(from: FunctionNode, to: FunctionNode, depth = 0): boolean {
    if (from === to) return true;
    const entry = this.#reached.get(from);
    if (!entry || depth > 4) return false;
    return this.#calleesOf(entry).some(callee => this.leads(callee.fn, to, depth + 1));
  }

  /** Whether a handler is written inside this function: a factory of servers, or the program's start. */
  surroundsHandler(fn: FunctionNode): boolean {
    return this.#around.has(fn);
  }

  /** Whether what is declared at a place is gone when the call is over. */
  isLocal(node: TSESTree.Node): boolean {
    let nearest = true;
    for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
      if (!isFunctionNode(n)) continue;
      if (nearest && this.#around.has(n)) return false;
      nearest = false;
      if (this.#reached.has(n)) return true;
    }
    return false;
  }

  /** The handlers that lead to a place: through the innermost function around it that is reached. */
  leadingTo(node: TSESTree.Node): ReadonlySet<Handler> {
    for (let n: TSESTree.Node | undefined = node; n; n = n.parent) {
      const reached = isFunctionNode(n) ? this.#reached.get(n) : undefined;
      if (reached) return reached.from;
    }
    return new Set();
  }

  /** Whether a place runs while a call is served, in a function or inside one. */
  covers(node: TSESTree.Node): boolean {
    for (let n: TSESTree.Node | undefined = node; n; n = n.parent) if (isFunctionNode(n) && this.#reached.has(n)) return true;
    return false;
  }

  #follow(handler: Handler): void {
    const queue: Place[] = [{ file: handler.file, fn: handler.fn }];
    for (let place = queue.pop(); place; place = queue.pop()) {
      let entry = this.#reached.get(place.fn);
      if (!entry) {
        if (this.#reached.size >= MAX_FUNCTIONS) return;
        this.#reached.set(place.fn, (entry = { ...place, from: new Set<Handler>() }));
      }
      if (entry.from.has(handler)) continue;
      entry.from.add(handler);
      // What builds servers runs once per session, not per call: its variables are the session's.
      queue.push(...this.#calleesOf(place).filter(callee => handler.kind !== 'http' || !this.#around.has(callee.fn)).filter(callee => !this.#buildsServer(callee)));
    }
  }

  /** A server that is made while a call is served is another one: what is registered there is not of this one's lists. */
  #buildsServer({ file, fn }: Place): boolean {
    const known = this.#builders.get(fn);
    if (known !== undefined) return known;
    const builds = indexOf(file).news.some(made => fn.range[0] <= made.range[0] && made.range[1] <= fn.range[1] && /Server$/.test(file.text.slice(...made.callee.range)) && rolesWithin(this.mcp, this.mcp.values(file, made)).has('server'));
    this.#builders.set(fn, builds);
    return builds;
  }

  #calleesOf(place: Place): readonly Place[] {
    let callees = this.#callees.get(place.fn);
    if (!callees) this.#callees.set(place.fn, (callees = this.#readCallees(place)));
    return callees;
  }

  #readCallees({ file, fn }: Place): readonly Place[] {
    const found = new Map<FunctionNode, Place>();
    const add = (known: readonly Known[], member?: string): void => {
      for (const { value } of known) {
        if (value.kind === 'function') found.set(value.node, { file: value.file, fn: value.node });
        else if (value.kind === 'shape') for (const place of this.#implementations(value.file, value.node, member)) found.set(place.fn, place);
      }
    };
    const visit = (node: TSESTree.Node): boolean | void => {
      // A handler that is written here is run by its own requests.
      if (isFunctionNode(node) && this.#roots.has(node)) return false;
      switch (node.type) {
        case 'CallExpression': {
          const callee = innermost(node.callee);
          // A callback that the caller gave is written in the caller, which is read itself.
          if (!this.#isOwnCallback(file, callee)) add(this.mcp.values(file, callee), callee.type === 'MemberExpression' ? memberName(callee) : undefined);
          // A function that is passed on will be called.
          for (const argument of node.arguments)
            if ((argument.type === 'Identifier' && !this.#isOwnCallback(file, argument)) || argument.type === 'MemberExpression') add(this.mcp.values(file, argument).filter(k => k.value.kind === 'function'));
          return;
        }
        case 'NewExpression':
          for (const { value } of this.mcp.values(file, node.callee)) if (value.kind === 'class') this.#construction(value.file, value.node, found);
          return;
        case 'MemberExpression':
          if (node.parent.type !== 'CallExpression' || node.parent.callee !== node) add(this.#getter(file, node));
      }
    };
    walkTree(fn.body, visit);
    for (const parameter of fn.params) walkTree(parameter, visit);
    return [...found.values()];
  }

  /** A parameter that is called, of a function that runs during the call. */
  #isOwnCallback(file: SourceFile, callee: TSESTree.Node): boolean {
    if (callee.type !== 'Identifier') return false;
    const definition = file.variableOf(callee)?.defs[0];
    return definition?.type === 'Parameter' && isFunctionNode(definition.node) && !this.#around.has(definition.node);
  }

  /** Constructors and field initialisers run when an instance is made. */
  #construction(file: SourceFile, cls: ClassNode, found: Map<FunctionNode, Place>): void {
    for (const member of cls.body.body) {
      if (member.type === 'MethodDefinition' && member.kind === 'constructor' && member.value.type === 'FunctionExpression') found.set(member.value, { file, fn: member.value });
    }
  }

  /** What is read is asked about only under the names that a getter of the project has. */
  #getterNames(): ReadonlySet<string> {
    const { project } = this.mcp;
    return (this.#getters ??= new Set(project.codeFiles().flatMap(path => [...(project.text(path) ?? '').matchAll(GETTER)].flatMap(match => match[1] ?? []))));
  }

  #getter(file: SourceFile, node: TSESTree.MemberExpression): readonly Known[] {
    const name = memberName(node);
    if (name === undefined || node.object.type === 'Super' || !this.#getterNames().has(name)) return [];
    const getters: Known[] = [];
    for (const { value } of this.mcp.values(file, node.object)) {
      if (value.kind !== 'instance') continue;
      for (const member of value.node.body.body)
        if (member.type === 'MethodDefinition' && member.kind === 'get' && keyName(member.key) === name && member.value.type === 'FunctionExpression')
          getters.push({ value: { kind: 'function', node: member.value, file: value.file }, because: undefined });
    }
    return getters;
  }

  /** A method of an interface or a function-typed property: the functions of that name that can stand behind it. */
  #implementations(file: SourceFile, shape: ShapeNode, called: string | undefined): readonly Place[] {
    const name = shape.type === 'TSMethodSignature' ? keyName(shape.key) : (propertyOf(shape) ?? called);
    if (name === undefined) return [];
    const owner = interfaceOf(shape);
    const ownerName = owner && 'id' in owner && owner.id?.type === 'Identifier' ? owner.id.name : undefined;
    const places: Place[] = [];
    const { project } = this.mcp;
    // A name that everything has says nothing: then the interface has to be named too.
    const mayImplement = (path: string): boolean => !COMMON.test(name) || (ownerName !== undefined && project.hasWord(path, ownerName));
    for (const g of this.mcp.infer.references.neighbours(file, name, mayImplement)) {
      for (const cls of indexOf(g).classes) if (!owner || this.#implements(g, cls, owner)) places.push(...methodsOf(g, cls, name));
      for (const fn of indexOf(g).functions) {
        const property = fn.parent;
        if (property.type === 'Property' && property.value === fn && property.parent.type === 'ObjectExpression' && keyName(property.key) === name && !this.#isGivenAway(g, property.parent)) places.push({ file: g, fn });
      }
      if (places.length > MAX_IMPLEMENTATIONS) break;
    }
    return places;
  }

  /** `defineCommand({ run() {} })` of a package: what it takes is no interface of the project. */
  #isGivenAway(file: SourceFile, { parent }: TSESTree.ObjectExpression): boolean {
    if (parent.type !== 'CallExpression' || parent.callee.type !== 'Identifier') return false;
    const definition = file.variableOf(parent.callee)?.defs[0];
    const from = definition?.type === 'ImportBinding' && definition.parent.type === 'ImportDeclaration' ? definition.parent.source.value : undefined;
    return from !== undefined && this.mcp.project.resolve(file.path, from) === undefined;
  }

  #implements(file: SourceFile, cls: ClassNode, owner: TSESTree.Node): boolean {
    const declared = cls.implements.flatMap(i => [...this.mcp.infer.annotations.heritage(file, i.expression)]);
    if (declared.some(k => k.value.kind === 'shape' && k.value.node === owner)) return true;
    if (cls.superClass) return this.mcp.values(file, cls.superClass).some(k => k.value.kind === 'class' && (k.value.node === owner || this.#implements(k.value.file, k.value.node, owner)));
    return false;
  }
}

interface Place {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
}

function methodsOf(file: SourceFile, cls: ClassNode, name: string): readonly Place[] {
  return cls.body.body.flatMap(member => {
    if ((member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') || keyName(member.key) !== name) return [];
    const fn = member.value ?? undefined;
    return isFunctionNode(fn) ? [{ file, fn }] : [];
  });
}

/** The property signature that a function type annotates. */
function propertyOf(shape: ShapeNode): string | undefined {
  const signature = shape.parent.parent;
  return shape.type === 'TSFunctionType' && signature?.type === 'TSPropertySignature' ? keyName(signature.key) : undefined;
}

/** The interface or class that a signature belongs to. */
function interfaceOf(shape: ShapeNode): TSESTree.Node | undefined {
  for (let n: TSESTree.Node | undefined = shape.parent; n; n = n.parent) {
    if (n.type === 'TSInterfaceDeclaration' || n.type === 'TSTypeLiteral' || isClassNode(n)) return n;
  }
  return undefined;
}
