// A tool's schema with one more argument.
import { memberName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import type { Edit } from '../../src/edits/edit.js';
import { innermost } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';
import { Obstacle } from './obstacle.js';
import { propertyOf, propertyValue } from '../../src/mcp/exports.js';


export interface NewArgument {
  readonly name: string;
  /** As zod: `z.string().describe('...')`. */
  readonly zod: string;
  /** As JSON Schema: `{ type: 'string', description: '...' }`. */
  readonly json: string;
}

export function withArguments(mcp: McpModel, file: SourceFile, schema: TSESTree.Node, added: readonly NewArgument[], quote: string): readonly Edit[] {
  const zod = added.map(a => `${a.name}: ${a.zod}`).join(', ');
  const inner = innermost(schema);
  switch (inner.type) {
    case 'ObjectExpression':
      return isJsonSchema(inner) ? withProperties(file, inner, added, quote) : [first(file, inner, zod)];
    case 'CallExpression': {
      const shape = shapeWithin(inner);
      if (shape) return [first(file, shape, zod)];
      const [argument] = inner.arguments;
      // `zodToJsonSchema(AddItem)`, `z.toJSONSchema(AddItem)`
      const callee = innermost(inner.callee);
      const name = callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' ? memberName(callee) : '';
      if (argument && argument.type !== 'SpreadElement' && /json_?schema/i.test(name ?? '')) return withArguments(mcp, file, argument, added, quote);
      // `z.object(shape)`
      const shapes = argument && argument.type !== 'SpreadElement' && isObjectOfZod(inner) && inner.arguments.length === 1 ? innermost(argument) : undefined;
      if (shapes?.type === 'Identifier' || shapes?.type === 'MemberExpression') return withArguments(mcp, file, shapes, added, quote);
      break;
    }
    case 'MemberExpression':
      if (memberName(inner) === 'shape') return [{ range: inner.range, text: `{ ${zod}, ...${file.text.slice(...inner.range)} }` }];
      break;
    case 'Identifier': {
      const found = mcp.infer.references.declarationOf(file, inner);
      const node = found?.variable.defs[0]?.node;
      const init = node?.type === 'VariableDeclarator' && node.init ? innermost(node.init) : undefined;
      if (found && init?.type === 'ObjectExpression' && isJsonSchema(init) && found.variable.references.filter(r => r.init !== true).length === 1) return found.file === file ? withProperties(file, init, added, quote) : [];
      if (init?.type === 'ObjectExpression' && !isJsonSchema(init)) return [{ range: inner.range, text: `{ ${zod}, ...${inner.name} }` }];
      if (init?.type === 'CallExpression' && isObjectOfZod(init) && !/\.(?:refine|superRefine|transform|pipe|preprocess)\(/.test(found?.file.text.slice(...init.range) ?? '')) return [{ range: inner.range, text: `${inner.name}.extend({ ${zod} })` }];
    }
  }
  throw new Obstacle('state-escapes', file, schema, 'The schema of a tool that uses this state is not written out, so it cannot get the handle as an argument.');
}

/** The object of `z.object({ ... }).strict()`. */
function shapeWithin(call: TSESTree.CallExpression): TSESTree.ObjectExpression | undefined {
  const [argument] = objectCall(call)?.arguments ?? [];
  return argument?.type === 'ObjectExpression' ? argument : undefined;
}

function isObjectOfZod(call: TSESTree.CallExpression): boolean {
  return objectCall(call) !== undefined;
}

/** The `z.object(...)` of `z.object(...).strict()`. */
function objectCall(call: TSESTree.CallExpression): TSESTree.CallExpression | undefined {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  const name = memberName(callee) ?? '';
  if (/^(?:object|strictObject|looseObject)$/.test(name)) return call;
  if (!/^(?:strict|passthrough|loose|strip|describe|meta|extend|merge|partial|required|catchall)$/.test(name) || callee.object.type === 'Super') return undefined;
  const object = innermost(callee.object);
  return object.type === 'CallExpression' ? objectCall(object) : undefined;
}

function isJsonSchema(object: TSESTree.ObjectExpression): boolean {
  const type = propertyValue(object, 'type');
  const inner = type ? innermost(type) : undefined;
  return inner?.type === 'Literal' && inner.value === 'object';
}

function withProperties(file: SourceFile, schema: TSESTree.ObjectExpression, added: readonly NewArgument[], quote: string): readonly Edit[] {
  const properties = propertyValue(schema, 'properties');
  const required = propertyValue(schema, 'required');
  const names = added.map(a => `${quote}${a.name}${quote}`);
  const inner = properties ? innermost(properties) : undefined;
  const list = required ? innermost(required) : undefined;
  if ((properties && inner?.type !== 'ObjectExpression') || (required && list?.type !== 'ArrayExpression')) throw new Obstacle('state-escapes', file, schema, 'The schema of a tool that uses this state is not written out, so it cannot get the handle as an argument.');
  const written = added.map(a => `${a.name}: ${a.json}`).join(', ');
  const edits: Edit[] = [];
  if (inner?.type === 'ObjectExpression') edits.push(first(file, inner, written));
  if (list?.type === 'ArrayExpression') edits.push({ range: [list.range[0] + 1, list.range[0] + 1], text: list.elements.length > 0 ? `${names.join(', ')}, ` : names.join(', ') });
  const type = propertyOf(schema, 'type');
  const rest = [...(properties ? [] : [`properties: { ${written} }`]), ...(required ? [] : [`required: [${names.join(', ')}]`])];
  if (type && rest.length > 0) edits.push({ range: [type.range[1], type.range[1]], text: `, ${rest.join(', ')}` });
  return edits;
}

/** A property before all others of an object, on a line of its own where the others have theirs. */
export function first(file: SourceFile, object: TSESTree.ObjectExpression, text: string): Edit {
  const [next] = object.properties;
  if (!next) return { range: object.range, text: `{ ${text} }` };
  const line = /(\r?\n)([ \t]*)$/.exec(file.text.slice(object.range[0] + 1, next.range[0]));
  return { range: [next.range[0], next.range[0]], text: line ? `${text},${line[1] ?? ''}${line[2] ?? ''}` : `${text}, ` };
}
