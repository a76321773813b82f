import type { Finding, TSESTree } from '../../src/define-transform.js';
import { freeName } from '../../src/emit/imports.js';
import type { ContextWriter } from '../../src/emit/context-writer.js';
import type { Editors } from '../../src/emit/editors.js';
import type { Leftovers } from '../../src/emit/leftovers.js';
import { Threads } from '../../src/emit/threads.js';
import { indentAt } from '../../src/edits/indent.js';
import type { McpModel } from '../../src/mcp/model.js';
import { roleOf } from '../../src/mcp/roles.js';
import { isFunctionNode } from '../../src/mcp/values.js';
import type { Range, SourceFile } from '../../src/parse/source.js';
import { walkTree } from '../../src/parse/walk.js';
import { isOnStderr, loopOverServers } from './place.js';
import type { Site } from './sites.js';
import { logCall, messageText, protocolCall, type MessageText } from './write.js';

/** Why findings stay that nobody wants changed. */
export const KEPT: Readonly<Record<'send' | 'rest', string>> = {
  send: 'Kept, as was asked for: clients that ask for messages get them.',
  rest: 'Kept, as was asked for: clients of older revisions ask for messages and their level by it.',
};

/** What is in reach at a place: how it sends, and the trace of the request. */
interface Reach {
  readonly line: 'v1' | 'v2';
  /** Undefined where the call has the right form already. */
  readonly sender: string | undefined;
  readonly meta: string | undefined;
}

/** Where the line of the log goes, beside the call. */
type Beside =
  | { readonly kind: 'before'; readonly statement: TSESTree.Node }
  /** The only statement of an `if` or a loop. */
  | { readonly kind: 'braces'; readonly statement: TSESTree.Node }
  /** `level => send(level)` */
  | { readonly kind: 'body'; readonly body: TSESTree.Node };

/** Messages that still go to the client of the request, in the form that works on new connections, and to the logger beside it. */
export class KeptMessages {
  readonly threads: Threads;
  readonly #names = new Map<SourceFile, Set<string>>();

  constructor(
    private readonly mcp: McpModel,
    private readonly editors: Editors,
    private readonly leftovers: Leftovers,
    private readonly writerOf: (file: SourceFile) => ContextWriter,
  ) {
    this.threads = new Threads(mcp, editors, writerOf);
  }

  /** The subject that a call has in the form that works: `ctx.mcpReq.log`, or `extra.sendNotification` of the first SDK line. */
  isCurrent({ file, call }: Site): boolean {
    const use = this.mcp.call(file, call);
    return use !== undefined && roleOf(use.owner) === 'context' && (use.member === 'log' || use.member === 'sendNotification');
  }

  /** Nothing is left to do: it is in the right form, and logged beside. */
  isDone(site: Site): boolean {
    return this.isCurrent(site) && (isOnStderr(site.file, site.call) || this.#isLogged(site));
  }

  /** Undefined when it has been done, false when there is no request to answer here, else why not. */
  rewrite(site: Site, log: () => string): string | false | undefined {
    const { file, call, message } = site;
    const beside = besideOf(file, call);
    if (!beside) return 'This sends only under a condition of the expression around it. Make that an if statement.';
    if (message.bound && beside.kind !== 'before') return 'What is sent is put together elsewhere. Log level and data by hand.';
    const reach = this.#reach(site);
    if (!reach) return false;
    const editor = this.editors.of(file);
    const { style } = editor;
    const loop = loopOverServers(file, call, site.place);
    const target = loop ?? call;
    const base = indentAt(file, loop ? loop.range[0] : positionOf(beside).range[0]);
    const indent = beside.kind === 'before' ? base : base + style.indent;
    const kept: Range[] = [];
    const { lead, text } = this.#message(site, indent, kept);
    const logged = isOnStderr(file, call) || this.#isLogged(site) ? '' : `${logCall(log(), { ...text, meta: reach.meta }, indent, style)}${style.semicolon}${style.eol}${indent}`;
    const sent = reach.sender === undefined ? undefined : protocolCall(reach.line, reach.sender, text, indent, style);
    if (loop) {
      editor.replace(loop, `${lead}${logged}${call.parent.type === 'AwaitExpression' ? 'await ' : ''}${sent ?? ''}${style.semicolon}`);
    } else {
      this.#insert(file, beside, lead + logged, base);
      if (sent !== undefined) editor.replace(call, sent);
      else if (lead !== '') this.#replaceData(site, text);
    }
    if (sent !== undefined) this.leftovers.gone(file, target.range, kept);
    if (message.held) {
      editor.removeStatement(message.held);
      this.leftovers.gone(file, message.held.range, kept);
    }
    return undefined;
  }

  #reach(site: Site): Reach | undefined {
    const { file, call } = site;
    const writer = this.writerOf(file);
    const line = writer.lineAt(call);
    if (line) {
      const sender = this.isCurrent(site) ? undefined : writer.part(call, 'message', true);
      if (sender === undefined && !this.isCurrent(site)) return undefined;
      return { line, sender, meta: writer.part(call, 'meta', true) };
    }
    if (this.threads.obstacleAt(file, call) !== undefined) return undefined;
    const name = this.threads.contextAt(file, call);
    return { line: 'v2', sender: `${name}.mcpReq.log`, meta: `${name}.mcpReq._meta` };
  }

