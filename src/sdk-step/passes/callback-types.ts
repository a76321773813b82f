import type { TSESTree } from '@typescript-eslint/types';
import { walkTree } from '../../parse/walk.js';
import { addNamedImport } from '../imports.js';
import type { Pass, PassFile } from '../pass.js';
import { isRawShape } from './schema-kinds.js';
import { zodName } from './zod-name.js';

/** `ToolCallback<Shape>` takes a schema in v2: `ToolCallback<z.ZodObject<Shape>>`. */
export const callbackTypes: Pass = {
  id: 'callback-types',
  words: /\b(?:ToolCallback|PromptCallback)\s*</,
  rewrite(pass) {
    walkTree(pass.file.program, node => {
      if (node.type !== 'TSTypeReference' || !isCallbackType(pass, node)) return;
      const [given] = node.typeArguments?.params ?? [];
      if (!given || !isShapeType(pass, given)) return;
      const zod = zodName(pass.file);
      if (zod === undefined) addNamedImport(pass.editor, 'zod', 'ZodObject', 'type');
      pass.editor.insert(given.range[0], `${zod === undefined ? '' : `${zod}.`}ZodObject<`);
      pass.editor.insert(given.range[1], '>');
    });
  },
};

function isCallbackType({ file, mcp }: PassFile, node: TSESTree.TSTypeReference): boolean {
  if (node.typeName.type !== 'Identifier') return false;
  const definition = file.variableOf(node.typeName)?.defs[0]?.node;
  if (definition?.type !== 'ImportSpecifier' || definition.imported.type !== 'Identifier') return false;
  return /^(?:ToolCallback|PromptCallback)$/.test(definition.imported.name) && mcp.export(file, definition.local) !== undefined;
}

function isShapeType(pass: PassFile, type: TSESTree.TypeNode, depth = 0): boolean {
  const { file } = pass;
  switch (type.type) {
    case 'TSTypeQuery':
      return type.exprName.type === 'Identifier' && isRawShape(pass, type.exprName) === true;
    case 'TSTypeLiteral':
      return true;
    case 'TSTypeReference': {
      if (type.typeName.type === 'TSQualifiedName') return /Shape$/.test(type.typeName.right.name);
      if (type.typeName.type !== 'Identifier') return false;
      if (/^(?:ZodRawShape|ZodRawShapeCompat)$/.test(type.typeName.name)) return true;
      const definition = file.variableOf(type.typeName)?.defs[0]?.node;
      if (depth > 3) return false;
      if (definition?.type === 'TSTypeParameter') return definition.constraint ? isShapeType(pass, definition.constraint, depth + 1) : false;
      return definition?.type === 'TSTypeAliasDeclaration' && isShapeType(pass, definition.typeAnnotation, depth + 1);
    }
    default:
      return false;
  }
}
