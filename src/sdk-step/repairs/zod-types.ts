import { walkTree } from '../../parse/walk.js';
import type { Project } from '../../project.js';
import type { PassFile } from '../pass.js';
import { isRaised } from '../passes/zod-four.js';
import { isZod } from '../passes/zod-name.js';
import { editedIn, type TypeRepair } from './attempt.js';

const NOT_FITTING = new Set([2322, 2344, 2345, 2571, 2339, 2769, 18046]);

/** `z.ZodType` without arguments was a schema of `any` in zod 3, and is one of `unknown` in zod 4. Where that does not compile, it says `any` again. */
export function zodTypes(before: Project): TypeRepair {
  return {
    fits: ({ code, message }) => NOT_FITTING.has(code) && /\bunknown\b/.test(message),
    ways: [project => editedIn(project, project.codeFiles().filter(path => isTyped(before, project, path)), { id: 'zod-types', words: WORDS, rewrite: widen })],
  };
}

/** Written in TypeScript for a zod that has been raised: the error may be in a file that only uses what this one declares. */
function isTyped(before: Project, project: Project, path: string): boolean {
  return /\.[cm]?tsx?$/.test(path) && /['"]zod(?:\/v3)?['"]/.test(project.text(path) ?? '') && isRaised(before, path);
}

const WORDS = /\bZodType(?:Any)?\b|\bZodSchema\b|\.Schema\b/;
const BARE = /^(?:ZodType|ZodTypeAny|ZodSchema|Schema)$/;

function widen({ file, editor }: PassFile): void {
  walkTree(file.program, node => {
    if (node.type !== 'TSTypeReference' || node.typeArguments || node.typeName.type === 'ThisExpression') return;
    const [root, last] = node.typeName.type === 'TSQualifiedName' ? [node.typeName.left, node.typeName.right] : [node.typeName, node.typeName];
    if (root.type !== 'Identifier' || !BARE.test(last.name)) return;
    const definition = file.variableOf(root)?.defs[0];
    if (definition?.type !== 'ImportBinding' || definition.parent.type !== 'ImportDeclaration' || !isZod(definition.parent.source.value)) return;
    // `ZodTypeAny` takes no arguments; under a name of its own it stays as it is imported.
    if (last.name === 'ZodTypeAny' && root === last) return;
    editor.replace(last, `${last.name === 'ZodTypeAny' ? 'ZodType' : last.name}<any, any>`);
  });
}
