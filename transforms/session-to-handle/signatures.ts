// Parameters of functions: the state, the handle, the context.
import { keyName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import type { Edit } from '../../src/edits/edit.js';
import type { FunctionNode } from '../../src/mcp/values.js';
import { isTypeScript } from './containers.js';
import { Obstacle } from './obstacle.js';

/** All parameters anew. */
export function parametersEdit(file: SourceFile, fn: FunctionNode, parameters: readonly string[]): Edit {
  const { text } = file;
  const [head] = fn.params;
  const last = fn.params.at(-1);
  if (fn.type === 'ArrowFunctionExpression' && head && isBare(file, fn, head)) return { range: head.range, text: `(${parameters.join(', ')})` };
  const from = head ? text.lastIndexOf('(', head.range[0]) : text.indexOf('(', fn.typeParameters?.range[1] ?? ('id' in fn ? fn.id?.range[1] : undefined) ?? fn.range[0]);
  const to = text.indexOf(')', last?.range[1] ?? from);
  return { range: [from + 1, to], text: parameters.join(', ') };
}

/** `args => ...`, without brackets. */
function isBare(file: SourceFile, fn: TSESTree.ArrowFunctionExpression, head: TSESTree.Parameter): boolean {
  return fn.params.length === 1 && head.type === 'Identifier' && !head.typeAnnotation && !/\(\s*$/.test(file.text.slice(fn.range[0], head.range[0]));
}

export interface Signature {
  readonly parameters: readonly string[];
  /** How each handle is read. */
  readonly handles: readonly string[];
  readonly context: string;
}

export interface SignatureWish {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
  /** Names of the arguments that carry handles. */
  readonly handles: readonly string[];
  /** Whether the first parameter is the arguments: a tool without a schema gets the context first. */
  readonly takesArguments: boolean;
  readonly modern: boolean;
  /** Types come from where the function is written; else they have to be said. */
  readonly inline: boolean;
}

export function toolSignature({ file, fn, handles, takesArguments, modern, inline }: SignatureWish): Signature {
  const [given, context, ...others] = takesArguments ? fn.params : [undefined, ...fn.params];
  if (others.length > 0) throw refuse(file, fn);
  const typed = isTypeScript(file) && !inline;
  const caller = contextParameter(file, fn, context, modern, typed);
  const rest = [caller.text];
  if (handles.length === 0) return { parameters: given ? [text(file, given), ...rest] : takesArguments ? [typed ? '_args: unknown' : '_args', ...rest] : rest, handles: [], context: caller.expression };
  const names = handles.join(', ');
  const type = handles.map(h => `${h}: string`).join('; ');
  switch (given?.type) {
    case undefined:
      return { parameters: [`{ ${names} }${typed ? `: { ${type} }` : ''}`, ...rest], handles, context: caller.expression };
    case 'Identifier':
      if (!given.typeAnnotation && file.variableOf(given)?.references.length === 0) return { parameters: [`{ ${names} }`, ...rest], handles, context: caller.expression };
      return { parameters: [given.name + withType(file, given.typeAnnotation, type), ...rest], handles: handles.map(h => `${given.name}.${h}`), context: caller.expression };
    case 'ObjectPattern': {
      const end = given.typeAnnotation?.range[0] ?? given.range[1];
      const pattern = file.text.slice(given.range[0], end).trimEnd();
      const [next] = given.properties;
      const opened = next ? `{${file.text.slice(given.range[0] + 1, next.range[0])}${names}, ${file.text.slice(next.range[0], end).trimEnd()}` : `{ ${names} }`;
      return { parameters: [(pattern.startsWith('{') ? opened : pattern) + withType(file, given.typeAnnotation, type), ...rest], handles, context: caller.expression };
    }
    default:
      throw refuse(file, fn);
  }
}

function withType(file: SourceFile, annotation: TSESTree.TSTypeAnnotation | undefined, type: string): string {
  if (!annotation) return '';
  const { typeAnnotation } = annotation;
  const written = text(file, typeAnnotation);
  if (typeAnnotation.type === 'TSAnyKeyword') return ': any';
  if (typeAnnotation.type === 'TSTypeLiteral') return typeAnnotation.members.length > 0 ? `: { ${type}; ${written.slice(1).trimStart()}` : `: { ${type} }`;
  return `: ${written} & { ${type} }`;
}

/** How the caller of a tool is known. */
export function contextParameter(file: SourceFile, fn: FunctionNode, parameter: TSESTree.Parameter | undefined, modern: boolean, typed: boolean): { readonly text: string; readonly expression: string } {
  const wanted = modern ? 'http' : 'authInfo';
  switch (parameter?.type) {
    case undefined: {
      const name = ['ctx', 'extra', 'callContext'].filter(n => (modern ? true : n !== 'ctx')).find(n => !new RegExp(`\\b${n}\\b`).test(text(file, fn))) ?? 'mcpContext';
      return { text: typed ? `${name}: Parameters<typeof ownerOf>[0]` : name, expression: name };
    }
    case 'Identifier':
      return { text: text(file, parameter) + (parameter.typeAnnotation?.typeAnnotation.type === 'TSTypeLiteral' ? ' & Parameters<typeof ownerOf>[0]' : ''), expression: parameter.name };
    case 'ObjectPattern': {
      const found = parameter.properties.find(p => p.type === 'Property' && keyName(p.key) === wanted);
      if (found?.type === 'Property') {
        if (found.value.type !== 'Identifier') throw refuse(file, fn);
        return { text: text(file, parameter), expression: found.value.name === wanted ? `{ ${wanted} }` : `{ ${wanted}: ${found.value.name} }` };
      }
      if (parameter.properties.some(p => p.type === 'RestElement') || new RegExp(`\\b${wanted}\\b`).test(text(file, fn)) || parameter.typeAnnotation?.typeAnnotation.type === 'TSTypeLiteral') throw refuse(file, fn);
      return { text: parameter.properties.length === 0 ? `{ ${wanted} }` : text(file, parameter).replace(/^\{(\s*)/, `{$1${wanted}, `), expression: `{ ${wanted} }` };
    }
    default:
      throw refuse(file, fn);
  }
}

function refuse(file: SourceFile, fn: FunctionNode): Obstacle {
  return new Obstacle('state-escapes', file, fn, 'The parameters of a tool that uses this state are written in a way that cannot be extended.');
}

function text(file: SourceFile, { range }: { readonly range: readonly [number, number] }): string {
  return file.text.slice(...range);
}
