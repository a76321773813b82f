import type { TSESTree } from '@typescript-eslint/types';
import { freeParameter } from '../../emit/imports.js';
import { keyName, propertyValue } from '../../mcp/exports.js';
import { indexOf, innermost, memberName } from '../../mcp/file-index.js';
import { sdk } from '../../mcp/sdk.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import type { Pass, PassFile } from '../pass.js';

/** Handlers of methods that the protocol does not have are registered by name and schema of the parameters in v2, and get the parameters. */
export const customMethods: Pass = {
  id: 'custom-methods',
  words: /\bset(?:Request|Notification)Handler\b/,
  rewrite(pass) {
    for (const call of indexOf(pass.file).calls) {
      const callee = innermost(call.callee);
      if (callee.type !== 'MemberExpression' || !/^set(?:Request|Notification)Handler$/.test(memberName(callee) ?? '')) continue;
      const [schema, handler] = call.arguments;
      if (!schema || !handler || call.arguments.length !== 2 || handler.type === 'SpreadElement' || schema.type === 'SpreadElement') continue;
      const method = taskMethod(pass, schema) ?? customMethod(pass, schema);
      if (method !== undefined) register(pass, { schema, handler, method, isRequest: memberName(callee) === 'setRequestHandler' });
    }
  },
};

/** Methods that the first major knows and the second does not: of tasks, which only schemas are left of. */
const TASKS: Readonly<Record<string, string>> = {
  ListTasksRequestSchema: 'tasks/list',
  GetTaskRequestSchema: 'tasks/get',
  GetTaskPayloadRequestSchema: 'tasks/result',
  CancelTaskRequestSchema: 'tasks/cancel',
  TaskStatusNotificationSchema: 'notifications/tasks/status',
};

function taskMethod({ mcp, file }: PassFile, schema: TSESTree.Expression): string | undefined {
  return TASKS[mcp.export(file, schema, /^\w*Task\w*Schema$/)?.name ?? ''];
}

/** The method of `z.object({ method: z.literal('acme/search'), params: z.object({...}) })`, here or where the name of it comes from. */
function customMethod({ mcp, file }: PassFile, schema: TSESTree.Expression): string | undefined {
  const declared = schema.type === 'Identifier' ? mcp.infer.references.declarationOf(file, schema) : undefined;
  const declarator = declared?.variable.defs[0]?.node;
  const made = declarator?.type === 'VariableDeclarator' && declarator.init ? innermost(declarator.init) : undefined;
  if (made?.type !== 'CallExpression' || made.callee.type !== 'MemberExpression' || !/^(?:object|looseObject|strictObject|extend)$/.test(memberName(made.callee) ?? '')) return undefined;
  const [shape] = made.arguments;
  if (shape?.type !== 'ObjectExpression' || !propertyValue(shape, 'params')) return undefined;
  const literal = propertyValue(shape, 'method');
  const text = literal?.type === 'CallExpression' && literal.callee.type === 'MemberExpression' && memberName(literal.callee) === 'literal' ? literal.arguments[0] : undefined;
  return text?.type === 'Literal' && typeof text.value === 'string' && !sdk().isMethod(text.value) ? text.value : undefined;
}

interface Registration {
  readonly schema: TSESTree.Expression;
  readonly handler: TSESTree.Expression;
  readonly method: string;
  readonly isRequest: boolean;
}

function register(pass: PassFile, { schema, handler, method, isRequest }: Registration): void {
  const { file, mcp, editor } = pass;
  const { quote } = editor.style;
  const name = `${quote}${method}${quote}`;
  const fn = innermost(handler);
  if (!isFunctionNode(fn) || !takesParams(pass, fn, name)) {
    const known = isFunctionNode(fn) ? fn : mcp.values(file, fn).flatMap(({ value }) => (value.kind === 'function' ? [value.node] : []))[0];
    const takesContext = isRequest && (known?.params.length ?? 2) > 1;
    const more = takesContext ? ', ctx' : '';
    editor.insert(handler.range[0], `${takesContext ? '(params, ctx)' : 'params'} => ${isFunctionNode(fn) ? '(' : ''}`);
    editor.insert(handler.range[1], `${isFunctionNode(fn) ? ')' : ''}({ method: ${name}, params }${more})`);
  }
  const indent = file.text.slice(file.text.lastIndexOf('\n', schema.range[0] - 1) + 1, schema.range[0]);
  const between = indent.trim() === '' ? `${editor.style.eol}${indent}` : ' ';
  editor.replace(schema, `${name},${between}{ params: ${editor.text(schema)}.shape.params }`);
}

/** Lets a handler take the parameters where it took the message; not where it reads something else of that. */
function takesParams({ file, editor }: PassFile, fn: FunctionNode, method: string): boolean {
  const [message] = fn.params;
  if (!message) return true;
  if (message.type === 'ObjectPattern') {
    const [property] = message.properties;
    if (message.properties.length !== 1 || property?.type !== 'Property' || keyName(property.key) !== 'params' || message.typeAnnotation) return false;
    editor.replace(message, editor.text(property.value));
    return true;
  }
  const variable = message.type === 'Identifier' && !message.typeAnnotation ? file.variableOf(message) : undefined;
  const uses = variable?.references.map(r => r.identifier.parent);
  if (!uses?.every(use => use.type === 'MemberExpression' && !use.computed && /^(?:params|method)$/.test(memberName(use) ?? ''))) return false;
  const name = freeParameter(file, fn, 'params', 'messageParams');
  editor.replace(message, name);
  for (const use of uses) editor.replace(use, use.type === 'MemberExpression' && memberName(use) === 'params' ? name : method);
  return true;
}
