import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, innermost, keyName, memberName, propertyValue, walkTree, type CodeContext, type TSESTree } from '../../src/rule.js';

const SCHEMAS: ReadonlySet<string> = new Set(['inputSchema', 'outputSchema']);
/** What only older dialects know, and how each says it. */
const OLD_WORDS: ReadonlySet<string> = new Set(['definitions', 'additionalItems', 'dependencies']);

export default defineRule({
  id: 'use-json-schema-2020-12',
  title: 'Schemas are JSON Schema 2020-12',
  clauses: ['json-schema-2020-12', 'schema-external-ref', 'schema-complexity-bounds'],
  words: ['inputSchema', 'outputSchema'],
  needs: /\b(?:definitions|additionalItems|dependencies|exclusiveM(?:in|ax)imum)\b|\$ref|\bitems['"\]]*\s*:\s*\(*\[|\b(?:compile|compileAsync|validate|addSchema|dereference|bundle)\b['"\]?.\s]*[(<]|(?<!Promise|path)\.\s*resolve\b/,
  visit: context => ({
    Property(node) {
      if (SCHEMAS.has(keyName(node.key) ?? '') && node.parent.type === 'ObjectExpression') reportSchema(context, node.value);
    },
    CallExpression(node) {
      reportCompiled(context, node);
    },
  }),
});

/** A schema that is written out, or kept under a name. */
function reportSchema(context: CodeContext, value: TSESTree.Node): void {
  const schema = literalOf(context, value);
  if (!schema || !isJsonSchema(schema) || propertyValue(schema, '$schema')) return;
  const said = new Set<string>();
  walkTree(schema, node => {
    if (node.type !== 'Property') return;
    const word = keyName(node.key) ?? '';
    if (isExternal(node, word) && !said.has('$ref')) {
      said.add('$ref');
      context.report(node, { clause: 'schema-external-ref', subject: 'schema:external', message: 'This schema refers to an address that clients must not load by themselves.', confidence: 'certain' });
    } else if (isOld(node, word) && !said.has(word)) {
      said.add(word);
      context.report(node, { clause: 'json-schema-2020-12', subject: `schema:${word}`, message: `In this form “${word}” belongs to an older dialect of JSON Schema, and the schema names none: it is read as 2020-12.`, confidence: 'likely' });
    }
  });
}

function literalOf({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, value: TSESTree.Node): TSESTree.ObjectExpression | undefined {
  const node = innermost(value);
  if (node.type === 'ObjectExpression') return node;
  if (node.type !== 'Identifier') return undefined;
  const object = mcp.values(file, node).find(k => k.value.kind === 'object' && k.value.file === file)?.value;
  return object?.kind === 'object' ? object.node : undefined;
}

/** By its own words; the shape of another library has none of them. */
function isJsonSchema(schema: TSESTree.ObjectExpression): boolean {
  const type = propertyValue(schema, 'type');
  return (type !== undefined && innermost(type).type === 'Literal') || propertyValue(schema, '$ref') !== undefined;
}

/** Names of properties are not words of the schema. */
function isKeyword(node: TSESTree.Property): boolean {
  const owner = node.parent.parent;
  return !(owner.type === 'Property' && /^(?:properties|patternProperties|definitions|\$defs)$/.test(keyName(owner.key) ?? ''));
}

function isOld(node: TSESTree.Property, word: string): boolean {
  if (!isKeyword(node)) return false;
  const value = innermost(node.value);
  if (OLD_WORDS.has(word)) return value.type === 'ObjectExpression' || word === 'additionalItems';
  if (word === 'items') return value.type === 'ArrayExpression';
  return (word === 'exclusiveMinimum' || word === 'exclusiveMaximum') && value.type === 'Literal' && typeof value.value === 'boolean';
}

function isExternal(node: TSESTree.Property, word: string): boolean {
  const value = innermost(node.value);
  return word === '$ref' && value.type === 'Literal' && typeof value.value === 'string' && /^https?:/.test(value.value);
}

const COMPILES = /^(?:compile|compileAsync|validate|addSchema|dereference|bundle|resolve)$/;

/** A schema of somebody else's tool, given to something that compiles it or loads what it refers to. */
function reportCompiled(context: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
  const [schema] = node.arguments;
  if (callee.type !== 'MemberExpression' || name === undefined || !COMPILES.test(name) || !schema || !isForeign(context, schema)) return;
  const { file, mcp, report } = context;
  const packages = mcp.values(file, callee.object).flatMap(k => (k.value.kind === 'external' ? [k.value.module] : []));
  const isAjv = packages.some(p => /^ajv(?:$|\/)/.test(p));
  const refs = packages.some(p => /json-schema-ref-parser/.test(p));
  if (refs ? !/http\s*:\s*false|external\s*:\s*false/.test(file.text.slice(...node.range)) : isAjv && name === 'compileAsync')
    report(callee, { clause: 'schema-external-ref', subject: 'schema:loads', message: 'This loads what a foreign schema refers to, from wherever that is.', confidence: 'likely' });
  else if (isAjv && (name === 'compile' || name === 'validate')) {
    const old = packages.some(p => /^ajv(?:$|\/dist\/(?:core|ajv|2019)(?:\.js)?$)/.test(p));
    report(callee, {
      clause: old ? 'json-schema-2020-12' : 'schema-complexity-bounds',
      also: old ? ['schema-complexity-bounds'] : [],
      subject: old ? 'schema:dialect' : 'schema:bounds',
      message: old ? 'This reads schemas of another peer in an older dialect, and without a limit to their size.' : 'This compiles schemas of another peer without a limit to their size.',
      confidence: 'likely',
    });
  }
}

/** `tool.inputSchema` where the tools come from a client. */
function isForeign({ file, mcp }: CodeContext, value: TSESTree.Node): boolean {
  const node = innermost(value);
  if (node.type !== 'MemberExpression' || !SCHEMAS.has(memberName(node) ?? '')) return false;
  const object = innermost(node.object);
  if (mcp.types(file, object).some(t => /#Tool$/.test(t.type))) return true;
  return object.type === 'Identifier' && comesFromList({ file, mcp }, object);
}

/** `const { tools } = await client.listTools(); for (const tool of tools)`, `tools.map(tool => ...)`. */
function comesFromList({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, name: TSESTree.Identifier, depth = 0): boolean {
  const definition = file.variableOf(name)?.defs[0];
  if (!definition || depth > 3) return false;
  const source = sourceOf(definition.node, name);
  if (!source) return false;
  const node = innermost(source);
  if (node.type === 'Identifier') return comesFromList({ file, mcp }, node, depth + 1);
  if (node.type === 'MemberExpression') {
    const object = innermost(node.object);
    return object.type === 'Identifier' ? comesFromList({ file, mcp }, object, depth + 1) : isList({ file, mcp }, object);
  }
  return isList({ file, mcp }, node);
}

function isList({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, node: TSESTree.Node): boolean {
  const call = innermost(node);
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression' || memberName(call.callee) !== 'listTools') return false;
  const use = mcp.call(file, call);
  return use !== undefined && roleOf(use.owner) === 'client';
}

/** What a variable, the variable of a loop, or the parameter of a callback takes its value from. */
function sourceOf(definition: TSESTree.Node, name: TSESTree.Identifier): TSESTree.Node | undefined {
  if (definition.type === 'VariableDeclarator') {
    const loop = definition.parent.parent;
    return definition.init ?? (loop.type === 'ForOfStatement' ? loop.right : undefined);
  }
  if (definition.type !== 'ArrowFunctionExpression' && definition.type !== 'FunctionExpression') return undefined;
  const [item] = definition.params;
  const call = definition.parent;
  if (item?.type !== 'Identifier' || item.name !== name.name || call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return undefined;
  return /^(?:map|forEach|flatMap|filter)$/.test(memberName(call.callee) ?? '') ? call.callee.object : undefined;
}
