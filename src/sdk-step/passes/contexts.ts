import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../../mcp/exports.js';
import { indexOf, innermost, outermost } from '../../mcp/file-index.js';
import { isFunctionNode } from '../../mcp/values.js';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';
import { CONTEXT_WORDS, nestedPattern, placeOf, type ContextPlace } from './context-shape.js';
import { isContext } from './context-values.js';
import { rewriteHeaderUses } from './headers.js';
import { hasContext } from './own-context-types.js';

/**
 * What handlers are given about a request has another shape in v2. By what a value is, not by its name: handlers by reference, helpers
 * that it is passed on to, and parameters of any name come out the same.
 */
export const contexts: Pass = {
  id: 'contexts',
  words: CONTEXT_WORDS,
  rewrite(pass) {
    members(pass);
    patterns(pass);
    rewriteHeaderUses(pass);
  },
};

function members(pass: PassFile): void {
  const { file, editor } = pass;
  for (const [name, uses] of indexOf(file).members) {
    const place = placeOf(name);
    if (!place) continue;
    for (const use of uses) {
      if (use.object.type === 'Super' || !isContext(pass, use.object) || isFallback(pass, use, place)) continue;
      const optional = use.optional ? '?.' : '.';
      const path = isPartial(pass, use.object) ? place.path.replace(/^mcpReq\./, 'mcpReq?.') : place.path;
      // What is assigned to cannot stand behind `?.`.
      const target = outermost(use).parent;
      const assigned = target?.type === 'AssignmentExpression' && target.left === outermost(use);
      editor.replace({ range: [use.object.range[1], use.range[1]] }, `${closing(pass, use)}${optional}${assigned ? path.replace(/\?\./g, '!.') : path}`);
    }
  }
}

/** `context.http?.authInfo ?? context.authInfo`: code for both majors, which reads both places already. */
function isFallback({ file }: PassFile, use: TSESTree.MemberExpression, place: ContextPlace): boolean {
  const whole = outermost(use);
  const { parent } = whole;
  if (parent?.type !== 'LogicalExpression' || parent.right !== whole) return false;
  const plain = (text: string): string => text.replace(/[\s?!()]/g, '');
  return plain(file.text.slice(...parent.left.range)) === plain(`${file.text.slice(...use.object.range)}.${place.path}`);
}

/** Parentheses around the object lie outside its range. */
function closing({ file }: PassFile, use: TSESTree.MemberExpression): string {
  const between = file.text.slice(use.object.range[1], use.property.range[0]);
  return /^[\s)]*\)/.exec(between)?.[0] ?? (/^\s*\n\s*/.exec(between)?.[0] ?? '') + (between.includes('!') ? '!' : '');
}

/** Declared as a part of a context: then also what is always there may be absent. */
function isPartial({ mcp, file }: PassFile, node: TSESTree.Expression): boolean {
  const inner = innermost(node);
  if (inner.type !== 'Identifier') return false;
  const definition = mcp.infer.references.declarationOf(file, inner)?.variable.defs[0]?.name;
  const type = definition?.type === 'Identifier' ? definition.typeAnnotation : undefined;
  return type ? /^:\s*Partial</.test(file.text.slice(...type.range)) : false;
}

/** `const { signal, sendNotification } = extra` and the same in a parameter list. */
function patterns(pass: PassFile): void {
  const { file, editor } = pass;
  walkTree(file.program, node => {
    if (node.type !== 'ObjectPattern' || !patternIsContext(pass, node)) return;
    const text = nestedPattern(file, node);
    if (text === undefined) return;
    const end = node.typeAnnotation ? node.typeAnnotation.range[0] : node.range[1];
    editor.replace({ range: [node.range[0], file.text.lastIndexOf('}', end - 1) + 1] }, text);
  });
}

function patternIsContext(pass: PassFile, node: TSESTree.ObjectPattern): boolean {
  if (!node.properties.some(p => p.type === 'Property' && placeOf(keyName(p.key) ?? '') !== undefined)) return false;
  const { parent } = node;
  if (parent.type === 'VariableDeclarator') return parent.init !== null && isContext(pass, parent.init);
  if (parent.type === 'AssignmentExpression') return parent.left === node && isContext(pass, parent.right);
  const holder = parent.type === 'AssignmentPattern' ? parent.parent : parent;
  if (!isFunctionNode(holder)) return false;
  const index = holder.params.findIndex(p => p === node || p === parent);
  return index !== -1 && (hasContext(pass.mcp.infer.parameters.ofFunction(pass.file, holder, index)) || hasContext(pass.mcp.infer.annotations.values(pass.file, node.typeAnnotation?.typeAnnotation)));
}

