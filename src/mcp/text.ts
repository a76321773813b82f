import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import type { Inference } from './infer.js';
import { derivedSessionId } from './session-id.js';
import { NOTHING, type Known } from './values.js';

// Text that is put together from parts: `${a}/b`, a + 'b'.

/** More texts than this say nothing about any of them. */
const MAX_TEXTS = 16;

export function templateValues(infer: Inference, file: SourceFile, node: TSESTree.TemplateLiteral): readonly Known[] {
  const sessionId = derivedSessionId(node.expressions.map(e => infer.values(file, e)));
  if (sessionId) return sessionId;
  let texts: readonly string[] = [''];
  for (const [i, quasi] of node.quasis.entries()) {
    const expression = node.expressions[i];
    const parts = expression ? infer.texts(file, expression) : [''];
    if (parts.length === 0 || texts.length * parts.length > MAX_TEXTS) return NOTHING;
    texts = texts.flatMap(text => parts.map(part => text + (quasi.value.cooked ?? '') + part));
  }
  return texts.map(textValue);
}

export function concatenatedValues(infer: Inference, file: SourceFile, node: TSESTree.BinaryExpression): readonly Known[] {
  if (node.left.type === 'PrivateIdentifier') return NOTHING;
  const sessionId = derivedSessionId([infer.values(file, node.left), infer.values(file, node.right)]);
  if (sessionId) return sessionId;
  const left = infer.text(file, node.left);
  const right = left === undefined ? undefined : infer.text(file, node.right);
  return left === undefined || right === undefined ? NOTHING : [textValue(left + right)];
}

function textValue(text: string): Known {
  return { value: { kind: 'text', text }, because: undefined };
}
