import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../files/kinds.js';
import { indexOf, innermost, memberName } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { returnExpressions } from '../mcp/nodes.js';
import type { Known } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import type { Reach } from './reach.js';
import { mentionsSession, type SessionIds } from './session-ids.js';

export interface StoreUse {
  readonly file: SourceFile;
  readonly node: TSESTree.CallExpression;
  /** Where the key is made, when a function does it for all calls. */
  readonly key?: TSESTree.Node;
  /** What a person calls the store: `Redis`. */
  readonly store: string;
}

const STORES: readonly (readonly [RegExp, string])[] = [
  [/^(?:ioredis|redis|@redis\/client|@upstash\/redis|redis-om)$/, 'Redis'],
  [/^@aws-sdk\/(?:client-dynamodb|lib-dynamodb)$/, 'DynamoDB'],
  [/^(?:pg|postgres|mysql2?|better-sqlite3|sqlite3?|knex|drizzle-orm|@prisma\/client|typeorm|sequelize|@libsql\/client)(?:\/|$)/, 'the database'],
  [/^(?:mongodb|mongoose)$/, 'MongoDB'],
  [/^(?:keyv|@keyv\/.+|unstorage|cache-manager|memcached|memjs)$/, 'the store'],
  [/^@cloudflare\/workers-types$/, 'the key-value store'],
];
const SPEAKS = /['"](?:ioredis|redis|@redis\/client|@upstash\/redis|@aws-sdk\/(?:client-dynamodb|lib-dynamodb)|keyv|memcached|memjs|unstorage)['"]/;
const CALLS = /^(?:get|set|setex|setEx|hget|hset|hGet|hSet|hgetall|hGetAll|hdel|hDel|del|delete|exists|expire|incr|incrby|incrBy|decr|decrby|decrBy|sadd|sAdd|srem|sRem|smembers|sMembers|sismember|sIsMember|put|send|query|execute|findOne|find|findUnique|insert|insertOne|update|updateOne|upsert|deleteOne|remove|getItem|setItem|has|zadd|zAdd|zrange|zRange|lpush|lPush|rpush|rPush|lrange|lRange|llen|lLen|lrem|lRem|hincrby|hIncrBy|hmset|hmget|hmGet|mget|mGet|ttl|pexpire)$/;

/** Calls of external stores with the session id in what they look up. One per file and store: they go together. */
export function externalStoreUses(mcp: McpModel, reach: Reach, ids: SessionIds): readonly StoreUse[] {
  const found = new Map<string, StoreUse>();
  for (const use of [...storeCalls(mcp, reach), ...callsOfStoreClasses(mcp, ids)]) {
    const key = `${use.file.path}\0${use.store}`;
    if (!found.has(key)) found.set(key, use);
  }
  return [...found.values()];
}

/** All of them. */
export function storeCalls(mcp: McpModel, reach: Reach): readonly StoreUse[] {
  const found = new Map<TSESTree.CallExpression, StoreUse>();
  for (const { file, fn } of reach.functions) {
    walkTree(fn.body, node => {
      if (node.type !== 'CallExpression') return;
      const callee = innermost(node.callee);
      if (callee.type !== 'MemberExpression' || callee.object.type === 'Super' || !CALLS.test(memberName(callee) ?? '')) return;
      if (!node.arguments.some(a => hasSessionId(mcp, file, a, 0))) return;
      const store = storeOf(mcp, file, callee.object);
      if (store !== undefined && !found.has(node)) found.set(node, { file, node, store });
    });
  }
  return [...found.values()];
}

/** Stores behind an interface: a class that speaks with one, under keys of the session, where no handler is known to lead. */
function callsOfStoreClasses(mcp: McpModel, ids: SessionIds): readonly StoreUse[] {
  return mcp.project.codeFiles().flatMap(path => {
    const text = mcp.project.text(path) ?? '';
    if (zoneOf(path) === 'test' || !SPEAKS.test(text) || !/session_?id/i.test(text)) return [];
    const file = mcp.project.source(path);
    return (file ? indexOf(file).calls : []).flatMap((node): readonly StoreUse[] => {
      const callee = innermost(node.callee);
      const [key] = node.arguments;
      if (!file || !key || callee.type !== 'MemberExpression' || callee.object.type === 'Super' || !CALLS.test(memberName(callee) ?? '')) return [];
      if (!mentionsSession(file, key) || !ids.is(file, key)) return [];
      const store = storeOf(mcp, file, callee.object);
      const made = keyMadeBy(mcp, file, key);
      return store === undefined ? [] : [{ file, node, store, ...(made && { key: made }) }];
    });
  });
}

/** The text that `keyOf(sessionId)` gives, in the same file. */
function keyMadeBy(mcp: McpModel, file: SourceFile, key: TSESTree.Node): TSESTree.Node | undefined {
  const definition = key.type === 'Identifier' ? file.variableOf(key)?.defs[0]?.node : undefined;
  const made = innermost(definition?.type === 'VariableDeclarator' && definition.init ? definition.init : key);
  if (made.type !== 'CallExpression') return undefined;
  return mcp
    .values(file, made.callee)
    .flatMap(({ value }) => (value.kind === 'function' && value.file === file ? returnExpressions(value.node) : []))
    .find(e => e.type === 'TemplateLiteral');
}

/** A client of a store that is elsewhere: what is in it is not in this process. */
export function isExternalStore(known: readonly Known[]): boolean {
  return known.some(({ value }) => value.kind === 'external' && STORES.some(([pattern]) => pattern.test(value.module)));
}

function hasSessionId(mcp: McpModel, file: SourceFile, node: TSESTree.Node, depth: number): boolean {
  if (depth > 3) return false;
  const inner = innermost(node);
  if (inner.type === 'ObjectExpression') return inner.properties.some(p => p.type === 'Property' && hasSessionId(mcp, file, p.value, depth + 1));
  if (inner.type === 'ArrayExpression') return inner.elements.some(e => e !== null && hasSessionId(mcp, file, e, depth + 1));
  if (inner.type === 'NewExpression') return inner.arguments.some(a => hasSessionId(mcp, file, a, depth + 1));
  return mcp.values(file, inner).some(k => k.value.kind === 'session-id');
}

function storeOf(mcp: McpModel, file: SourceFile, node: TSESTree.Node): string | undefined {
  for (const { value } of mcp.values(file, node)) {
    if (value.kind !== 'external') continue;
    const store = STORES.find(([pattern]) => pattern.test(value.module));
    if (store) return store[1];
  }
  return undefined;
}
