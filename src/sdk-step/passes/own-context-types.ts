import { parametersOf } from '../../mcp/annotations.js';
import { keyName } from '../../mcp/exports.js';
import { indexOf } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { sdk } from '../../mcp/sdk.js';
import type { Known, ShapeNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import type { PassFile } from '../pass.js';
import { CONTEXT_WORDS, isGroup } from './context-shape.js';

export function hasContext(values: readonly Known[]): boolean {
  return values.some(({ value }) => value.kind === 'sdk' && sdk().extends(value.type, 'sdk#RequestHandlerExtra'));
}

const known = new WeakMap<McpModel, Set<ShapeNode>>();

/** Types that people wrote for contexts: a parameter is declared with them into which a context is passed. */
export function ownContextTypes({ project, mcp }: Pick<PassFile, 'project' | 'mcp'>): ReadonlySet<ShapeNode> {
  const found = known.get(mcp);
  if (found) return found;
  const shapes = new Set<ShapeNode>();
  known.set(mcp, shapes);
  for (const path of project.codeFiles()) {
    if (!/\.[cm]?tsx?$/.test(path) || !CONTEXT_WORDS.test(project.text(path) ?? '')) continue;
    const file = project.source(path);
    if (file && file.problems.length === 0) collect(mcp, file, shapes);
  }
  return shapes;
}

function collect(mcp: McpModel, file: SourceFile, shapes: Set<ShapeNode>): void {
  for (const fn of indexOf(file).functions) {
    parametersOf(fn).forEach((parameter, index) => {
      const name = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
      const type = 'typeAnnotation' in name ? name.typeAnnotation?.typeAnnotation : undefined;
      if (!type || !hasContext(mcp.infer.parameters.ofFunction(file, fn, index))) return;
      for (const { value } of mcp.infer.annotations.values(file, type)) if (value.kind === 'shape' && !isForBoth(value.node)) shapes.add(value.node);
    });
  }
}

/** Written for both majors: what is at the top is for the first. */
function isForBoth(shape: ShapeNode): boolean {
  const members = shape.type === 'TSInterfaceDeclaration' ? shape.body.body : shape.type === 'TSTypeLiteral' ? shape.members : [];
  return members.some(m => m.type === 'TSPropertySignature' && !m.computed && isGroup(keyName(m.key)));
}
