// Browsers, sockets, processes: they stay in this process, under handles, and are closed when nobody uses them.
import type { ProjectRewriteContext } from '../../src/transform.js';
import { keyName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { endName, innermost } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';
import { isLive } from '../../src/state/classify.js';
import type { ClassifiedCell } from '../../src/state/model.js';
import { partsOf, transactionMade } from '../../src/state/transactions.js';

/** What ends a connection: `.close()`, or `.browser.close()` of an entry that holds one. */
export interface Closing {
  readonly path: string;
  /** With `$` for what is closed. */
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

function closingsIn({ mcp }: ProjectRewriteContext, file: SourceFile, value: TSESTree.Node): readonly (Closing | 'unknown')[] {
  // `{ browser, page, startedAt }`
  return partsOf(mcp, file, value).flatMap(({ file: g, node, property }) => closing(mcp, g, node, property ? `.${keyName(property.key) ?? ''}` : ''));
}

function closing(mcp: McpModel, file: SourceFile, made: TSESTree.Node, path: string): readonly (Closing | 'unknown')[] {
  const transaction = transactionMade(mcp, file, made);
  if (transaction !== undefined) return [{ path, call: transaction }];
  if (!isLive(mcp, file, made)) return [];
  const call = closingCall(mcp.values(file, made).flatMap(({ value }) => (value.kind === 'external' ? [value.module] : value.kind === 'global' ? [value.path[0] ?? ''] : [])), calledName(made));
  return call === undefined ? ['unknown'] : [{ path, call: `$.${call}` }];
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
  return endName(callee);
}
