import type { TSESTree } from '@typescript-eslint/types';
import { dropUnusedImports } from '../../edits/imports.js';
import { lowestMajor } from '../../config/manifests.js';
import { dependenciesOf, manifestOf } from '../../graph/workspace.js';
import { keyName } from '../../mcp/exports.js';
import { indexOf, innermost, memberName } from '../../mcp/file-index.js';
import { isFunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import type { Project } from '../../project.js';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';
import { zodName } from './zod-name.js';

/** Where the range of zod goes from its third major to its fourth, what the fourth writes in another way. */
export const zodFour: Pass = {
  id: 'zod-four',
  words: /['"]zod(?:\/v3)?['"]|\.error\.errors\b/,
  rewrite(pass) {
    const former = importsOfThree(pass.file);
    if (!(former.length > 0 ? givesSchemas(pass.project, pass.file.path) : isRaised(pass.project, pass.file.path))) return;
    for (const source of former) pass.editor.replace({ range: [source.range[0] + 1, source.range[1] - 1] }, 'zod');
    for (const use of indexOf(pass.file).members.get('errors') ?? []) if (!use.computed && isOfZodError(pass.file, use.object)) pass.editor.replace(use.property, 'issues');
    const zod = zodName(pass.file);
    if (zod === undefined) return;
    for (const call of indexOf(pass.file).calls) {
      const callee = innermost(call.callee);
      if (callee.type === 'Identifier' && callee.name === 'zodToJsonSchema') toJsonSchema(pass, call, callee, zod);
      else if (callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === zod) ofZod(pass, call, memberName(callee) ?? '', zod);
      else if (callee.type === 'MemberExpression') defaultOfObject(pass, call, callee, zod);
    }
    for (const use of indexOf(pass.file).members.get('_def') ?? []) ofDefinition(pass, use);
    if (ENUM_TYPE.test(pass.file.text)) walkTree(pass.file.program, node => enumType(pass, node, zod));
  },
};

/** `zod/v3`: the third major, as newer versions bring it along. */
function importsOfThree(file: SourceFile): readonly TSESTree.StringLiteral[] {
  return file.program.body.flatMap(s => (s.type === 'ImportDeclaration' && s.source.value === 'zod/v3' ? [s.source] : []));
}

const ENUM_TYPE = /\bZodEnum\s*</;

/** `z.ZodEnum<[string, ...string[]]>`: an enumeration is typed by its record now. */
function enumType({ file, editor }: PassFile, node: TSESTree.Node, zod: string): void {
  if (node.type !== 'TSTypeReference' || node.typeName.type !== 'TSQualifiedName' || node.typeName.right.name !== 'ZodEnum' || file.text.slice(...node.typeName.left.range) !== zod) return;
  const [values] = node.typeArguments?.params ?? [];
  if (values?.type !== 'TSTupleType') return;
  const texts = values.elementTypes.flatMap(e => (e.type === 'TSLiteralType' && e.literal.type === 'Literal' ? [`${e.literal.raw}: ${e.literal.raw}`] : []));
  editor.replace(values, texts.length === values.elementTypes.length ? `{ ${texts.join('; ')} }` : 'Record<string, string>');
}

/** What a schema is made of has moved: its description to the schema itself, and the default value is no function any more. */
function ofDefinition({ editor }: PassFile, definition: TSESTree.MemberExpression): void {
  const use = definition.parent;
  if (use.type !== 'MemberExpression' || use.object !== definition || use.computed) return;
  const member = memberName(use);
  if (member === 'description') editor.replace({ range: [definition.property.range[0], use.range[1]] }, 'description');
  else if (member === 'defaultValue' && use.parent.type === 'CallExpression' && use.parent.callee === use) editor.replace({ range: [use.range[1], use.parent.range[1]] }, '');
}

/** `error instanceof ZodError && error.errors`, `schema.safeParse(input).error.errors`, `(error: z.ZodError) => error.errors`. */
function isOfZodError(file: SourceFile, object: TSESTree.Expression): boolean {
  if (object.type === 'TSAsExpression') return /\bZodError\b/.test(file.text.slice(...object.typeAnnotation.range));
  const inner = innermost(object);
  if (inner.type === 'MemberExpression') return memberName(inner) === 'error' && isParsed(file, innermost(inner.object));
  if (inner.type !== 'Identifier') return false;
  const declared = file.variableOf(inner)?.defs[0];
  const annotation = declared?.name.type === 'Identifier' ? declared.name.typeAnnotation : undefined;
  if (annotation && /\bZodError\b/.test(file.text.slice(...annotation.range))) return true;
  const test = new RegExp(`(?<![\\w$.!])${inner.name.replaceAll('$', '\\$')}\\s+instanceof\\s+(?:[\\w$]+\\.)?ZodError\\b`);
  return guardsOf(inner).some(guard => test.test(file.text.slice(...guard.range)));
}

function isParsed(file: SourceFile, node: TSESTree.Node): boolean {
  const declared = node.type === 'Identifier' ? file.variableOf(node)?.defs[0]?.node : undefined;
  const made = declared?.type === 'VariableDeclarator' ? declared.init : node;
  const call = made && innermost(made);
  const parsed = call?.type === 'AwaitExpression' ? innermost(call.argument) : call;
  return parsed?.type === 'CallExpression' && parsed.callee.type === 'MemberExpression' && /^safeParse(?:Async)?$/.test(memberName(parsed.callee) ?? '');
}

/** Conditions that hold where a node stands. */
function guardsOf(node: TSESTree.Node): readonly TSESTree.Node[] {
  const guards: TSESTree.Node[] = [];
  for (let [child, parent] = [node, node.parent]; parent; [child, parent] = [parent, parent.parent]) {
    if ((parent.type === 'IfStatement' || parent.type === 'ConditionalExpression') && parent.consequent === child) guards.push(parent.test);
    if (parent.type === 'LogicalExpression' && parent.operator === '&&' && parent.right === child) guards.push(parent.left);
  }
  return guards;
}

/** Schemas of the package are given to the SDK, and are of the third major; so may be those of a zod that only came with the SDK. */
export function isRaised(project: Project, path: string): boolean {
  const manifest = manifestOf(project.manifests, path);
  const declared = manifest && dependenciesOf(manifest);
  const range = declared?.get('zod');
  if (range === undefined) return declared?.has('@modelcontextprotocol/sdk') === true;
  return lowestMajor(range) === 3 && givesSchemas(project, path);
}

function givesSchemas(project: Project, path: string): boolean {
  const manifest = manifestOf(project.manifests, path);
  return project.codeFiles().some(f => manifestOf(project.manifests, f) === manifest && GIVES_SCHEMAS.test(project.text(f) ?? '') && /@modelcontextprotocol\//.test(project.text(f) ?? ''));
}

const GIVES_SCHEMAS = /\b(?:registerTool|registerPrompt|completable)\b|\.(?:tool|prompt)\(/;

/** `z.object({ port: z.number().default(80) }).default({})`: the third major parsed the default, as `prefault` does; now `default` would give `{}`. */
function defaultOfObject({ file, editor }: PassFile, call: TSESTree.CallExpression, callee: TSESTree.MemberExpression, zod: string): void {
  if (memberName(callee) !== 'default' || callee.computed || call.arguments[0]?.type !== 'ObjectExpression') return;
  if (beginsWith(file, callee.object, zod) === 'object') editor.replace(callee.property, 'prefault');
}

/** The member of zod that a chain of calls begins with, in place or where the schema has its name. */
function beginsWith(file: SourceFile, node: TSESTree.Node, zod: string, depth = 0): string | undefined {
  const inner = innermost(node);
  if (inner.type === 'Identifier') {
    const declared = file.variableOf(inner)?.defs[0]?.node;
    return depth < 3 && declared?.type === 'VariableDeclarator' && declared.init ? beginsWith(file, declared.init, zod, depth + 1) : undefined;
  }
  if (inner.type !== 'CallExpression' || inner.callee.type !== 'MemberExpression') return undefined;
  const { object } = inner.callee;
  return object.type === 'Identifier' && object.name === zod ? memberName(inner.callee) : beginsWith(file, object, zod, depth);
}

/** `z.string({ description: 'Where to look' })`: only the method describes. */
function described({ editor }: PassFile, call: TSESTree.CallExpression, member: string): void {
  const options = call.arguments.at(-1);
  if (options?.type !== 'ObjectExpression' || (call.arguments.length === 1 && !SIMPLE.test(member))) return;
  const description = options.properties.find((p): p is TSESTree.Property => p.type === 'Property' && !p.computed && keyName(p.key) === 'description');
  if (!description || description.shorthand) return;
  editor.insert(call.range[1], `.describe(${editor.text(description.value)})`);
  if (options.properties.length > 1) editor.removeProperty(description);
  else editor.replace({ range: [call.arguments.at(-2)?.range[1] ?? options.range[0], options.range[1]] }, '');
}

const SIMPLE = /^(?:string|number|boolean|date|any|unknown|bigint|null|undefined|never|void)$/;

function ofZod(pass: PassFile, call: TSESTree.CallExpression, member: string, zod: string): void {
  const { editor } = pass;
  const [first] = call.arguments;
  described(pass, call, member);
  // Keys of records are no longer taken for granted.
  if (member === 'record' && first && call.arguments.length === 1) editor.insert(first.range[0], `${zod}.string(), `);
  const options = member === 'enum' || member === 'nativeEnum' ? call.arguments[1] : first;
  if (options?.type === 'ObjectExpression' && /^(?:nativeEnum|string|number|boolean|date|enum|array|any|unknown|bigint)$/.test(member)) messages(editor, options);
}

/** `required_error` and `invalid_type_error` are one `error` now. */
function messages(editor: PassFile['editor'], options: TSESTree.ObjectExpression): void {
  const named = (key: string): TSESTree.Property | undefined => options.properties.find((p): p is TSESTree.Property => p.type === 'Property' && keyName(p.key) === key);
  const [required, invalid] = [named('required_error'), named('invalid_type_error')];
  if (required && invalid) {
    editor.replace(required, `error: issue => (issue.input === undefined ? ${editor.text(required.value)} : ${editor.text(invalid.value)})`);
    editor.removeProperty(invalid);
  } else if (required ?? invalid) {
    const only = required ?? invalid;
    if (only) editor.replace(only.key, 'error');
  }
  const map = named('errorMap');
  // The second parameter held the default message; there is none any more.
  if (map && !required && !invalid && !map.method && isFunctionNode(map.value) && map.value.params.length < 2) editor.replace(map.key, 'error');
}

/** The converter of the third major does not know schemas of the fourth, which convert themselves. */
function toJsonSchema({ editor }: PassFile, call: TSESTree.CallExpression, callee: TSESTree.Identifier, zod: string): void {
  const [first] = call.arguments;
  if (!first) return;
  editor.replace(callee, `${zod}.toJSONSchema`);
  editor.replace({ range: [first.range[1], call.range[1]] }, ')');
  dropUnusedImports(editor, [callee.name], [callee]);
}
