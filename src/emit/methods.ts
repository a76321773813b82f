import type { TSESTree } from '@typescript-eslint/types';
import { keyName } from '../mcp/exports.js';
import { indexOf, outermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { nearestClass, type Place } from '../mcp/references.js';
import { isClassNode, type ClassNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import { isInShape, isTakenApart, mayBeOf } from './constructors.js';
import { isPublic } from './public.js';

/** All calls of a method; undefined where somebody may call it, hand it on, or override it out of our sight. */
export function callsOfMethod(project: Project, mcp: McpModel, file: SourceFile, method: TSESTree.MethodDefinition): readonly Place<TSESTree.CallExpression>[] | undefined {
  const cls = method.parent.parent;
  const name = keyName(method.key);
  if (name === undefined || method.kind !== 'method' || method.computed || method.decorators.length > 0 || method.override) return undefined;
  const isPrivate = method.accessibility === 'private' || method.key.type === 'PrivateIdentifier';
  if (!isPrivate && (isPromised(cls, method) || isPublic(project, file) || isOverridden(mcp, file, cls, name))) return undefined;
  const word = name.replace(/^#/, '');
  const files = isPrivate ? [file] : [file, ...project.codeFiles().flatMap(path => (path !== file.path && project.hasWord(path, word) ? (project.source(path) ?? []) : []))];
  const calls: Place<TSESTree.CallExpression>[] = [];
  for (const other of files) {
    if (isTakenApart(other, word, cls) || isInShape(other, word)) return undefined;
    for (const member of indexOf(other).members.get(name) ?? []) {
      const is = isOfClass(mcp, other, member, cls, method.static);
      if (is === false) continue;
      const outer = outermost(member);
      if (is === undefined || outer.parent?.type !== 'CallExpression' || outer.parent.callee !== outer) return undefined;
      calls.push({ file: other, node: outer.parent });
    }
  }
  return calls.length > 0 ? calls : undefined;
}

/** Somebody else says what it takes. */
function isPromised({ superClass, implements: promised, abstract }: ClassNode, method: TSESTree.MethodDefinition): boolean {
  return !method.static && (superClass !== null || promised.length > 0 || abstract);
}

function isOverridden(mcp: McpModel, file: SourceFile, cls: ClassNode, name: string): boolean {
  return mcp.infer.references.ofClass(file, cls, 'all').some(({ node }) => {
    const { parent } = outermost(node);
    return parent !== undefined && isClassNode(parent) && parent.body.body.some(m => (m.type === 'MethodDefinition' || m.type === 'PropertyDefinition') && keyName(m.key) === name);
  });
}

/** Undefined: nobody knows. */
function isOfClass(mcp: McpModel, file: SourceFile, { object }: TSESTree.MemberExpression, cls: ClassNode, isStatic: boolean): boolean | undefined {
  if (object.type === 'ThisExpression' && nearestClass(object) === cls) return true;
  const values = mcp.values(file, object);
  if (values.length === 0) return undefined;
  if (isStatic) return values.some(({ value }) => value.kind === 'class' && (value.node === cls || value.node.superClass !== null));
  return mayBeOf(mcp, file, object, cls);
}
