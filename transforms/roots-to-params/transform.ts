import { defineTransform, type Finding } from '../../src/define-transform.js';
import { packageOf } from '../../src/emit/package.js';
import type { Decline, ProjectRewrite } from '../../src/transform.js';
import { RootsRewrite } from './rewrite.js';

const TAKEN = new Set(['roots:list', 'roots:request', 'roots:changed-handler']);

export default defineTransform({
  id: 'roots-to-params',
  title: 'Take directories from arguments and MCP_ROOTS instead of asking the client',
  tests: 'the client is not asked for its roots, and nobody hears when they change',
  fixes: [{ rule: 'no-roots', clauses: ['push-roots', 'roots-list-changed'] }],
  safety: 'review',
  rewriteProject(context, findings) {
    if (context.project.isPartial) return { rewrites: [], declines: [] };
    const groups = new Map<string, Finding[]>();
    for (const finding of findings.filter(f => TAKEN.has(f.subject))) {
      const folder = packageOf(context.project, finding.file)?.folder ?? '';
      groups.set(folder, [...(groups.get(folder) ?? []), finding]);
    }
    const rewrites: ProjectRewrite[] = [];
    const declines: Decline[] = [];
    for (const [folder, own] of groups) {
      const result = new RootsRewrite(context, folder, own).result();
      if (result.rewrite) rewrites.push(result.rewrite);
      declines.push(...result.declines);
    }
    return { rewrites, declines };
  },
});
