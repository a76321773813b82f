import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../../mcp/exports.js';
import { innermost, memberName } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { returnExpressions } from '../../mcp/nodes.js';
import type { FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { lineOf } from '../closure.js';
import { calledFunctions } from '../fresh.js';
import { obstacle, type Obstacle } from '../obstacle.js';
import { localsUsed } from './body.js';

/** Which names a server may be called by, as the transport was told. */
export interface Protection {
  /** Host names that are written out, without ports. */
  readonly hosts?: readonly string[];
  readonly origins?: readonly string[];
  /** Lists that are known at run time only. */
  readonly lists?: readonly RuntimeList[];
}

export interface RuntimeList {
  readonly what: 'hosts' | 'origins';
  /** An expression that is a list, when the condition holds. */
  readonly list: string;
  readonly condition: string;
  /** Where the list is worked out, when that takes more than a name. */
  readonly worked?: TSESTree.Node;
  /** What they are written with stays in use. */
  readonly used: readonly TSESTree.Node[];
}

const OPTIONS = { enableDnsRebindingProtection: 'enabled', allowedHosts: 'hosts', allowedOrigins: 'origins' } as const;

/** What the options of a transport say about hosts; undefined when they say nothing. */
export function protectionOf(mcp: McpModel, file: SourceFile, fn: FunctionNode, options: TSESTree.ObjectExpression): Protection | Obstacle | undefined {
  const given: { enabled?: TSESTree.Node; hosts?: TSESTree.Node; origins?: TSESTree.Node } = {};
  for (const property of options.properties) {
    if (property.type === 'SpreadElement') return spread(mcp, file, fn, options, property);
    const name = keyName(property.key);
    if (name !== undefined && name in OPTIONS) given[OPTIONS[name as keyof typeof OPTIONS]] = property.value;
  }
  const { enabled, hosts, origins } = given;
  if (!enabled || (enabled.type === 'Literal' && enabled.value === false)) return undefined;
  const writtenHosts = hosts ? hostNames(hosts) : undefined;
  const writtenOrigins = origins ? hostNames(origins) : undefined;
  if (enabled.type === 'Literal' && (!hosts || writtenHosts) && (!origins || writtenOrigins)) return { ...(writtenHosts && { hosts: writtenHosts }), ...(writtenOrigins && { origins: writtenOrigins }) };
  const local = [enabled, hosts, origins].find(n => n && localsUsed(file, fn, n).length > 0);
  if (local) return obstacle(`Which hosts are allowed depends on the request at ${file.path}:${lineOf(file, local)}. Use hostHeaderValidation and originValidation there.`);
  const list = (what: RuntimeList['what'], node: TSESTree.Node | undefined): readonly RuntimeList[] => {
    if (!node) return [];
    const text = file.text.slice(...node.range);
    const parts = [...(enabled.type === 'Literal' ? [] : [file.text.slice(...enabled.range)]), ...(isNeverEmpty(node) ? [] : [text])];
    return [{ what, list: isSimple(node) ? text : `(${text})`, condition: conditionOf(text, parts), ...(!isSimpleName(node) && { worked: node }), used: [enabled, node] }];
  };
  return { lists: [...list('hosts', hosts), ...list('origins', origins)] };
}

/** `...(protection ?? {})`, where that is about hosts only. */
function spread(mcp: McpModel, file: SourceFile, fn: FunctionNode, options: TSESTree.ObjectExpression, property: TSESTree.SpreadElement): Protection | Obstacle {
  const inner = innermost(property.argument);
  const name = inner.type === 'LogicalExpression' ? innermost(inner.left) : inner;
  const isDefault = inner.type !== 'LogicalExpression' || (innermost(inner.right).type === 'ObjectExpression' && file.text.slice(...innermost(inner.right).range).replace(/\s/g, '') === '{}');
  const unknown = obstacle(`The options of the transport at ${file.path}:${lineOf(file, options)} are not all written out there.`);
  if (name.type !== 'Identifier' || !isDefault || localsUsed(file, fn, name).length > 0) return unknown;
  const declared = file.variableOf(name)?.defs[0]?.node;
  const init = declared?.type === 'VariableDeclarator' && declared.init ? innermost(declared.init) : undefined;
  const [called, another] = init?.type === 'CallExpression' ? calledFunctions(mcp, file, init) : [];
  if (!called || another) return unknown;
  const keys = new Set<string>();
  for (const returned of returnExpressions(called.node)) {
    const value = innermost(returned);
    if (value.type === 'Identifier' && value.name === 'undefined') continue;
    if (value.type !== 'ObjectExpression') return unknown;
    for (const p of value.properties) {
      const key = p.type === 'Property' ? keyName(p.key) : undefined;
      if (key === undefined || !(key in OPTIONS)) return unknown;
      // Switched on where it is given: a switch of its own would have to be asked.
      if (key === 'enableDnsRebindingProtection' && !(p.type === 'Property' && p.value.type === 'Literal' && p.value.value === true)) return unknown;
      keys.add(key);
    }
  }
  if (!keys.has('enableDnsRebindingProtection')) return unknown;
  const list = (what: RuntimeList['what'], key: string): readonly RuntimeList[] => (keys.has(key) ? [{ what, list: `${name.name}.${key}`, condition: `${name.name}?.${key}`, used: [name] }] : []);
  return { lists: [...list('hosts', 'allowedHosts'), ...list('origins', 'allowedOrigins')] };
}

/** `origins !== undefined` says enough about `origins`. */
function conditionOf(list: string, parts: readonly string[]): string {
  const [first] = parts;
  if (parts.length === 2 && first?.startsWith(`${list} `)) return first;
  return parts.map(p => (parts.length > 1 && /\|\||\?/.test(p) ? `(${p})` : p)).join(' && ');
}

function isNeverEmpty(node: TSESTree.Node): boolean {
  if (node.type === 'ArrayExpression') return node.elements.length > 0;
  // `text.split(',').filter(Boolean)` is a list, whatever is in it.
  return node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && /^(?:split|map|filter|concat|flatMap|slice)$/.test(memberName(node.callee) ?? '') && !node.callee.optional && !node.optional;
}

function isSimpleName(node: TSESTree.Node): boolean {
  return node.type === 'Identifier' || (node.type === 'MemberExpression' && isSimpleName(node.object)) || node.type === 'ThisExpression' || node.type === 'ArrayExpression';
}

function isSimple(node: TSESTree.Node): boolean {
  return node.type === 'Identifier' || node.type === 'MemberExpression' || node.type === 'ArrayExpression' || node.type === 'CallExpression';
}

/** Written out, without scheme and port. */
function hostNames(node: TSESTree.Node): readonly string[] | undefined {
  if (node.type !== 'ArrayExpression') return undefined;
  const names = node.elements.map(e => (e?.type === 'Literal' && typeof e.value === 'string' ? e.value.replace(/^\w+:\/\//, '').replace(/:\d+$/, '') : undefined));
  return names.every(n => n !== undefined) ? [...new Set(names)] : undefined;
}

/** `if (protection?.allowedHosts) app.all('/mcp', hostHeaderValidation(...));`: for this address only, and hosts are compared without ports. */
export function checkFor(app: string, path: string, list: RuntimeList, quote: string): string {
  const use = `${app}.all(${path}, ${checkOf(list, quote)})`;
  return list.condition === '' ? use : `if (${list.condition}) ${use}`;
}

function checkOf({ what, list }: RuntimeList, quote: string): string {
  const names = what === 'hosts' ? `${list}.map(host => host.replace(/:\\d+$/, ${quote}${quote}))` : `${list}.map(origin => origin.replace(/^\\w+:\\/\\/|:\\d+$/g, ${quote}${quote}))`;
  return `${what === 'hosts' ? 'hostHeaderValidation' : 'originValidation'}(${names})`;
}

/** Without routes that a check could stand in front of: `if (!hostHeaderValidation([...])(req, res)) return;`. */
export function guardsFor({ hosts, origins, lists = [] }: Protection, request: string, reply: string, quote: string): readonly string[] {
  const written = (name: string, names: readonly string[] | undefined): readonly string[] => (names ? [`if (!${name}([${names.map(n => quote + n + quote).join(', ')}])(${request}, ${reply})) return`] : []);
  return [
    ...written('hostHeaderValidation', hosts),
    ...written('originValidation', origins),
    ...lists.map(l => `if (${l.condition === '' ? '' : `${l.condition} && `}!${checkOf(l, quote)}(${request}, ${reply})) return`),
  ];
}
