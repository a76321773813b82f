// Browsers, sockets, processes: they stay in this process, under handles, and are closed when nobody uses them.
import type { ProjectRewriteContext } from '../../src/transform.js';
import { keyName, memberName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { innermost } from '../../src/mcp/file-index.js';
import { isLive } from '../../src/state/classify.js';
import type { ClassifiedCell } from '../../src/state/model.js';

/** What ends a connection: `.close()`, or `.browser.close()` of an entry that holds one. */
export interface Closing {
  readonly path: string;
  readonly call: string;
}

const PROCESS = /^(?:spawn|fork|exec|execFile)$/;
const CLOSED = /^(?:launch|launchPersistentContext|connect|connectOverCDP|newPage|newContext|openPage|createBrowser|createBrowserSession)$/;

/** Undefined: nothing live is put there. Empty: something is, and how it is closed is not known. */
export function closingsOf(context: ProjectRewriteContext, cell: ClassifiedCell): readonly Closing[] | undefined {
  const found = cell.accesses.flatMap(({ mode, value, file, part }) => (mode === 'write' && value !== undefined && !part ? closingsIn(context, file, value) : []));
  if (found.length === 0) return undefined;
  if (found.includes('unknown')) return [];
  const distinct = new Map(found.flatMap(c => (c === 'unknown' ? [] : [[c.path, c] as const])));
  return [...distinct.values()];
}

function closingsIn(context: ProjectRewriteContext, file: SourceFile, value: TSESTree.Node): readonly (Closing | 'unknown')[] {
  const made = madeBy(file, value);
  const objects = context.mcp.values(file, made).flatMap(k => (k.value.kind === 'object' ? [{ file: k.value.file, node: k.value.node }] : []));
  if (objects.length === 0) return closing(context, file, made, '');
  // `{ browser, page, startedAt }`
  return objects.flatMap(({ file: g, node }) => node.properties.flatMap(p => (p.type === 'Property' && !p.computed ? closing(context, g, madeBy(g, p.value), `.${keyName(p.key) ?? ''}`) : [])));
}

function closing({ mcp }: ProjectRewriteContext, file: SourceFile, made: TSESTree.Node, path: string): readonly (Closing | 'unknown')[] {
  if (!isLive(mcp, file, made)) return [];
  const call = closingCall(mcp.values(file, made).flatMap(({ value }) => (value.kind === 'external' ? [value.module] : value.kind === 'global' ? [value.path[0] ?? ''] : [])), calledName(made));
  return call === undefined ? ['unknown'] : [{ path, call }];
}

function closingCall(origins: readonly string[], called: string | undefined): string | undefined {
  if (origins.some(o => /child_process$/.test(o)) || (called !== undefined && PROCESS.test(called))) return 'kill()';
  if (origins.some(o => /^(?:node:)?(?:net|tls)$/.test(o)) || called === 'createConnection') return 'destroy()';
  if (origins.some(o => /^(?:ws|WebSocket|puppeteer|playwright|patchright)/.test(o)) || (called !== undefined && CLOSED.test(called))) return 'close()';
  return undefined;
}

function calledName(node: TSESTree.Node): string | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const callee = innermost(node.callee);
  return callee.type === 'MemberExpression' ? memberName(callee) : callee.type === 'Identifier' ? callee.name : undefined;
}

/** `await chromium.launch()` behind the name that has it. */
function madeBy(file: SourceFile, node: TSESTree.Node): TSESTree.Node {
  const inner = innermost(node);
  if (inner.type === 'AwaitExpression') return madeBy(file, inner.argument);
  if (inner.type !== 'Identifier') return inner;
  const definition = file.variableOf(inner)?.defs[0]?.node;
  return definition?.type === 'VariableDeclarator' && definition.id.type === 'Identifier' && definition.init ? madeBy(file, definition.init) : inner;
}
