import { keyName, memberName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { innermost, indexOf } from '../../src/mcp/file-index.js';
import { handlerRegistration } from '../../src/mcp/messages.js';
import type { McpModel } from '../../src/mcp/model.js';
import { isServerSide } from '../../src/mcp/roles.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import { walkTree as walk } from '../../src/define-transform.js';
import type { DispatchedTool, RegisteredTool, Unit } from './design.js';
import { propertyValue } from '../../src/mcp/exports.js';

/** The tools of a project, by the functions and branches that run for them. */
export class Tools {
  readonly registered = new Map<FunctionNode, RegisteredTool[]>();
  readonly #dispatchers = new Map<FunctionNode, SourceFile>();
  readonly #entries = new Map<string, { readonly file: SourceFile; readonly node: TSESTree.ObjectExpression }[]>();
  readonly #branches = new Map<TSESTree.Node, DispatchedTool>();
  readonly names = new Set<string>();

  constructor(
    private readonly mcp: McpModel,
    files: readonly SourceFile[],
  ) {
    for (const file of files) for (const call of indexOf(file).calls) this.#visit(file, call);
    if (this.#dispatchers.size > 0) for (const file of files) this.#readEntries(file);
    for (const [fn, file] of this.#dispatchers) this.#readBranches(fn, file);
  }

  isDispatcher(fn: FunctionNode): boolean {
    return this.#dispatchers.has(fn);
  }

  /** The branch of a dispatcher that a place is in. */
  branchAround(node: TSESTree.Node): DispatchedTool | undefined {
    for (let n: TSESTree.Node | undefined = node; n; n = n.parent) {
      const unit = this.#branches.get(n);
      if (unit) return unit.statements.some(s => s.range[0] <= node.range[0] && node.range[1] <= s.range[1]) ? unit : undefined;
    }
    return undefined;
  }

  all(): readonly Unit[] {
    return [...[...this.registered.values()].flat(), ...this.#branches.values()];
  }

  #visit(file: SourceFile, call: TSESTree.CallExpression): void {
    const callee = innermost(call.callee);
    const member = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
    if (member === 'setRequestHandler') this.#dispatcher(file, call);
    else if (member === 'registerTool' || member === 'tool') this.#registration(file, call, member);
  }

  #dispatcher(file: SourceFile, call: TSESTree.CallExpression): void {
    const registration = handlerRegistration(this.mcp, file, call);
    if (registration?.method !== 'tools/call' || registration.role === 'client' || !registration.handler) return;
    for (const { value } of this.mcp.values(file, registration.handler)) if (value.kind === 'function') this.#dispatchers.set(value.node, value.file);
  }

  #registration(file: SourceFile, call: TSESTree.CallExpression, member: 'registerTool' | 'tool'): void {
    const use = this.mcp.call(file, call);
    if (!use || !isServerSide(use.owner) || !/^(?:sdk|server)#/.test(use.owner)) return;
    const [first, ...rest] = call.arguments;
    const last = rest.at(-1);
    if (!first || !last || call.arguments.some(a => a.type === 'SpreadElement')) return;
    const functions = this.mcp.values(file, last).flatMap(({ value }) => (value.kind === 'function' ? [value] : []));
    for (const { node: fn, file: fnFile } of functions) {
      const site = this.#site(file, call, member, { fn, fnFile }, use.owner.startsWith('server#'));
      if (!site) continue;
      this.names.add(site.name);
      this.registered.set(fn, [...(this.registered.get(fn) ?? []), site]);
    }
  }

  #site(file: SourceFile, call: TSESTree.CallExpression, member: 'registerTool' | 'tool', { fn, fnFile }: { readonly fn: FunctionNode; readonly fnFile: SourceFile }, modern: boolean): RegisteredTool | undefined {
    const [first, ...rest] = call.arguments;
    if (!first || first.type === 'SpreadElement') return undefined;
    const between = rest.slice(0, -1);
    // An entry of a table of tools: `server.registerTool(tool.name, { inputSchema: tool.schema }, tool.handler)`.
    const entry = tableEntry(fn);
    const ofEntry = (node: TSESTree.Node | undefined): TSESTree.Node | undefined => {
      const inner = node ? innermost(node) : undefined;
      if (inner?.type !== 'MemberExpression' || !entry) return node;
      const name = memberName(inner);
      return name === undefined ? node : propertyValue(entry, name);
    };
    const nameNode = ofEntry(first);
    const name = nameNode ? this.mcp.text(entry && nameNode !== first ? fnFile : file, nameNode) : undefined;
    if (name === undefined) return undefined;
    const base = { kind: 'registered' as const, name, file, call, member, modern, fn, fnFile };
    if (member === 'registerTool') {
      const config = between[0] ? innermost(between[0]) : undefined;
      if (config?.type !== 'ObjectExpression') return { ...base, config: undefined, schema: between[0], schemaFile: file, description: undefined };
      const whole = propertyValue(config, 'inputSchema');
      // `z.object(tool.schema)`: the entry has the shape.
      const written = entry ? (wrappedShape(whole) ?? whole) : whole;
      const schema = ofEntry(written);
      return { ...base, config, schema, schemaFile: schema !== written ? fnFile : file, description: ofEntry(propertyValue(config, 'description')) };
    }
    const texts = between.filter(n => this.#isText(file, ofEntry(n) ?? n));
    const [written] = between.filter(n => !texts.includes(n) && !isAnnotations(n));
    const schema = ofEntry(written);
    return { ...base, config: undefined, schema, schemaFile: schema !== written ? fnFile : file, description: texts[0] ? ofEntry(texts[0]) : undefined };
  }

  #isText(file: SourceFile, node: TSESTree.Node): boolean {
    return node.type === 'Literal' || node.type === 'TemplateLiteral' || this.mcp.values(file, node).some(k => k.value.kind === 'text');
  }

  /** `{ name: 'add_item', inputSchema: ... }`, wherever lists of tools are written. */
  #readEntries(file: SourceFile): void {
    if (!/inputSchema/.test(file.text)) return;
    for (const node of objectsOf(file)) {
      const name = propertyValue(node, 'name');
      if (!name || !propertyValue(node, 'inputSchema')) continue;
      const text = this.mcp.text(file, name);
      if (text === undefined) continue;
      this.names.add(text);
      this.#entries.set(text, [...(this.#entries.get(text) ?? []), { file, node }]);
    }
  }

  #readBranches(fn: FunctionNode, file: SourceFile): void {
    const add = (test: TSESTree.Node | null | undefined, branch: DispatchedTool['branch'], statements: readonly TSESTree.Statement[]): void => {
      const name = test ? this.mcp.text(file, test) : undefined;
      const [entry, ...others] = name === undefined ? [] : (this.#entries.get(name) ?? []);
      const [only] = statements;
      const inner = statements.length === 1 && only?.type === 'BlockStatement' ? only.body : statements;
      if (name === undefined || !entry || others.length > 0 || inner.length === 0) return;
      this.#branches.set(branch, { kind: 'dispatched', name, file, fn, fnFile: file, branch, statements: inner, entry: entry.node, entryFile: entry.file });
    };
    for (const statement of statementsWithin(fn)) {
      if (statement.type === 'SwitchStatement' && this.#isToolName(file, statement.discriminant)) {
        // Two names for one branch: nothing says which tool is called.
        statement.cases.forEach((c, i) => {
          if ((statement.cases[i - 1]?.consequent.length ?? 1) > 0) add(c.test, c, c.consequent);
        });
      } else if (statement.type === 'IfStatement' && statement.test.type === 'BinaryExpression' && /^===?$/.test(statement.test.operator)) {
        const { left, right } = statement.test;
        const test = left.type !== 'PrivateIdentifier' && this.#isToolName(file, left) ? right : this.#isToolName(file, right) ? left : undefined;
        add(test, statement, [statement.consequent]);
      }
    }
  }

  /** `request.params.name`, and names for it. */
  #isToolName(file: SourceFile, node: TSESTree.Node): boolean {
    const inner = innermost(node);
    if (inner.type === 'MemberExpression') return memberName(inner) === 'name' && inner.object.type !== 'Super' && isParams(file, inner.object);
    if (inner.type !== 'Identifier') return false;
    const definition = file.variableOf(inner)?.defs[0];
    if (definition?.node.type === 'VariableDeclarator') {
      const { id, init } = definition.node;
      if (!init) return false;
      return id.type === 'ObjectPattern' ? patternKey(id, inner.name) === 'name' && isParams(file, init) : this.#isToolName(file, init);
    }
    return definition?.type === 'Parameter' && isFunctionNode(definition.node) && definition.node.params.some(p => p.type === 'ObjectPattern' && nestedKey(p, 'params', inner.name) === 'name');
  }
}

