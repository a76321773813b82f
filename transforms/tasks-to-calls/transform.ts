import { defineTransform, type Finding } from '../../src/define-transform.js';
import { packageOf } from '../../src/emit/package.js';
import { rewriteTasks, TASK_NOTES } from '../../src/tasks/rewrite.js';
import type { Decline, ProjectRewrite, ProjectRewriteContext } from '../../src/transform.js';

const FIRST_LINE = /@modelcontextprotocol\/sdk\/(?!experimental\/)/;
const STAYS = 'This is on the first line of the SDK, which has tasks. A migration of everything moves it to the second, and this with it.';

export default defineTransform({
  id: 'tasks-to-calls',
  title: 'Let tools wait for their work instead of answering with a task',
  tests: 'tools that were tasks are registered like others, and answer with their result',
  fixes: [{ rule: 'no-core-tasks', clauses: ['tasks-core-runtime', 'tasks-result-and-list', 'tasks-request-augmentation'] }],
  safety: 'review',
  targets: ['2026-07-28'],
  rewriteProject(context, findings) {
    if (context.project.isPartial) return { rewrites: [], declines: [] };
    const groups = new Map<string, Finding[]>();
    for (const finding of findings) {
      const folder = packageOf(context.project, finding.file)?.folder ?? '';
      groups.set(folder, [...(groups.get(folder) ?? []), finding]);
    }
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    for (const [folder, own] of groups) {
      const rewrite = inPackage(context, folder, own);
      if (rewrite) rewrites.push(rewrite);
      const left = own.filter(f => rewrite?.answers.includes(f.fingerprint) !== true);
      declines.push(...left.map(f => ({ for: f.fingerprint, reason: reasonFor(context, f) })));
    }
    return { rewrites, declines };
  },
});

function inPackage({ project, mcp }: ProjectRewriteContext, folder: string, findings: readonly Finding[]): ProjectRewrite | undefined {
  const files = project.codeFiles().filter(path => (packageOf(project, path)?.folder ?? '') === folder && !FIRST_LINE.test(project.text(path) ?? ''));
  if (!findings.some(f => files.includes(f.file))) return undefined;
  const rewritten = rewriteTasks(project, mcp, files);
  if (!rewritten) return undefined;
  const isTaken = ({ file, range: [start, end] }: Finding): boolean => rewritten.taken.get(file)?.some(r => r[0] <= start && end <= r[1]) === true;
  const answers = findings.filter(isTaken).map(f => f.fingerprint);
  if (answers.length === 0) return undefined;
  const { edits, created, removedComments } = rewritten;
  return { unit: `tasks:${folder}`, title: 'Tools wait for their work', answers, edits, created, removedComments, notes: TASK_NOTES };
}

function reasonFor({ project }: ProjectRewriteContext, { file, subject }: Finding): string {
  if (FIRST_LINE.test(project.text(file) ?? '')) return STAYS;
  if (subject.startsWith('tasks:handler:')) return 'This server keeps its tasks by itself. Answer with results, or serve the extension by hand.';
  if (subject === 'tasks:capability') return 'The capability is put together elsewhere. Take it out by hand: nothing serves tasks any more.';
  return 'It is not clear what this task belongs to. Let the tool wait for its work, or serve the extension by hand.';
}
