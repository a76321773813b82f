import { innermost, keyName, memberName, type TSESTree } from '../../src/define-transform.js';
import { indentAt } from '../../src/edits/indent.js';
import type { Editors } from '../../src/emit/editors.js';
import { freeParameter } from '../../src/emit/imports.js';
import { propertyValue } from '../../src/mcp/exports.js';
import type { McpModel } from '../../src/mcp/model.js';
import { requestContextAt } from '../../src/mcp/request-context.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import type { SourceFile } from '../../src/parse/source.js';

/** Where a tool says what it takes. */
interface Tool {
  readonly handler: FunctionNode;
  readonly config: TSESTree.ObjectExpression;
  /** The object of its parameters; undefined when it takes none so far. */
  readonly shape: TSESTree.ObjectExpression | undefined;
}

const DESCRIPTION = 'Directory to work in: one that the server may use, or one inside of it; all that it may use when none is given';

/** Tools that take a directory instead of asking the client for all of them. */
export class DirectoryParameters {
  readonly #given = new Map<FunctionNode, string | undefined>();
  readonly #importing = new Set<SourceFile>();

  constructor(
    private readonly mcp: McpModel,
    private readonly editors: Editors,
  ) {}

  /** Files that need `z`. */
  get importing(): ReadonlySet<SourceFile> {
    return this.#importing;
  }

  get count(): number {
    return [...this.#given.values()].filter(v => v !== undefined).length;
  }

  /** The expression that has the directory of the call, or undefined where no tool can take one. */
  at(file: SourceFile, call: TSESTree.CallExpression): string | undefined {
    const tool = toolAround(this.mcp, file, call);
    if (!tool) return undefined;
    if (!this.#given.has(tool.handler)) this.#given.set(tool.handler, this.#add(file, tool));
    return this.#given.get(tool.handler);
  }

  #add(file: SourceFile, { handler, config, shape }: Tool): string | undefined {
    const key = shape?.properties.some(p => p.type === 'Property' && keyName(p.key) === 'root') ? 'directory' : 'root';
    if (shape?.properties.some(p => p.type === 'SpreadElement' || keyName(p.key) === 'directory')) return undefined;
    const zod = zodIn(file);
    const line = requestContextAt(this.mcp, file, handler.body)?.line ?? (/@modelcontextprotocol\/server['"/]/.test(file.text) ? 'v2' : 'v1');
    const expression = this.#take(file, handler, key, shape !== undefined);
    if (expression === undefined) return undefined;
    if (zod === undefined) this.#importing.add(file);
    const { style } = this.editors.of(file);
    const property = `${key}: ${zod ?? 'z'}.string().optional().describe(${style.quote}${DESCRIPTION}${style.quote})`;
    if (shape) this.#append(file, shape, property);
    else this.#append(file, config, `inputSchema: ${line === 'v2' ? `${zod ?? 'z'}.object({ ${property} })` : `{ ${property} }`}`);
    return expression;
  }

  #append(file: SourceFile, object: TSESTree.ObjectExpression, property: string): void {
    const editor = this.editors.of(file);
    const last = object.properties.at(-1);
    if (!last) {
      editor.replace(object, `{ ${property} }`);
      return;
    }
    const isLine = file.text.slice(object.range[0], last.range[0]).includes('\n');
    editor.insert(last.range[1], isLine ? `,${editor.style.eol}${indentAt(file, last.range[0])}${property}` : `, ${property}`);
  }

  /** Makes the handler take the argument. */
  #take(file: SourceFile, handler: FunctionNode, key: string, hasArguments: boolean): string | undefined {
    const [first] = handler.params;
    const editor = this.editors.of(file);
    const local = freeParameter(file, handler, key, `${key}Path`, 'givenDirectory');
    const text = local === key ? key : `${key}: ${local}`;
    if (hasArguments && first) {
      if (first.type === 'Identifier') return `${first.name}.${key}`;
      if (first.type !== 'ObjectPattern' || !this.editors.patternsOf(file).canAdd(first)) return undefined;
      if (first.properties.length === 0) editor.insert(first.range[0] + 1, ` ${text} `);
      else this.editors.patternsOf(file).add(first, text);
      return local;
    }
    if (!first) editor.insert(file.text.indexOf('(', handler.range[0]) + 1, `{ ${text} }`);
    else if (/^\s*=>/.test(file.text.slice(first.range[1]))) {
      editor.insert(first.range[0], `({ ${text} }, `);
      editor.insert(first.range[1], ')');
    } else editor.insert(first.range[0], `{ ${text} }, `);
    return local;
  }
}

/** The tool whose handler this is part of, where its registration is written out. */
function toolAround(mcp: McpModel, file: SourceFile, node: TSESTree.Node): Tool | undefined {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    const call = isFunctionNode(n) ? n.parent : undefined;
    if (!isFunctionNode(n) || call?.type !== 'CallExpression' || call.arguments[2] !== n) continue;
    const callee = innermost(call.callee);
    const config = call.arguments[1];
    if (callee.type !== 'MemberExpression' || memberName(callee) !== 'registerTool' || config?.type !== 'ObjectExpression' || !mcp.call(file, call)) continue;
    if (config.properties.some(p => p.type === 'SpreadElement')) return undefined;
    const schema = propertyValue(config, 'inputSchema');
    const shape = schema && shapeOf(schema);
    return schema && !shape ? undefined : { handler: n, config, shape };
  }
  return undefined;
}

/** `{ a: z.string() }`, or that of `z.object({ a: z.string() })`. */
function shapeOf(schema: TSESTree.Node): TSESTree.ObjectExpression | undefined {
  const node = innermost(schema);
  if (node.type === 'ObjectExpression') return node;
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  const name = memberName(node.callee);
  const [argument] = node.arguments;
  if (name === 'object' || name === 'strictObject' || name === 'looseObject') return argument?.type === 'ObjectExpression' ? argument : undefined;
  return name === 'strict' || name === 'describe' || name === 'passthrough' ? shapeOf(node.callee.object) : undefined;
}

/** The name under which the file has zod. */
function zodIn({ program }: SourceFile): string | undefined {
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration' && /^zod(?:\/v\d+)?$/.test(statement.source.value)) {
      const found = statement.specifiers.find(s => s.type === 'ImportDefaultSpecifier' || s.type === 'ImportNamespaceSpecifier' || (s.imported.type === 'Identifier' && s.imported.name === 'z'));
      if (found) return found.local.name;
    }
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { init, id } of statement.declarations) {
      const isZod = init?.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === 'require' && init.arguments[0]?.type === 'Literal' && /^zod(?:\/v\d+)?$/.test(String(init.arguments[0].value));
      const z = isZod && id.type === 'ObjectPattern' ? id.properties.find(p => p.type === 'Property' && keyName(p.key) === 'z') : undefined;
      if (isZod && id.type === 'Identifier') return id.name;
      if (z?.type === 'Property' && z.value.type === 'Identifier') return z.value.name;
    }
  }
  return undefined;
}
