import type { TSESTree } from '@typescript-eslint/types';
import type { CompileError } from '../../migrate/types.js';
import { keyName } from '../../mcp/exports.js';
import { walkTree } from '../../parse/walk.js';
import { addNamedImport } from '../imports.js';
import type { PassFile } from '../pass.js';
import { editedWhere, type TypeRepair } from './attempt.js';
import { moduleOf } from './result-types.js';

const NOT_ASSIGNABLE = new Set([2322, 2345, 2769]);

/** The first major took any objects for the properties of a tool's JSON Schema; the second wants JSON. What a type of the program says less about is said to be that. */
export const toolSchemas: TypeRepair = {
  fits: ({ code }) => NOT_ASSIGNABLE.has(code),
  // What has too little in common for the one is said by way of `unknown`.
  ways: ['', 'unknown as '].map(by => (project, errors) => editedWhere(project, errors, { id: 'tool-schemas', words: /Schema/ }, (pass, wrong) => declareIn(pass, wrong, by))),
};

/** Schemas in the statements that do not compile because of them. */
function declareIn({ file, project, editor }: PassFile, wrong: readonly CompileError[], by: string): void {
  const lines = project.lines(file.path);
  const isIn = (line: number, node: TSESTree.Node): boolean => lines.position(node.range[0]).line <= line && line <= lines.position(node.range[1]).line;
  walkTree(file.program, node => {
    if (node.type !== 'Property' || node.computed || node.value.type !== 'ObjectExpression') return;
    const key = keyName(node.key);
    if (key !== 'inputSchema' && key !== 'outputSchema') return;
    const statement = statementOf(node);
    if (!wrong.some(({ line, message }) => isIn(line, node) || (isIn(line, statement) && new RegExp(`\\b${key}\\b`).test(message)))) return;
    editor.insert(node.value.range[1], ` as ${by}Tool['${key}']`);
    addNamedImport(editor, moduleOf(file), 'Tool', 'type');
  });
}

function statementOf(node: TSESTree.Node): TSESTree.Node {
  let current = node;
  while (current.parent && !/Statement$|^(?:VariableDeclaration|PropertyDefinition|MethodDefinition)$/.test(current.type)) current = current.parent;
  return current;
}
