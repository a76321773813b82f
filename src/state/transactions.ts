import type { TSESTree } from '@typescript-eslint/types';
import { innermost, memberName } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';

/** How an open transaction is given up, with `$` for what holds it. */
interface Form {
  readonly module: RegExp;
  /** The call that gives what holds the transaction. */
  readonly made: RegExp;
  /** What else must be there: a connection that is only borrowed is none. */
  readonly begins?: RegExp;
  readonly givenUp: string;
}

const FORMS: readonly Form[] = [
  // A client that is destroyed, not given back, takes its transaction with it.
  { module: /^(?:pg|@neondatabase\/serverless|@vercel\/postgres)$/, made: /^connect$/, begins: /\bquery\s*\(\s*['"`]\s*(?:BEGIN|START\s+TRANSACTION)\b/i, givenUp: '$.release(true)' },
  { module: /^(?:mysql2?|mariadb)(?:\/|$)/, made: /^getConnection$/, begins: /\.beginTransaction\s*\(|\bquery\s*\(\s*['"`]\s*(?:BEGIN|START\s+TRANSACTION)\b/i, givenUp: '$.destroy()' },
  { module: /^(?:knex|sequelize|@libsql\/client)$/, made: /^(?:transaction|startUnmanagedTransaction)$/, givenUp: '$.rollback()' },
  { module: /^typeorm$/, made: /^createQueryRunner$/, begins: /\.startTransaction\s*\(/, givenUp: '$.rollbackTransaction().finally(() => $.release())' },
  { module: /^(?:mongodb|mongoose)$/, made: /^startSession$/, begins: /\.startTransaction\s*\(/, givenUp: '$.endSession()' },
];

/** How the transaction is given up that an expression opens; undefined when it opens none. */
export function transactionMade(mcp: McpModel, file: SourceFile, node: TSESTree.Node): string | undefined {
  const made = madeBy(file, node);
  const callee = made.type === 'CallExpression' ? innermost(made.callee) : undefined;
  if (made.type !== 'CallExpression' || callee?.type !== 'MemberExpression' || callee.object.type === 'Super') return undefined;
  // With a callback it is over when that returns.
  if (made.arguments.some(a => a.type === 'ArrowFunctionExpression' || a.type === 'FunctionExpression')) return undefined;
  const name = memberName(callee);
  const form = FORMS.find(f => name !== undefined && f.made.test(name) && (f.begins?.test(file.text) ?? true));
  if (!form) return undefined;
  const isOf = mcp.values(file, callee.object).some(({ value }) => value.kind === 'external' && form.module.test(value.module));
  return isOf ? form.givenUp : undefined;
}

/** `await chromium.launch()` behind the name that has it. */
export function madeBy(file: SourceFile, node: TSESTree.Node): TSESTree.Node {
  const inner = innermost(node);
  if (inner.type === 'AwaitExpression') return madeBy(file, inner.argument);
  if (inner.type !== 'Identifier') return inner;
  const definition = file.variableOf(inner)?.defs[0]?.node;
  return definition?.type === 'VariableDeclarator' && definition.id.type === 'Identifier' && definition.init ? madeBy(file, definition.init) : inner;
}

/** What a value is made of: itself, or the properties of an object. */
export function partsOf(mcp: McpModel, file: SourceFile, value: TSESTree.Node): readonly { readonly file: SourceFile; readonly node: TSESTree.Node; readonly property: TSESTree.Property | undefined }[] {
  const made = madeBy(file, value);
  const objects = mcp.values(file, made).flatMap(k => (k.value.kind === 'object' ? [{ file: k.value.file, node: k.value.node }] : []));
  if (objects.length === 0) return [{ file, node: made, property: undefined }];
  return objects.flatMap(o => o.node.properties.flatMap(p => (p.type === 'Property' && !p.computed ? [{ file: o.file, node: madeBy(o.file, p.value), property: p }] : [])));
}
