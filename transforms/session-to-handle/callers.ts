// Tests and scripts of the repository that call the tools: they need the new argument.
import { keyName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { indexOf, innermost } from '../../src/mcp/file-index.js';
import { propertyValue } from '../../src/mcp/exports.js';
import type { Marker, ProjectRewriteContext } from '../../src/transform.js';
import type { Store } from './design.js';

interface Changed {
  readonly store: Store;
  /** Tools that take the handle. */
  readonly users: readonly string[];
}

/** A comment at each call of a tool that takes a handle now. */
export function callersOf({ project, mcp }: ProjectRewriteContext, changed: readonly Changed[]): readonly Marker[] {
  const tools = new Map<string, Store[]>();
  for (const { store, users } of changed) for (const user of users) tools.set(user, [...(tools.get(user) ?? []), store]);
  const calls = (path: string): boolean => project.hasWord(path, 'callTool') || (project.text(path)?.includes('tools/call') ?? false);
  const files = project.codeFiles().filter(path => calls(path) && [...tools.keys()].some(tool => project.text(path)?.includes(tool)));
  return files.flatMap(path => {
    const file = project.source(path);
    if (!file || file.problems.length > 0) return [];
    return indexOf(file).calls.flatMap(call => {
      const given = parametersOf(call);
      const name = given && propertyValue(given, 'name');
      const stores = (name && tools.get(mcp.text(file, name) ?? '')) ?? [];
      return given ? stores.filter(s => !isGiven(given, s)).map(store => markerAt(file, call, store)) : [];
    });
  });
}

function markerAt(file: SourceFile, call: TSESTree.CallExpression, { creator, argument }: Store): Marker {
  return { id: 'handle-argument', file: file.path, offset: call.range[0], detail: `call ${creator} first, and pass the ${argument} that it returns` };
}

/** `client.callTool({ name, arguments })`, `request({ method: 'tools/call', params: { name, arguments } })`. */
function parametersOf({ callee, arguments: [first] }: TSESTree.CallExpression): TSESTree.ObjectExpression | undefined {
  const given = first && first.type !== 'SpreadElement' ? innermost(first) : undefined;
  if (given?.type !== 'ObjectExpression') return undefined;
  const inner = innermost(callee);
  if (inner.type === 'MemberExpression' && keyName(inner.property) === 'callTool') return given;
  const method = propertyValue(given, 'method');
  const params = propertyValue(given, 'params');
  const within = params ? innermost(params) : undefined;
  return method?.type === 'Literal' && method.value === 'tools/call' && within?.type === 'ObjectExpression' ? within : undefined;
}

/** The argument is there already. */
function isGiven(given: TSESTree.ObjectExpression, { argument }: Store): boolean {
  const passed = propertyValue(given, 'arguments');
  const inner = passed ? innermost(passed) : undefined;
  return inner?.type === 'ObjectExpression' && propertyValue(inner, argument) !== undefined;
}
