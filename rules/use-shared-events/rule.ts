import { indexOf } from '../../src/mcp/file-index.js';
import { defineRule, innermost, memberName, outermost, propertyValue, type Project, type ProjectContext, type SourceFile, type TSESTree } from '../../src/rule.js';

const COPIES = /\breplicas\s*[:=]\s*(?:[2-9]|\d{2,})\b|\bminReplicas\s*:\s*(?:[2-9]|\d{2,})\b|kind:\s*HorizontalPodAutoscaler|\bdesired_count\s*=\s*(?:[2-9]|\d{2,})\b/;
/** Platforms that start as many instances as there are requests. */
const PLATFORM = /(?:^|\/)(?:vercel\.json|netlify\.toml|serverless\.ya?ml|wrangler\.(?:toml|jsonc?))$/;

export default defineRule({
  id: 'use-shared-events',
  title: 'Changes reach the listeners of every instance',
  clauses: ['listen-multi-node-bus'],
  words: [],
  project(context) {
    const paths = context.project.codeFiles().filter(path => /createMcpHandler/.test(context.project.text(path) ?? ''));
    if (paths.length === 0) return;
    const several = severalInstances(context.project);
    if (several === undefined) return;
    for (const path of paths) {
      const file = context.project.source(path);
      if (file) for (const call of indexOf(file).calls) reportHandler(context, file, call, several);
    }
  },
});

/** The file that says that there is more than one instance. */
function severalInstances(project: Project): string | undefined {
  return project.tree.files.find(({ path, kind }) => PLATFORM.test(path) || (kind === 'config' && COPIES.test(project.text(path) ?? '')))?.path;
}

/** `const mcp = createMcpHandler(build); mcp.notify.toolsChanged()`: the change stays in one instance. */
function reportHandler({ mcp, project, report }: ProjectContext, file: SourceFile, call: TSESTree.CallExpression, several: string): void {
  const exported = mcp.export(file, call.callee, /^createMcpHandler$/);
  if (exported?.id !== 'server#createMcpHandler') return;
  const options = call.arguments[1] && innermost(call.arguments[1]);
  if (options && (options.type !== 'ObjectExpression' || propertyValue(options, 'bus') || options.properties.some(p => p.type === 'SpreadElement'))) return;
  if (!isNotified(project, file, call)) return;
  report(file, call.callee, {
    clause: 'listen-multi-node-bus',
    subject: 'events:local',
    message: `What is told here reaches the listeners of one instance only, and ${several} makes several.`,
    because: exported.because,
    confidence: 'likely',
  });
}

/** `mcp.notify.` by the name that the handler has, also in files that import it. */
function isNotified(project: Project, file: SourceFile, call: TSESTree.CallExpression): boolean {
  const holder = outermost(call).parent;
  if (holder?.type === 'MemberExpression') return memberName(holder) === 'notify';
  if (holder?.type !== 'VariableDeclarator' || holder.id.type !== 'Identifier') return false;
  const used = new RegExp(`\\b${holder.id.name}\\.notify\\.|\\{[^}]*\\bnotify\\b[^}]*\\}\\s*=\\s*${holder.id.name}\\b`);
  return [file.path, ...project.importersOf(file.path)].some(path => used.test(project.text(path) ?? ''));
}
