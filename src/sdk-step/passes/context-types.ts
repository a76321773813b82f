import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../../mcp/exports.js';
import type { SourceFile } from '../../parse/source.js';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';
import { indentAt } from '../text.js';
import { CONTEXT_WORDS, grouped, placeOf, type ShapedMember } from './context-shape.js';
import { hasContext, ownContextTypes } from './own-context-types.js';
import { requestType } from './request-type.js';

/** Types that people wrote out for what handlers are given: parts of the SDK's type, and shapes of their own. */
export const contextTypes: Pass = {
  id: 'context-types',
  words: CONTEXT_WORDS,
  rewrite(pass) {
    const shapes = ownContextTypes(pass);
    walkTree(pass.file.program, node => {
      if (node.type === 'TSTypeLiteral' && shapes.has(node)) reshape(pass, node, node.members);
      else if (node.type === 'TSInterfaceDeclaration' && shapes.has(node)) reshape(pass, node.body, node.body.body);
      else if (node.type === 'TSTypeReference') part(pass, node);
      else if (node.type === 'TSIndexedAccessType') indexedAccess(pass, node);
    });
  },
};

function reshape({ file, editor }: PassFile, body: TSESTree.TSTypeLiteral | TSESTree.TSInterfaceBody, members: readonly TSESTree.TypeElement[]): void {
  const shaped = members.map(member => shapedMember(file, member));
  if (!shaped.some(m => m.group !== undefined)) return;
  // Documentation of members has no place in a shape of one line.
  if (editor.commentsIn(body.range).length > 0 && !file.text.slice(...body.range).includes('\n')) return;
  const { eol, indent } = editor.style;
  const groups = grouped(shaped);
  const isWide = file.text.slice(...body.range).includes('\n');
  const head = (group: string): string => `${group}${group === 'http' ? '?' : ''}: `;
  if (!isWide) {
    editor.replace(body, `{ ${groups.map(g => ('members' in g ? `${head(g.group)}{ ${g.members.join('; ')} }` : g.text)).join('; ')} }`);
    return;
  }
  const outer = indentAt(file.text, body.range[1] - 1);
  const end = /;\s*\}$/.test(file.text.slice(...body.range)) ? ';' : /,\s*\}$/.test(file.text.slice(...body.range)) ? ',' : '';
  const rows = groups.map(g => {
    if (!('members' in g)) return `${outer}${indent}${g.text}${end}`;
    return [`${outer}${indent}${head(g.group)}{`, ...g.members.map(m => `${outer}${indent}${indent}${m.replace(/\n/g, `\n${indent}`)}${end}`), `${outer}${indent}}${end}`].join(eol);
  });
  editor.replace(body, `{${eol}${rows.join(eol)}${eol}${outer}}`);
}

function shapedMember(file: SourceFile, member: TSESTree.TypeElement): ShapedMember {
  const comments = file.comments.filter(c => c.range[1] <= member.range[0] && c.block && /^\s*$/.test(file.text.slice(c.range[1], member.range[0])));
  const start = comments.at(-1)?.range[0] ?? member.range[0];
  const text = file.text.slice(start, member.range[1]).replace(/[;,]$/, '');
  if ((member.type !== 'TSPropertySignature' && member.type !== 'TSMethodSignature') || member.computed) return { group: undefined, text };
  const place = placeOf(keyName(member.key) ?? '');
  if (!place) return { group: undefined, text };
  const lead = file.text.slice(start, member.range[0]);
  if (place.member === 'req') return { group: place.group, text: `${lead}req?: ${requestType(file)}` };
  return { group: place.group, text: lead + file.text.slice(member.range[0], member.key.range[0]) + place.member + file.text.slice(member.key.range[1], member.range[1]).replace(/[;,]$/, '') };
}

/** `Pick<RequestHandlerExtra<...>, 'signal' | 'authInfo'>`. The codemod then renames the type inside. */
function part({ file, mcp, editor }: PassFile, node: TSESTree.TSTypeReference): void {
  if (node.typeName.type !== 'Identifier' || node.typeName.name !== 'Pick') return;
  const [whole, keys] = node.typeArguments?.params ?? [];
  if (!whole || !keys || !hasContext(mcp.infer.annotations.values(file, whole))) return;
  const names = textsOf(keys);
  if (!names?.some(n => placeOf(n))) return;
  const context = file.text.slice(...whole.range);
  const { quote } = editor.style;
  const list = (members: readonly string[]): string => members.map(m => `${quote}${m}${quote}`).join(' | ');
  const inGroup = (group: string): readonly string[] => names.flatMap(n => (placeOf(n)?.group === group ? [placeOf(n)?.member ?? n] : []));
  const rest = names.filter(n => !placeOf(n));
  const nested = [
    ...(inGroup('mcpReq').length > 0 ? [`mcpReq: Pick<${context}[${quote}mcpReq${quote}], ${list(inGroup('mcpReq'))}>`] : []),
    ...(inGroup('http').length > 0 ? [`http?: Pick<NonNullable<${context}[${quote}http${quote}]>, ${list(inGroup('http'))}>`] : []),
  ];
  editor.replace(node, `${rest.length > 0 ? `Pick<${context}, ${list(rest)}> & ` : ''}{ ${nested.join('; ')} }`);
}

function textsOf(type: TSESTree.TypeNode): readonly string[] | undefined {
  const parts = type.type === 'TSUnionType' ? type.types : [type];
  const texts = parts.flatMap(p => (p.type === 'TSLiteralType' && p.literal.type === 'Literal' && typeof p.literal.value === 'string' ? [p.literal.value] : []));
  return texts.length === parts.length ? texts : undefined;
}

/** `RequestHandlerExtra<...>['sendNotification']` */
function indexedAccess({ file, mcp, editor }: PassFile, node: TSESTree.TSIndexedAccessType): void {
  const [name, ...others] = textsOf(node.indexType) ?? [];
  const place = placeOf(name ?? '');
  if (!place || others.length > 0 || !hasContext(mcp.infer.annotations.values(file, node.objectType))) return;
  const context = file.text.slice(...node.objectType.range);
  const { quote } = editor.style;
  const group = `${context}[${quote}${place.group}${quote}]`;
  editor.replace(node, `${place.group === 'http' ? `NonNullable<${group}>` : group}[${quote}${place.member}${quote}]`);
}
