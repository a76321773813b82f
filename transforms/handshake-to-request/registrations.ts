// Which statements only register, and what of a hook can be done without waiting for it.
import { memberName, walkTree, type Finding, type TSESTree } from '../../src/define-transform.js';
import { zoneOf } from '../../src/files/kinds.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { contains } from '../../src/mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import type { Range, SourceFile } from '../../src/parse/source.js';
import type { ProjectRewriteContext } from '../../src/transform.js';

const REGISTERS = /^(?:tool|prompt|resource|register(?:Tool|Prompt|Resource))$/;

interface Block {
  readonly fn: FunctionNode & { readonly body: TSESTree.BlockStatement };
  readonly file: SourceFile;
}

/** A function of which some statements register without a question to the client. */
export interface Mixed extends Block {
  /** The statement that declares it, without `export`. */
  readonly declaration: TSESTree.FunctionDeclaration | TSESTree.VariableDeclaration;
  readonly name: string;
  readonly call: TSESTree.CallExpression;
  readonly free: readonly TSESTree.Statement[];
}

/** What a hook begins with and does not have to wait. */
export interface Early {
  readonly hook: TSESTree.ExpressionStatement;
  readonly statements: readonly TSESTree.Statement[];
  readonly mixed?: Mixed;
}

export class Registrations {
  constructor(
    private readonly context: Pick<ProjectRewriteContext, 'mcp' | 'project'>,
    private readonly findings: readonly Finding[],
  ) {}

  /** The statements that a hook begins with, as far as they can be done before it. */
  early(file: SourceFile, fn: TSESTree.Expression): Early | undefined {
    const hook = fn.parent.parent;
    if (!isFunctionNode(fn) || fn.body.type !== 'BlockStatement' || fn.params.length > 0 || hook?.type !== 'ExpressionStatement' || isServing(file, hook)) return undefined;
    const { body } = fn.body;
    const end = body.findIndex(s => !this.registers(file, s, 0));
    const statements = end === -1 ? body : body.slice(0, end);
    const next = end === -1 ? undefined : body[end];
    const mixed = next && this.#mixed(file, next);
    return statements.length > 0 || mixed ? { hook, statements, ...(mixed && { mixed }) } : undefined;
  }

  /** `server.registerTool(...)`, or a function that does nothing else and asks nothing of the client. */
  registers(file: SourceFile, statement: TSESTree.Statement, depth: number): boolean {
    const call = callOf(statement);
    if (!call) return false;
    const { callee } = call;
    const { mcp } = this.context;
    if (callee.type === 'MemberExpression' && REGISTERS.test(memberName(callee) ?? '') && mcp.call(file, call)) return true;
    if (depth > 2) return false;
    return mcp.values(file, callee).some(({ value }) => value.kind === 'function' && hasBlock(value.node) && !value.node.async && !this.#asks(value.file, value.node) && this.#onlyRegisters(value.file, value.node.body.body, depth + 1));
  }

  #onlyRegisters(file: SourceFile, statements: readonly TSESTree.Statement[], depth: number): boolean {
    const rest = statements.filter(s => !this.#isPlainConstant(file, s));
    return rest.length > 0 && rest.every(s => this.#isConditional(file, s, depth) || this.registers(file, s, depth));
  }

  /** A condition that has nothing to do with the client. */
  #isConditional(file: SourceFile, statement: TSESTree.Statement, depth: number): boolean {
    if (statement.type !== 'IfStatement' || statement.alternate) return false;
    const { consequent } = statement;
    return this.#onlyRegisters(file, consequent.type === 'BlockStatement' ? consequent.body : [consequent], depth);
  }

  /** `const isSet = hasRoots();`: nothing waits for it, and nothing is made. */
  #isPlainConstant(file: SourceFile, statement: TSESTree.Statement): boolean {
    if (statement.type !== 'VariableDeclaration' || statement.kind !== 'const') return false;
    let plain = true;
    walkTree(statement, node => {
      if (node.type === 'AwaitExpression' || node.type === 'NewExpression' || node.type === 'AssignmentExpression') plain = false;
      if (node.type === 'CallExpression') plain &&= this.context.mcp.values(file, node.callee).some(({ value }) => value.kind === 'function' && !value.node.async && !this.#asks(value.file, value.node));
      return plain && !isFunctionNode(node);
    });
    return plain;
  }

  #asks(file: SourceFile, node: TSESTree.Node): boolean {
    return this.findings.some(f => f.file === file.path && node.range[0] <= f.range[0] && f.range[1] <= node.range[1]);
  }

