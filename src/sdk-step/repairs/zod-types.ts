import { walkTree } from '../../parse/walk.js';
import type { CompileError, TypeCheck } from '../../migrate/types.js';
import type { Project } from '../../project.js';
import { runPass, type PassFile } from '../pass.js';
import { isRaised } from '../passes/zod-four.js';
import { isZod } from '../passes/zod-name.js';
import { attempt } from './attempt.js';

const NOT_FITTING = new Set([2322, 2344, 2345, 2571, 2339, 2769, 18046]);

function isOfZodType({ code, message }: CompileError): boolean {
  return NOT_FITTING.has(code) && /\bunknown\b/.test(message);
}

/** `z.ZodType` without arguments was a schema of `any` in zod 3, and is one of `unknown` in zod 4. Where that does not compile, it says `any` again. */
export function widenZodTypes(before: Project, project: Project, types: TypeCheck): Project {
  const files = project.codeFiles().filter(path => /\.[cm]?tsx?$/.test(path) && /['"]zod(?:\/v3)?['"]/.test(project.text(path) ?? '') && isRaised(before, path));
  const changes = new Map<string, string>();
  for (const path of files) {
    const after = runPass(project, { id: 'zod-types', words: WORDS, rewrite: widen }, [path]).text(path);
    if (after !== undefined && after !== project.text(path)) changes.set(path, after);
  }
  if (changes.size === 0) return project;
  const asked = project.codeFiles().filter(path => /\.[cm]?tsx?$/.test(path) && isRaised(before, path) && (changes.has(path) || /\bzod\b|@modelcontextprotocol\//.test(project.text(path) ?? '')));
  const { errors } = types.errors(project, asked, false);
  return errors.some(isOfZodType) ? attempt(project, changes, asked, errors, types) : project;
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
