import type { TSESTree } from '@typescript-eslint/types';
import type { CompileError } from '../../migrate/types.js';
import { keyName } from '../../mcp/exports.js';
import { enclosingFunction } from '../../mcp/file-index.js';
import { walkTree } from '../../parse/walk.js';
import type { SourceFile } from '../../parse/source.js';
import { addNamedImport } from '../imports.js';
import type { PassFile } from '../pass.js';
import { editedWhere, type TypeRepair } from './attempt.js';
import { moduleOf } from './result-types.js';

const SURPLUS = 2353;
/** What a member is too much for, by the content that the compiler names. */
const CONTENTS: Readonly<Record<string, string>> = { text: 'TextContent', image: 'ImageContent', audio: 'AudioContent', resource: 'EmbeddedResource', resource_link: 'ResourceLink' };
const MESSAGE = /'([\w$]+)' does not exist in type '/;
const CONTENT = /does not exist in type '\{[^]*?\btype: "(\w+)"/;

/**
 * The first major let contents, prompts, servers and the like have members of their own, and sent them. They still may; the type is said,
 * since the second major does not know them.
 */
export const surplusMembers: TypeRepair = {
  fits: ({ code, message }) => code === SURPLUS && MESSAGE.test(message),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'surplus-members', words: /@modelcontextprotocol\// }, declareIn)],
};

function declareIn({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  const done = new Set<TSESTree.Node>();
  walkTree(file.program, node => {
    if (node.type !== 'Property' || node.computed || node.parent.type !== 'ObjectExpression' || done.has(node.parent)) return;
    const { line } = lines.position(node.range[0]);
    const error = errors.find(e => e.line === line && MESSAGE.exec(e.message)?.[1] === keyName(node.key));
    if (!error) return;
    const content = CONTENTS[CONTENT.exec(error.message)?.[1] ?? ''];
    const type = content ?? declaredFor(file, node.parent);
    if (type === undefined) return;
    done.add(node.parent);
    editor.insert(node.parent.range[1], ` as ${type}`);
    if (content !== undefined) addNamedImport(editor, moduleOf(file), content, 'type');
  });
}

/** The type of the SDK that an object is declared with: `const info: Implementation = {...}`, `const prompts: Prompt[] = [{...}]`, `(): Prompt => ({...})`. */
function declaredFor(file: SourceFile, object: TSESTree.ObjectExpression): string | undefined {
  const isElement = object.parent.type === 'ArrayExpression';
  const whole = isElement ? object.parent : object;
  const declared = annotationOf(whole);
  const type = isElement ? elementOf(declared) : declared;
  return type?.type === 'TSTypeReference' && isOfSdk(file, type) ? file.text.slice(...type.range) : undefined;
}

function annotationOf(value: TSESTree.Node): TSESTree.TypeNode | undefined {
  const { parent } = value;
  if (parent?.type === 'VariableDeclarator' && parent.init === value) return parent.id.typeAnnotation?.typeAnnotation;
  if (parent?.type === 'PropertyDefinition' && parent.value === value) return parent.typeAnnotation?.typeAnnotation;
  if (parent?.type !== 'ArrowFunctionExpression' && parent?.type !== 'ReturnStatement') return undefined;
  const said = (parent.type === 'ReturnStatement' ? enclosingFunction(parent) : parent)?.returnType?.typeAnnotation;
  const isPromise = said?.type === 'TSTypeReference' && said.typeName.type === 'Identifier' && said.typeName.name === 'Promise';
  return isPromise ? said.typeArguments?.params[0] : said;
}

function elementOf(type: TSESTree.TypeNode | undefined): TSESTree.TypeNode | undefined {
  if (type?.type === 'TSTypeOperator') return elementOf(type.typeAnnotation);
  return type?.type === 'TSArrayType' ? type.elementType : undefined;
}

function isOfSdk(file: SourceFile, { typeName }: TSESTree.TSTypeReference): boolean {
  const definition = typeName.type === 'Identifier' ? file.variableOf(typeName)?.defs[0] : undefined;
  return definition?.type === 'ImportBinding' && definition.parent.type === 'ImportDeclaration' && definition.parent.source.value.startsWith('@modelcontextprotocol/');
}
