import type { TSESTree } from '../../src/define-transform.js';
import { indentAt, withComments } from '../../src/edits/indent.js';
import type { FileDraft } from '../../src/hosting/draft.js';
import { HANDLE } from '../../src/hosting/http/block.js';
import type { SessionClass } from '../../src/hosting/http/session-class.js';
import type { Range, SourceFile } from '../../src/parse/source.js';

const SERVER = '@modelcontextprotocol/server';
const NODE = '@modelcontextprotocol/node';

/** One handler in the place of the object that kept the sessions. */
export function writeSessionClass(draft: FileDraft, { cls, declarator, taken, closed, web, parsed, json, legacy, factory, used }: SessionClass): void {
  const { file, editor } = draft;
  const { eol, quote, semicolon } = editor.style;
  const handler = draft.freeName(...HANDLE.names);
  const node = draft.freeName('mcpNodeHandler', 'nodeHandler');
  const base = indentAt(file, declarator.parent.range[0]);
  const options = [...(legacy === 'reject' ? [`legacy: ${quote}reject${quote}`] : []), ...(json ? [`responseMode: ${quote}json${quote}`] : [])];
  const expression = factory.expression.includes('\n') ? reindentedText(factory.expression, base) : factory.expression;
  const made = `createMcpHandler(${expression}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`;
  draft.addImport('createMcpHandler', SERVER);
  if (!web) draft.addImport('toNodeHandler', NODE);
  const needsHandler = web || closed.length > 0;
  const lines = [...(needsHandler ? [`const ${handler} = ${made}${semicolon}`] : []), ...(web ? [] : [`const ${node} = toNodeHandler(${needsHandler ? handler : made})${semicolon}`])];
  draft.replace(declarator.parent, lines.join(eol + base), used);
  for (const call of taken) {
    const [request, reply, body] = call.arguments.map(a => editor.text(a));
    const given = [request, reply, body ?? (parsed ? `${request ?? 'req'}.body` : undefined)].filter(a => a !== undefined);
    draft.replace(call, web ? `${handler}.fetch(${request ?? ''})` : `${node}(${given.join(', ')})`, call.arguments);
  }
  for (const call of closed) draft.replace(call, `${handler}.close()`);
  const [start, banner] = aboveClass(file, cls);
  const end = cls.range[1] + (/^[ \t]*(?:\r?\n){1,2}/.exec(file.text.slice(cls.range[1]))?.[0].length ?? 0);
  draft.replace({ range: [start, end] }, '', used);
  for (const range of endsOf(file, banner, end)) draft.replace({ range }, '');
}

function reindentedText(text: string, base: string): string {
  return text.replace(/\n(?=\S)/g, `\n${base}`);
}

/** Where the class begins with the comments about it: those directly above, and those about sessions that stand by themselves. */
function aboveClass(file: SourceFile, { range }: TSESTree.ClassDeclaration): readonly [number, string] {
  let [start] = withComments(file, { range });
  for (;;) {
    const group = groupAbove(file, start);
    if (!group || !/session/i.test(file.text.slice(...group))) return [start, file.text.slice(start, range[0])];
    [start] = group;
  }
}

/** Comments without an empty line between them. */
function groupAbove(file: SourceFile, at: number): Range | undefined {
  const last = file.comments.findLast(c => c.range[1] <= at);
  if (!last || file.text.slice(last.range[1], at).trim() !== '' || file.text.slice(file.text.lastIndexOf('\n', last.range[0]) + 1, last.range[0]).trim() !== '') return undefined;
  return [withComments(file, { range: [last.range[0], last.range[1]] })[0], last.range[1]];
}

/** `// --- End of sessions ---`, whose beginning is gone. */
function endsOf({ comments, text }: SourceFile, banner: string, after: number): readonly Range[] {
  return comments.flatMap(({ range }) => {
    const [, title] = /\bend of\s+(.{6,}?)[^\w]*$/i.exec(text.slice(...range)) ?? [];
    if (range[0] < after || title === undefined || !banner.toLowerCase().includes(title.toLowerCase())) return [];
    return [[range[0], range[1] + (/^\s*?\r?\n(?:[ \t]*\r?\n)?/.exec(text.slice(range[1]))?.[0].length ?? 0)] as const];
  });
}
