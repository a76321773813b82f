import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { indexOf, memberName } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { nameOfType } from '../../mcp/sdk.js';
import type { SourceFile } from '../../parse/source.js';

/** Where a program begins to speak the protocol over its standard streams. */
export interface StdioEntry {
  readonly file: SourceFile;
  readonly node: TSESTree.CallExpression | TSESTree.NewExpression;
}

const IN_TEXT = /\bStdioServerTransport\b|\bserveStdio\b|\b(?:FastMCP|LiteMCP)\b/;

/** The entries of a project but for those of its tests, in the order of their files. */
export function stdioEntries(mcp: McpModel): readonly StdioEntry[] {
  return mcp.project.codeFiles().flatMap(path => {
    const file = zoneOf(path) !== 'test' && IN_TEXT.test(mcp.project.text(path) ?? '') ? mcp.project.source(path) : undefined;
    return file ? inFile(mcp, file) : [];
  });
}

function inFile(mcp: McpModel, file: SourceFile): readonly StdioEntry[] {
  const { calls, news } = indexOf(file);
  const made = news.filter(node => {
    const constructed = mcp.constructed(file, node, /^StdioServerTransport$/);
    return constructed !== undefined && nameOfType(constructed.type) === 'StdioServerTransport' && writesToProcess(file, node);
  });
  const served = calls.filter(call => isServed(mcp, file, call) || isStarted(mcp, file, call));
  return [...made, ...served].map(node => ({ file, node }));
}

/** `new StdioServerTransport(input, output)` with another output leaves standard output to everybody. */
function writesToProcess(file: SourceFile, node: TSESTree.NewExpression): boolean {
  const [, output] = node.arguments;
  return !output || /\bstdout\b/i.test(file.text.slice(...output.range));
}

function isServed(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): boolean {
  return mcp.export(file, call.callee, /^serveStdio$/)?.id.startsWith('server#') === true;
}

/** `new FastMCP(...).start({ transportType: 'stdio' })`, which is also the default. */
function isStarted(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): boolean {
  if (call.callee.type !== 'MemberExpression' || memberName(call.callee) !== 'start') return false;
  const use = mcp.call(file, call);
  if (!use || !/^(?:fastmcp#FastMCP|litemcp#LiteMCP)$/.test(use.owner)) return false;
  const [options] = call.arguments;
  if (!options || options.type === 'SpreadElement') return true;
  const types = mcp.infer.member(mcp.values(file, options), 'transportType', undefined).flatMap(k => (k.value.kind === 'text' ? [k.value.text] : []));
  return types.length === 0 || types.includes('stdio');
}
