import { spawn, type ChildProcess } from 'node:child_process';
import { pathToFileURL } from 'node:url';

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export interface Diagnostic {
  readonly range: { readonly start: { readonly line: number; readonly character: number }; readonly end: { readonly line: number; readonly character: number } };
  readonly message: string;
  readonly code?: string;
  readonly codeDescription?: { readonly href: string };
}

export interface TextEdit {
  readonly range: Diagnostic['range'];
  readonly newText: string;
}

export interface CodeAction {
  readonly title: string;
  readonly kind?: string;
  readonly command?: { readonly command: string; readonly arguments?: readonly unknown[] };
}

/** An editor, as far as a language server can tell: speaks the protocol over stdio and answers what the server asks. */
export class Editor {
  readonly #server: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #applied: { readonly edits: readonly TextEdit[] }[] = [];
  #buffer = Buffer.alloc(0);
  #next = 1;

  constructor(
    module: string,
    private readonly folder: string,
    private readonly settings: unknown,
  ) {
    this.#server = spawn(process.execPath, [module, '--stdio'], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#server.stdout?.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      for (let message = this.#take(); message; message = this.#take()) this.#receive(message);
    });
  }

  async open(): Promise<void> {
    const rootUri = pathToFileURL(this.folder).href;
    await this.request('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: 'editor' }],
      capabilities: { workspace: { configuration: true, applyEdit: true, workspaceEdit: { documentChanges: true } }, textDocument: { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } }, diagnostic: {} } },
    });
    this.#send({ method: 'initialized', params: {} });
  }

  /** Opens or changes a document, and asks what the server says about it. */
  async show(uri: string, text: string, version: number): Promise<readonly Diagnostic[]> {
    if (version === 1) this.#send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'typescript', version, text } } });
    else this.#send({ method: 'textDocument/didChange', params: { textDocument: { uri, version }, contentChanges: [{ text }] } });
    const { items } = (await this.request('textDocument/diagnostic', { textDocument: { uri } })) as { items: readonly Diagnostic[] };
    return items;
  }

  async actions(uri: string, diagnostic: Diagnostic): Promise<readonly CodeAction[]> {
    return (await this.request('textDocument/codeAction', { textDocument: { uri }, range: diagnostic.range, context: { diagnostics: [diagnostic] } })) as readonly CodeAction[];
  }

  /** Runs the command behind an action; returns the edits that the server asks the editor to make. */
  async run({ command }: CodeAction): Promise<readonly TextEdit[]> {
    await this.request('workspace/executeCommand', command);
    return this.#applied.splice(0).flatMap(a => a.edits);
  }

  async request(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++;
    const answer = new Promise<Message>(resolve => this.#waiting.set(id, resolve));
    this.#send({ id, method, params });
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  close(): void {
    this.#server.kill();
  }

  #receive(message: Message): void {
    const { id, method } = message;
    if (method === undefined) {
      if (typeof id === 'number') this.#waiting.get(id)?.(message);
      return;
    }
    if (id !== undefined) this.#send({ id, result: this.#answer(method, message.params) });
  }

  #answer(method: string, params: unknown): unknown {
    if (method === 'workspace/configuration') return (params as { items: readonly unknown[] }).items.map(() => this.settings);
    if (method === 'workspace/applyEdit') {
      const { edit } = params as { edit: { documentChanges?: readonly { edits: readonly TextEdit[] }[] } };
      this.#applied.push(...(edit.documentChanges ?? []));
      return { applied: true };
    }
    return null;
  }

  #send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#server.stdin?.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#server.stdin?.write(body);
  }

  #take(): Message | undefined {
    const head = this.#buffer.indexOf('\r\n\r\n');
    if (head === -1) return undefined;
    const length = Number(/Content-Length: (\d+)/.exec(this.#buffer.subarray(0, head).toString())?.[1] ?? 0);
    if (this.#buffer.length < head + 4 + length) return undefined;
    const body = this.#buffer.subarray(head + 4, head + 4 + length).toString('utf8');
    this.#buffer = this.#buffer.subarray(head + 4 + length);
    return JSON.parse(body) as Message;
  }
}

/** The text after the edits of an editor, which count lines and characters. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: { line: number; character: number }): number => lines.slice(0, line).reduce((sum, l) => sum + l.length + 1, 0) + character;
  return [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start)).reduce((result, { range, newText }) => result.slice(0, offset(range.start)) + newText + result.slice(offset(range.end)), text);
}
