import type { TSESTree } from '@typescript-eslint/types';
import { endName, innermost } from '../../mcp/file-index.js';
import { nameOfFunction } from '../../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import { walkTree } from '../../parse/walk.js';
import type { SourceFile } from '../../parse/source.js';

/** A function or a module whose code runs. */
export interface Way {
  readonly file: SourceFile;
  readonly root: FunctionNode | TSESTree.Program;
  /** What it leads to: branches beside these are other ways of the program. */
  readonly anchors: readonly TSESTree.Node[];
  /** `start`: on the way to the entry. `call`: while requests are served, or from somewhere on the way. */
  readonly when: 'start' | 'call';
}

export interface Visited {
  readonly node: TSESTree.CallExpression | TSESTree.NewExpression | TSESTree.ImportExpression;
  /** Only when somebody asked for more output. */
  readonly conditional: boolean;
}

/** Tests that ask how the program is served, or whether anybody reads what it prints. */
const MODE = /std(?:io|in|out|err)|isTTY|quiet|silent|\btransport\b|transport_?(?:type|mode|kind)|mcp_?mode|(?:is|use)_?(?:mcp|https?)\b|https?_?mode|serverless|NODE_ENV\b.*\btest|VITEST|JEST/i;
/** The same, among what a program does when it starts. */
const START_MODE = /http|\bsse\b|SSE|streamable|\bport\b|daemon|\bhelp\b|\bversion\b|\bmain\b|import\.meta/i;
const ASKED_FOR = /debug|verbose|trace|NODE_ENV|\bdev\b|\bdevelopment|logging|\bconsole\b/i;
/** A logger that can be told to say nothing: whether it was is not to be seen here. */
const LEVEL = /level/i;
const HAS_SILENT = /\bsilent\b/i;
/** Functions that other modes of a program call: they print and leave, or speak HTTP. */
const OTHER_MODE = /^(?:print|show|display|log)?_?(?:help|usage|version|banner)|http(?:transport|server|mode|app)|(?:start|run|serve)\w*(?:http|sse)|^stdout$/i;
/** Callbacks of a command line: the one that serves has the entry in it. */
const COMMANDS = new Set(['action', 'command', 'option', 'describe', 'it', 'test']);

/** Calls in the code of a way, without what ends the process, other modes of the program, and functions that are called elsewhere. */
export function visitWay(way: Way, isElsewhere: (fn: FunctionNode) => boolean, visit: (visited: Visited) => void): void {
  new Walk(way, isElsewhere, visit).run();
}

class Walk {
  #conditional = 0;
  /** Callbacks around the place that do not lead to the entry: what returns there goes on elsewhere. */
  #callbacks = 0;

  constructor(
    private readonly way: Way,
    private readonly isElsewhere: (fn: FunctionNode) => boolean,
    private readonly visit: (visited: Visited) => void,
  ) {}

  run(): void {
    const { root, anchors } = this.way;
    if (anchors.length === 0 && root.type !== 'Program' && OTHER_MODE.test(nameOfFunction(root) ?? '')) return;
    if (root.type === 'Program') this.#list(root.body);
    else if (root.body.type === 'BlockStatement') this.#list(root.body.body);
    else this.#walk(root.body);
  }

  #walk(start: TSESTree.Node): void {
    walkTree(start, node => {
      if (isFunctionNode(node)) {
        this.#function(node);
        return false;
      }
      switch (node.type) {
        case 'BlockStatement':
        case 'StaticBlock':
          this.#list(node.body);
          return false;
        case 'IfStatement':
        case 'ConditionalExpression':
          this.#choice(node);
          return false;
        case 'LogicalExpression':
          this.#logical(node);
          return false;
        case 'SwitchStatement':
          this.#switch(node);
          return false;
        case 'CallExpression':
        case 'NewExpression':
        case 'ImportExpression':
          this.visit({ node, conditional: this.#conditional > 0 });
      }
      return true;
    });
  }

  /** Statements up to the one that leaves. */
  #list(statements: readonly TSESTree.Statement[]): void {
    if (this.#endsProcess(statements) && !this.#anchored(statements)) return;
    for (const statement of statements) {
      this.#walk(statement);
      if (this.#leaves(statement)) return;
    }
  }

  /** `console.log(usage); process.exit(0);`: nothing is served afterwards. */
  #endsProcess(statements: readonly TSESTree.Statement[]): boolean {
    const last = statements.at(-1);
    return last !== undefined && (isExit(this.way.file, last) || (this.#isOtherWay(last) && statements !== bodyOf(this.way.root)));
  }

  /** What returns or throws before the entry is reached never serves. */
  #isOtherWay(statement: TSESTree.Statement): boolean {
    return this.way.anchors.length > 0 && this.#callbacks === 0 && (statement.type === 'ReturnStatement' || statement.type === 'ThrowStatement');
  }

  /** `if (stdio) { serve(); return; }`, `if (isStdio) return;` */
  #leaves(statement: TSESTree.Statement): boolean {
    if (statement.type !== 'IfStatement' || statement.alternate) return false;
    if (!leavesFunction(statement.consequent)) return false;
    return this.#anchored([statement.consequent]) || this.#asksForMode(statement.test);
  }

  #choice(node: TSESTree.IfStatement | TSESTree.ConditionalExpression): void {
    const { test, consequent, alternate } = node;
    this.#walk(test);
    const [isIn, isElse] = [this.#anchored([consequent]), alternate !== null && this.#anchored([alternate])];
    const isMode = !isIn && !isElse && this.#asksForMode(test);
    if (isMode) return;
    const asked = !isIn && this.#isAskedFor(test);
    if (asked) this.#conditional++;
    if (!isElse) this.#branch(consequent);
    if (asked) this.#conditional--;
    if (alternate && !isIn) this.#branch(alternate);
  }

  #branch(node: TSESTree.Node): void {
    if (node.type === 'BlockStatement') this.#list(node.body);
    else if (!isExit(this.way.file, node)) this.#walk(node);
  }