  /** What is sent, and what has to be worked out once for both. */
  #message({ file, message }: Site, indent: string, kept: Range[]): { readonly lead: string; readonly text: MessageText } {
    const { style } = this.editors.of(file);
    const line = (name: string, value: string): string => `const ${name} = ${value}${style.semicolon}${style.eol}${indent}`;
    if (message.bound) {
      const bound = this.#name(file, 'message', 'entry', 'logEntry');
      kept.push(message.bound.range);
      return { lead: line(bound, file.text.slice(...message.bound.range)), text: messageText(file, message, { indent, bound, kept }) };
    }
    const text = messageText(file, message, { indent, bound: '', kept });
    const { data } = message;
    if (!('type' in data) || (isRepeatable(data) && !text.data.includes('\n'))) return { lead: '', text };
    const name = this.#name(file, 'data', 'logData', 'messageData');
    return { lead: line(name, text.data), text: { ...text, data: name } };
  }

  #name(file: SourceFile, ...wanted: readonly string[]): string {
    const used = this.#names.get(file) ?? new Set<string>();
    this.#names.set(file, used);
    const last = wanted.at(-1) ?? 'value';
    const name = freeName(file, ...[...wanted, ...Array.from({ length: 20 }, (_, i) => `${last}${(i + 2).toString()}`)].filter(n => !used.has(n)));
    used.add(name);
    return name;
  }

  /** A call that stays reads what was worked out before it. */
  #replaceData({ file, message: { data } }: Site, text: MessageText): void {
    if ('type' in data) this.editors.of(file).replace(data, text.data);
  }

  #insert(file: SourceFile, beside: Beside, text: string, base: string): void {
    const editor = this.editors.of(file);
    const { eol, indent, semicolon } = editor.style;
    if (text === '') return;
    if (beside.kind === 'before') {
      editor.insert(beside.statement.range[0], text);
      return;
    }
    const [node, result, end] = beside.kind === 'body' ? [beside.body, 'return ', semicolon] : [beside.statement, '', ''];
    editor.insert(node.range[0], `{${eol}${base}${indent}${text}${result}`);
    editor.insert(node.range[1], `${end}${eol}${base}}`);
  }

  /** The statement before it logs the same. */
  #isLogged({ file, call, message: { level, data } }: Site): boolean {
    const beside = besideOf(file, call);
    if (beside?.kind !== 'before' || !('type' in level) || !('type' in data)) return false;
    const list = listAround(beside.statement);
    const before = list?.[list.findIndex(s => s === beside.statement) - 1];
    const logged = before?.type === 'ExpressionStatement' && before.expression.type === 'CallExpression' ? before.expression.arguments : [];
    const [first, second] = logged;
    const text = (node: TSESTree.Node): string => file.text.slice(...node.range);
    return first !== undefined && second !== undefined && text(first) === text(level) && text(second) === text(data);
  }
}

/** What of the findings no message is. */
export function isRest({ subject }: Finding): boolean {
  return subject === 'logging:capability' || subject === 'logging:set-level-handler';
}

function positionOf(beside: Beside): TSESTree.Node {
  return beside.kind === 'body' ? beside.body : beside.statement;
}

/** The nearest statement that runs when and only when the call does. */
function besideOf(file: SourceFile, call: TSESTree.CallExpression): Beside | undefined {
  for (let node: TSESTree.Node = call; node.parent; node = node.parent) {
    const { parent }: TSESTree.Node = node;
    if (parent.type === 'ArrowFunctionExpression' && parent.body === node) return file.text[node.range[0] - 1] === '(' ? undefined : { kind: 'body', body: node };
    if (isFunctionNode(parent)) return undefined;
    if (parent.type === 'LogicalExpression' && parent.right === node) return undefined;
    if (parent.type === 'ConditionalExpression' && parent.test !== node) return undefined;
    if (listAround(node)) return { kind: 'before', statement: node };
    if (/^(?:If|For|ForOf|ForIn|While)Statement$/.test(parent.type) && /Statement$/.test(node.type)) return { kind: 'braces', statement: node };
  }
  return undefined;
}

function listAround({ parent }: TSESTree.Node): readonly TSESTree.Node[] | undefined {
  if (parent?.type === 'BlockStatement' || parent?.type === 'Program') return parent.body;
  return parent?.type === 'SwitchCase' ? parent.consequent : undefined;
}

/** Working it out twice changes nothing. */
function isRepeatable(node: TSESTree.Node): boolean {
  let repeatable = true;
  walkTree(node, inner => {
    if (/^(?:Call|New|Await|Yield|Assignment|Update|TaggedTemplate|Import)Expression$/.test(inner.type)) repeatable = false;
    return repeatable;
  });
  return repeatable;
}
