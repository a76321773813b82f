import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';

/** The condition in `if (server.getClientCapabilities()?.roots) server.registerTool(...)`. */
export function capabilityGuard(file: SourceFile, call: TSESTree.Node): TSESTree.Node | undefined {
  if (!file.text.includes('getClientCapabilities')) return undefined;
  for (let n: TSESTree.Node | undefined = call.parent; n; n = n.parent) {
    if (n.type === 'IfStatement' && n.test.range[1] < call.range[0] && readsCapabilities(file, n.test, 0)) return n.test;
    if (/Function/.test(n.type) && n.parent?.type !== 'CallExpression') break;
  }
  return undefined;
}

function readsCapabilities(file: SourceFile, node: TSESTree.Node, depth: number): boolean {
  const text = file.text.slice(...node.range);
  if (/getClientCapabilities/.test(text)) return true;
  if (depth > 2) return false;
  for (const match of text.matchAll(/[A-Za-z_$][\w$]*/g)) {
    const declared = declarationOf(file, node, match[0]);
    if (declared && readsCapabilities(file, declared, depth + 1)) return true;
  }
  return false;
}

/** The initialiser of a local name that is used in a condition. */
function declarationOf(file: SourceFile, inside: TSESTree.Node, name: string): TSESTree.Node | undefined {
  for (const scope of file.scopes.scopes) {
    const variable = scope.set.get(name);
    const definition = variable?.defs[0];
    if (!variable?.references.some(r => inside.range[0] <= r.identifier.range[0] && r.identifier.range[1] <= inside.range[1])) continue;
    return definition?.node.type === 'VariableDeclarator' ? (definition.node.init ?? undefined) : undefined;
  }
  return undefined;
}