  #logical({ left, right, operator }: TSESTree.LogicalExpression): void {
    this.#walk(left);
    if (this.#asksForMode(left) && !this.#anchored([right])) return;
    const asked = operator === '&&' && this.#isAskedFor(left);
    if (asked) this.#conditional++;
    this.#walk(right);
    if (asked) this.#conditional--;
  }

  #switch({ discriminant, cases }: TSESTree.SwitchStatement): void {
    this.#walk(discriminant);
    const anchored = cases.filter(c => this.#anchored(c.consequent));
    const onMode = this.#asksForMode(discriminant);
    for (const { test, consequent } of anchored.length > 0 ? anchored : onMode ? [] : cases) {
      if (anchored.length === 0 && test && this.#asksForMode(test)) continue;
      const asked = test !== null && this.#isAskedFor(test);
      if (asked) this.#conditional++;
      this.#list(consequent);
      if (asked) this.#conditional--;
    }
  }

  /** Callbacks run where they are written; what is named or kept is called, or it is not. */
  #function(fn: FunctionNode): void {
    if (fn === this.way.root || this.isElsewhere(fn)) return;
    const { parent } = fn;
    const isCalled = (parent.type === 'CallExpression' || parent.type === 'NewExpression') && (parent.callee === fn || parent.arguments.some(a => a === fn));
    const isHook = parent.type === 'AssignmentExpression' && parent.right === fn && parent.left.type === 'MemberExpression';
    if (!isCalled && !isHook && !this.#anchored([fn])) return;
    if (isCalled && isCommand(parent.callee) && !this.#anchored([fn])) return;
    const isAside = !this.#anchored([fn]);
    if (isAside) this.#callbacks++;
    if (fn.body.type === 'BlockStatement') this.#list(fn.body.body);
    else this.#walk(fn.body);
    if (isAside) this.#callbacks--;
  }

  #isAskedFor(test: TSESTree.Node): boolean {
    const text = this.#question(test);
    return ASKED_FOR.test(text) || (LEVEL.test(text) && HAS_SILENT.test(this.way.file.text));
  }

  #asksForMode(test: TSESTree.Node): boolean {
    const text = this.#question(test);
    return MODE.test(text) || (this.way.when === 'start' && START_MODE.test(text));
  }

  #anchored(nodes: readonly TSESTree.Node[]): boolean {
    return this.way.anchors.some(a => nodes.some(n => n.range[0] <= a.range[0] && a.range[1] <= n.range[1]));
  }

  /** The test as it is written, with what the constants in it were made from. */
  #question(test: TSESTree.Node): string {
    const { file } = this.way;
    const texts = [file.text.slice(...test.range)];
    walkTree(test, node => {
      if (isFunctionNode(node)) return false;
      const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0] : undefined;
      const init = definition?.type === 'Variable' ? definition.node.init : undefined;
      if (init && !isFunctionNode(init)) texts.push(file.text.slice(...init.range));
      return true;
    });
    return texts.join(' ');
  }
}

function bodyOf(root: Way['root']): readonly TSESTree.Statement[] | undefined {
  if (root.type === 'Program') return root.body;
  return root.body.type === 'BlockStatement' ? root.body.body : undefined;
}

function isExit(file: SourceFile, node: TSESTree.Node): boolean {
  return (node.type === 'ExpressionStatement' || node.type === 'ReturnStatement') && /^(?:return\s+|await\s+)*process\.exit\(/.test(file.text.slice(...node.range));
}

function leavesFunction(node: TSESTree.Statement): boolean {
  const last = node.type === 'BlockStatement' ? node.body.at(-1) : node;
  return last?.type === 'ReturnStatement' || last?.type === 'ThrowStatement';
}

function isCommand(callee: TSESTree.Node): boolean {
  const inner = innermost(callee);
  const name = endName(inner);
  return name !== undefined && COMMANDS.has(name);
}