/** The variable or expression that holds the arguments of a call, of a handler of tools/call. */
export function argumentsOf(fn: FunctionNode): string | undefined {
  const [request] = fn.params;
  if (request?.type === 'Identifier') return `${request.name}.params.arguments`;
  if (request?.type !== 'ObjectPattern') return undefined;
  for (const property of request.properties) {
    if (property.type !== 'Property' || keyName(property.key) !== 'params') continue;
    if (property.value.type === 'Identifier') return `${property.value.name}.arguments`;
    if (property.value.type !== 'ObjectPattern') return undefined;
    for (const inner of property.value.properties) if (inner.type === 'Property' && keyName(inner.key) === 'arguments' && inner.value.type === 'Identifier') return inner.value.name;
  }
  return undefined;
}

function isParams(file: SourceFile, node: TSESTree.Node): boolean {
  const inner = innermost(node);
  if (inner.type === 'MemberExpression') return memberName(inner) === 'params';
  if (inner.type !== 'Identifier') return false;
  if (inner.name === 'params') return true;
  const definition = file.variableOf(inner)?.defs[0];
  return definition?.node.type === 'VariableDeclarator' && definition.node.init !== null && definition.node.id.type === 'Identifier' && isParams(file, definition.node.init);
}

/** The key under which a pattern gives a variable. */
function patternKey(pattern: TSESTree.ObjectPattern, variable: string): string | undefined {
  for (const p of pattern.properties) {
    if (p.type !== 'Property') continue;
    const target = p.value.type === 'AssignmentPattern' ? p.value.left : p.value;
    if (target.type === 'Identifier' && target.name === variable) return keyName(p.key);
  }
  return undefined;
}

