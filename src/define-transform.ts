import { asJscodeshift, type JscodeshiftModule } from './hosts/jscodeshift.js';
import type { TransformDefinition } from './transform.js';

/** Also a jscodeshift module: the default export of a transform's file can be given to `jscodeshift -t`. */
export type TransformModule = JscodeshiftModule & { readonly definition: TransformDefinition };

export function defineTransform(definition: TransformDefinition): TransformModule {
  return Object.assign(asJscodeshift(definition), { definition });
}

export { Editor } from './edits/editor.js';
export { dropUnusedImports } from './edits/imports.js';
export { freePath } from './edits/free-path.js';
export { keyName } from './mcp/exports.js';
export { enclosingFunction, endName, innermost, memberName, outermost } from './mcp/file-index.js';
export { walkTree } from './parse/walk.js';
export type { Finding } from './finding.js';
export type { SourceFile } from './parse/source.js';
export type { Project } from './project.js';
export type { Choices } from './choices.js';
export type { TSESTree } from '@typescript-eslint/types';
