import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { isFunctionNode } from '../../mcp/values.js';
import { walkTree } from '../../parse/walk.js';
import type { PassFile } from '../pass.js';
import { editedWhere, NO_OVERLAP, type TypeRepair } from './attempt.js';

const CONTEXT = /^(?:ServerContext|ClientContext|BaseContext)$/;

/** `const ctx: ServerContext = {...}` of a test: a context of the second major has more than such a double needs. */
export const contextValues: TypeRepair = {
  fits: ({ code, file }) => zoneOf(file) === 'test' && (code === 2322 || code === 2741 || code === 2739 || code === 2740),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'context-doubles', words: /\b(?:Server|Client|Base)Context\b/ }, castAll)],
};

/** `{...} as ServerContext` of a test, which has less of it than a cast may leave out. */
export const castDoubles: TypeRepair = {
  fits: ({ code, file }) => code === NO_OVERLAP && zoneOf(file) === 'test',
  ways: [
    (project, errors) => editedWhere(project, errors, { id: 'cast-doubles', words: /\bas\b/ }, ({ file, editor }, mine) => {
      const lines = project.lines(file.path);
      walkTree(file.program, node => {
        if (node.type !== 'TSAsExpression' || node.expression.type !== 'ObjectExpression') return;
        const { line } = lines.position(node.range[0]);
        if (mine.some(e => e.line === line)) editor.insert(node.expression.range[1], ' as unknown');
      });
    }),
  ],
};

function castAll({ editor, file }: PassFile): void {
  walkTree(file.program, node => {
    if (node.type !== 'VariableDeclarator' || node.init?.type !== 'ObjectExpression' || node.id.type !== 'Identifier') return;
    const annotation = node.id.typeAnnotation;
    const type = annotation?.typeAnnotation;
    if (!annotation || type?.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier' || !CONTEXT.test(type.typeName.name)) return;
    editor.replace(annotation, '');
    editor.insert(node.init.range[1], ` as unknown as ${editor.text(type)}`);
    // Nothing says any more what they take.
    walkTree(node.init, inner => {
      if (isFunctionNode(inner)) for (const parameter of inner.params) if (parameter.type === 'Identifier' && !parameter.typeAnnotation) declareUnknown(editor, parameter, /^\s*=>/.test(file.text.slice(parameter.range[1])));
    });
  });
}

function declareUnknown(editor: PassFile['editor'], parameter: TSESTree.Identifier, isBare: boolean): void {
  const end = parameter.range[1];
  editor.insert(parameter.range[0], isBare ? '(' : '');
  editor.insert(end, `: unknown${isBare ? ')' : ''}`);
}