  #mixed(file: SourceFile, statement: TSESTree.Statement): Mixed | undefined {
    const call = callOf(statement);
    const callee = call?.callee;
    if (call?.arguments.some(a => a.type === 'SpreadElement') !== false || callee?.type !== 'Identifier') return undefined;
    const values = this.context.mcp.values(file, callee).flatMap(({ value }) => (value.kind === 'function' ? [value] : []));
    const [only] = values;
    if (!only || values.length > 1 || !hasBlock(only.node) || only.node.async || only.node.generator || only.node.params.some(p => p.type !== 'Identifier')) return undefined;
    const declared = declarationOf(only.node);
    const { body } = only.node.body;
    if (declared?.name !== callee.name || !body.every(s => s.type === 'ExpressionStatement') || !this.#isOnlyCall(callee)) return undefined;
    const free = body.filter(s => this.registers(only.file, s, 1));
    return free.length > 0 && free.length < body.length ? { fn: only.node, file: only.file, ...declared, call, free } : undefined;
  }

  /** Nobody else needs what would go from it. */
  #isOnlyCall({ name, range }: TSESTree.Identifier): boolean {
    const { project } = this.context;
    let uses = 0;
    for (const path of project.codeFiles()) {
      const file = zoneOf(path) !== 'test' && project.hasWord(path, name) ? project.source(path) : undefined;
      for (const scope of file?.scopes.scopes ?? []) for (const { identifier, init } of scope.references) if (identifier.name === name && init !== true && identifier.parent.type !== 'ExportSpecifier') uses += identifier.range[0] === range[0] ? 1 : 2;
    }
    return uses === 1;
  }
}

function callOf(statement: TSESTree.Statement): TSESTree.CallExpression | undefined {
  return statement.type === 'ExpressionStatement' && statement.expression.type === 'CallExpression' ? statement.expression : undefined;
}

function hasBlock(fn: FunctionNode): fn is Block['fn'] {
  return fn.body.type === 'BlockStatement';
}

function declarationOf(fn: FunctionNode): Pick<Mixed, 'declaration' | 'name'> | undefined {
  if (fn.type === 'FunctionDeclaration') return fn.id ? { declaration: fn, name: fn.id.name } : undefined;
  const { parent } = fn;
  if (parent.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier' || parent.parent.declarations.length > 1) return undefined;
  return { declaration: parent.parent, name: parent.id.name };
}

/** Whether the server has begun to serve before this statement: then it can register nothing of a new kind. */
function isServing(file: SourceFile, statement: TSESTree.Node): boolean {
  return indexOf(file).calls.some(({ callee, range }) => range[1] <= statement.range[0] && callee.type === 'MemberExpression' && memberName(callee) === 'connect');
}

/** The place behind a declaration, and its text up to the body with another name. */
export function headOf({ file, fn, declaration, name }: Mixed, as: string): { readonly text: string; readonly tail: string; readonly statement: TSESTree.Node } {
  const statement = declaration.parent.type === 'ExportNamedDeclaration' ? declaration.parent : declaration;
  const id: Range | undefined = declaration.type === 'FunctionDeclaration' ? declaration.id?.range : declaration.declarations.find(d => contains(d, fn))?.id.range;
  const [start, end] = id ?? [statement.range[0], statement.range[0]];
  return { statement, text: file.text.slice(statement.range[0], start) + as + file.text.slice(start + name.length, fn.body.range[0]), tail: file.text.slice(Math.max(end, fn.body.range[1]), statement.range[1]) };
}
