import type { TSESTree } from '@typescript-eslint/types';
import { canonicalSpecifier } from '../../mcp/sdk.js';
import { walkTree } from '../../parse/walk.js';
import type { Pass } from '../pass.js';

/** What the official codemod knows under another path. */
const SAME: Readonly<Record<string, string>> = {
  '@modelcontextprotocol/sdk/server': '@modelcontextprotocol/sdk/server/index.js',
  '@modelcontextprotocol/sdk/client': '@modelcontextprotocol/sdk/client/index.js',
  '@modelcontextprotocol/sdk/spec.types.js': '@modelcontextprotocol/sdk/types.js',
  '@modelcontextprotocol/sdk/shared/metadataUtils.js': '@modelcontextprotocol/sdk/shared/protocol.js',
  '@modelcontextprotocol/sdk/experimental': '@modelcontextprotocol/sdk/experimental/tasks',
  '@modelcontextprotocol/sdk/experimental/index.js': '@modelcontextprotocol/sdk/experimental/tasks',
};

/** Deep and build paths of the SDK get the form under which they are documented. */
export const specifiers: Pass = {
  id: 'specifiers',
  words: /@modelcontextprotocol\/sdk/,
  rewrite({ file, editor }) {
    walkTree(file.program, node => {
      const literal = specifierIn(node);
      if (!literal) return;
      const known = plainSpecifier(literal.value);
      if (known === undefined || known === literal.value) return;
      const quote = file.text[literal.range[0]] ?? "'";
      editor.replace(literal, `${quote}${known}${quote}`);
    });
  },
};

/** The text that names a module, in an import, an export, a require, a dynamic import, a mock. */
export function specifierIn(node: TSESTree.Node): TSESTree.StringLiteral | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return node.source;
    case 'ExportAllDeclaration':
      return node.source;
    case 'ExportNamedDeclaration':
      return node.source ?? undefined;
    case 'ImportExpression':
      return textLiteral(node.source);
    case 'TSImportType':
      return textLiteral(node.source);
    case 'CallExpression':
      return isModuleCall(node.callee) ? textLiteral(node.arguments[0]) : undefined;
    default:
      return undefined;
  }
}

function isModuleCall(callee: TSESTree.Expression): boolean {
  if (callee.type === 'Identifier') return callee.name === 'require';
  return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && /^(?:vi|vitest|jest|require|mock|td)$/.test(callee.object.name);
}

function textLiteral(node: TSESTree.Node | undefined): TSESTree.StringLiteral | undefined {
  if (node?.type === 'TSLiteralType') return textLiteral(node.literal);
  return node?.type === 'Literal' && typeof node.value === 'string' ? node : undefined;
}

export function plainSpecifier(specifier: string): string | undefined {
  if (!/(?:^|[/:])@modelcontextprotocol\/sdk(?:\/|$|@)/.test(specifier)) return undefined;
  const plain = canonicalSpecifier(specifier);
  if (plain === undefined) return undefined;
  return SAME[plain] ?? SAME[plain.replace(/\.[cm]?js$/, '')] ?? SAME[`${plain}.js`] ?? plain;
}