function nestedKey(pattern: TSESTree.ObjectPattern, outer: string, variable: string): string | undefined {
  for (const p of pattern.properties) if (p.type === 'Property' && keyName(p.key) === outer && p.value.type === 'ObjectPattern') return patternKey(p.value, variable);
  return undefined;
}

/** The object literal that a handler is written in, beside the name of its tool. */
function tableEntry(fn: FunctionNode): TSESTree.ObjectExpression | undefined {
  const property = fn.parent;
  return property.type === 'Property' && property.value === fn && property.parent.type === 'ObjectExpression' ? property.parent : undefined;
}

/** The `tool.schema` of `z.object(tool.schema)`. */
function wrappedShape(node: TSESTree.Node | undefined): TSESTree.Node | undefined {
  const call = node ? innermost(node) : undefined;
  if (call?.type !== 'CallExpression' || call.arguments.length !== 1 || call.callee.type !== 'MemberExpression' || memberName(call.callee) !== 'object') return undefined;
  const [shape] = call.arguments;
  return shape && innermost(shape).type === 'MemberExpression' ? shape : undefined;
}

function isAnnotations(node: TSESTree.Node): boolean {
  return node.type === 'ObjectExpression' && node.properties.length > 0 && node.properties.every(p => p.type === 'Property' && /Hint$|^title$/.test(keyName(p.key) ?? '') && p.value.type === 'Literal');
}

function objectsOf(file: SourceFile): readonly TSESTree.ObjectExpression[] {
  const found: TSESTree.ObjectExpression[] = [];
  for (const property of propertiesNamed(file, 'inputSchema')) if (property.parent.type === 'ObjectExpression') found.push(property.parent);
  return found;
}

function propertiesNamed(file: SourceFile, name: string): readonly TSESTree.Property[] {
  const found: TSESTree.Property[] = [];
  walk(file.program, node => {
    if (node.type === 'Property' && keyName(node.key) === name) found.push(node);
  });
  return found;
}

function statementsWithin(fn: FunctionNode): readonly TSESTree.Node[] {
  const found: TSESTree.Node[] = [];
  walk(fn.body, node => {
    if (isFunctionNode(node)) return false;
    if (node.type === 'SwitchStatement' || node.type === 'IfStatement') found.push(node);
    return undefined;
  });
  return found;
}
