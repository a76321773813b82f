import { stdioPrograms, type RunningCall, type StdioProgram } from '../../src/state/stdio/program.js';
import { defineRule, type ProjectContext, type SourceFile, type TSESTree } from '../../src/rule.js';
import { outputOf } from './output.js';
import { redirectsOf } from './redirects.js';

export default defineRule({
  id: 'no-stdout',
  title: 'A stdio server leaves standard output to the protocol',
  clauses: ['stdio-stdout'],
  words: [],
  project(context) {
    const told = new Set<TSESTree.Node>();
    const programs = stdioPrograms(context.mcp, () => context.state);
    const entered = new Set(programs.map(p => p.entry.file));
    const running = programs.flatMap(program => {
      const redirected = redirectsOf(context.mcp, program.loaded);
      return program.calls.flatMap(call => (redirected(call.node) ? [] : [{ program, call }]));
    });
    // The same code can run in several programs: what is surest and hits everybody is told.
    for (const { program, call } of running.sort((a, b) => weight(a.call) - weight(b.call))) {
      if (told.has(call.node)) continue;
      told.add(call.node);
      reportCall(context, program, call, entered);
    }
  },
});

function weight({ when, conditional }: RunningCall): number {
  return (conditional ? 2 : 0) + (when === 'start' ? 0 : 1);
}

function reportCall({ mcp, report }: ProjectContext, { entry }: StdioProgram, { file, node, conditional, when }: RunningCall, entered: ReadonlySet<SourceFile>): void {
  const output = node.type === 'ImportExpression' ? undefined : outputOf(mcp, file, node);
  if (!output || (when === 'call' && !entered.has(file) && choosesStream(file))) return;
  report(file, output.at, {
    clause: 'stdio-stdout',
    subject: `stdout:${output.by}`,
    message: output.message,
    confidence: when === 'start' ? 'certain' : 'likely',
    ...(conditional && { severity: 'info' }),
    related: [{ file: entry.file, node: entry.node.callee, note: 'serves stdio' }],
    unit: `stdout:${file.path}`,
  });
}

/** A logger that speaks of stdio and of standard error has been thought about: which of its parts is used is not seen here. */
function choosesStream({ text }: SourceFile): boolean {
  return /stdio/i.test(text) && /console\.error|stderr/.test(text);
}
