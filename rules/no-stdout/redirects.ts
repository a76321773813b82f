import { innermost, memberName, type McpModel, type TSESTree } from '../../src/rule.js';

const ALL = /\bconsole\[[^\]\n]+\]\s*=(?!=)|\bprocess\.stdout\.write\s*=(?!=)|\b(?:globalThis|global)\.console\s*=(?!=)|\bObject\.assign\(\s*(?:globalThis\.)?console\b|\bdefineProperty\(\s*(?:process\s*,\s*['"]stdout|console\b|globalThis\s*,\s*['"]console)/;
const ONE = /\bconsole\.(\w+)\s*=(?!=)/g;

/** Programs that send what they print somewhere else, and what of it: `console.log = console.error`. */
export function redirectsOf({ project }: McpModel, files: ReadonlySet<string>): (node: TSESTree.Node) => boolean {
  const names = new Set<string>();
  for (const path of files) {
    const text = project.text(path) ?? '';
    if (ALL.test(text)) return () => true;
    for (const match of text.matchAll(ONE)) if (match[1] !== undefined) names.add(match[1]);
  }
  return node => {
    const callee = node.type === 'CallExpression' ? innermost(node.callee) : undefined;
    return callee?.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'console' && names.has(memberName(callee) ?? '');
  };
}
