import type { TSESTree } from '@typescript-eslint/types';
import { walkTree } from '../../parse/walk.js';
import type { SourceFile } from '../../parse/source.js';
import type { CompileError } from '../../migrate/types.js';
import type { PassFile } from '../pass.js';
import { editedWhere, type TypeRepair } from './attempt.js';

const NOT_ASSIGNABLE = 2322;

/** The first major looked less closely at what a callback takes. Who keeps callbacks of any tool together says that each is one of them. */
export const keptCallbacks: TypeRepair = {
  fits: ({ code, message }) => code === NOT_ASSIGNABLE && message.includes('ctx: ServerContext'),
  ways: ['', 'unknown as '].map(by => (project, errors) => editedWhere(project, errors, { id: 'callbacks', words: /Callback\b/ }, (pass, wrong) => sayIn(pass, wrong, by))),
};

function sayIn({ file, project, editor }: PassFile, errors: readonly CompileError[], by: string): void {
  const lines = project.lines(file.path);
  walkTree(file.program, node => {
    if (node.type !== 'AssignmentExpression' || node.operator !== '=' || node.left.type !== 'MemberExpression' || node.right.type !== 'Identifier') return;
    if (!errors.some(e => e.line === lines.position(node.range[0]).line)) return;
    const type = callbackOf(file, node.left.object);
    if (type) editor.insert(node.right.range[1], ` as ${by}${file.text.slice(...type.range)}`);
  });
}

/** The `ToolCallback<...>` in the type of what callbacks are kept in. */
function callbackOf(file: SourceFile, kept: TSESTree.Expression): TSESTree.TypeNode | undefined {
  const declared = kept.type === 'Identifier' ? file.variableOf(kept)?.defs[0]?.name : fieldOf(file, kept);
  const annotation = declared && 'typeAnnotation' in declared ? declared.typeAnnotation : undefined;
  let found: TSESTree.TypeNode | undefined;
  if (annotation) {
    walkTree(annotation, node => {
      if (node.type === 'TSTypeReference' && /Callback$/.test(file.text.slice(...node.typeName.range))) found ??= node;
      return !found;
    });
  }
  return found;
}

function fieldOf(file: SourceFile, { type, range }: TSESTree.Expression): TSESTree.PropertyDefinition | undefined {
  const name = /^this\.(#?[\w$]+)$/.exec(file.text.slice(...range))?.[1];
  let found: TSESTree.PropertyDefinition | undefined;
  if (type !== 'MemberExpression' || name === undefined) return undefined;
  walkTree(file.program, node => {
    if (node.type === 'PropertyDefinition' && file.text.slice(...node.key.range) === name) found ??= node;
    return !found;
  });
  return found;
}
