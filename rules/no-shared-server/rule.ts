import { indexOf } from '../../src/mcp/file-index.js';
import { isServerSide } from '../../src/mcp/roles.js';
import { chain } from '../../src/mcp/values.js';
import { defineRule, innermost, memberName, nameOfType, type ProjectContext, type SourceFile, type TSESTree } from '../../src/rule.js';

const ENTRIES = /^(?:createMcpHandler|serveStdio)$/;

export default defineRule({
  id: 'no-shared-server',
  title: 'Each request gets a server of its own',
  clauses: ['shared-server-instance'],
  words: [],
  project(context) {
    for (const { file, fn, from } of context.state.reach.functions) {
      if (![...from].some(h => h.kind === 'http')) continue;
      for (const call of indexOf(file).calls) if (fn.range[0] <= call.range[0] && call.range[1] <= fn.range[1]) reportConnect(context, file, call);
    }
    for (const path of context.project.codeFiles()) {
      if (!ENTRIES_IN_TEXT.test(context.project.text(path) ?? '')) continue;
      const file = context.project.source(path);
      if (file) for (const call of indexOf(file).calls) reportFactory(context, file, call);
    }
  },
});

const ENTRIES_IN_TEXT = /\b(?:createMcpHandler|serveStdio)\b/;

/** `server.connect(transport)` for each request, with a server that was made before. */
function reportConnect({ mcp, project, state, report }: ProjectContext, file: SourceFile, call: TSESTree.CallExpression): void {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'connect') return;
  const use = mcp.call(file, call);
  if (!use || !isServerSide(use.owner)) return;
  const made = chain(use.because).find(s => s.why === 'new');
  const source = made ? project.source(made.file) : undefined;
  if (!made || !source) return;
  const node = indexOf(source).news.find(n => n.range[0] === made.range[0] && n.range[1] === made.range[1]);
  if (!node || insideFunction(node) || state.reach.covers(node)) return;
  report(file, call.callee, {
    clause: 'shared-server-instance',
    subject: 'server:shared-connect',
    message: 'This connects one server to the transport of each request; two requests at once get into each other’s way.',
    because: use.because,
    confidence: 'likely',
    unit: `http-sessions:${file.path}`,
  });
}

/** `createMcpHandler(() => server)`: the factory gives the same server each time. */
function reportFactory({ mcp, report }: ProjectContext, file: SourceFile, call: TSESTree.CallExpression): void {
  const exported = mcp.export(file, call.callee, ENTRIES);
  const [factory] = call.arguments;
  if (!exported || !ENTRIES.test(nameOfType(exported.id)) || !exported.id.startsWith('server#') || !factory || factory.type === 'SpreadElement') return;
  for (const { value } of mcp.values(file, factory)) {
    if (value.kind !== 'function' || value.node.body.type !== 'Identifier') continue;
    const definition = value.file.variableOf(value.node.body)?.defs[0];
    if (!definition || (value.node.range[0] <= definition.node.range[0] && definition.node.range[1] <= value.node.range[1])) continue;
    report(value.file, value.node.body, {
      clause: 'shared-server-instance',
      subject: 'server:shared-factory',
      message: 'This factory gives the same server each time; a second request at the same time fails.',
      because: exported.because,
    });
  }
}

function insideFunction(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) if (/Function/.test(n.type)) return true;
  return false;
}
