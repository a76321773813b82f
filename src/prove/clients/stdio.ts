import type { JsonObject } from '../../finding.js';
import { isObject, parseJson, shortened } from '../json.js';
import { lastWords, type ServerProcess } from '../processes.js';
import { isAnswerTo, isServerRequest, outcomeOf, type Exchange, type Outcome } from '../wire.js';
import type { RequestOptions } from './client.js';

interface Waiting {
  readonly id: number;
  readonly notifications: JsonObject[];
  readonly requests: JsonObject[];
  readonly answer: RequestOptions['answer'];
  readonly finish: (outcome: Outcome) => void;
}

/** JSON-RPC over the pipes of one process: one message per line. */
export class StdioLink {
  #id = 0;
  #rest = '';
  readonly #waiting = new Map<number, Waiting>();
  /** Every message that came, in order. */
  readonly received: JsonObject[] = [];
  /** What came on stdout and is no message. */
  readonly noise: string[] = [];

  constructor(
    readonly process: ServerProcess,
    private readonly timeoutMs: number,
    private readonly startTimeoutMs: number,
  ) {
    process.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
    void process.ended.then(() => {
      for (const waiting of this.#waiting.values()) waiting.finish({ kind: 'silent', why: `the server ${process.end()}.${lastWords(process)}` });
    });
  }

  async request(method: string, params: JsonObject, { timeoutMs = this.timeoutMs, signal, answer }: RequestOptions = {}): Promise<Exchange> {
    const id = ++this.#id;
    // The first answer waits for the start of the program too.
    const patience = id === 1 ? Math.max(timeoutMs, this.startTimeoutMs) : timeoutMs;
    return new Promise(resolve => {
      const notifications: JsonObject[] = [];
      const requests: JsonObject[] = [];
      const finish = (outcome: Outcome): void => {
        if (!this.#waiting.delete(id)) return;
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        resolve({ outcome, notifications, requests });
      };
      const cancel = (): void => {
        this.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason: 'cancelled by the client' } });
        finish({ kind: 'silent', why: 'the call was cancelled' });
      };
      const timer = setTimeout(() => finish({ kind: 'silent', why: `nothing came within ${patience / 1000} s` }), patience);
      signal?.addEventListener('abort', cancel);
      this.#waiting.set(id, { id, notifications, requests, answer, finish });
      if (this.process.running) this.send({ jsonrpc: '2.0', id, method, params });
      else finish({ kind: 'silent', why: `the server ${this.process.end()}.${lastWords(this.process)}` });
    });
  }

  send(message: JsonObject): void {
    this.process.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const message = parseJson(line);
      if (isObject(message) && message['jsonrpc'] === '2.0') this.#take(message);
      else this.noise.push(shortened(line));
    }
  }

  #take(message: JsonObject): void {
    this.received.push(message);
    for (const waiting of this.#waiting.values()) {
      if (isAnswerTo(message, waiting.id)) {
        waiting.finish(outcomeOf(message));
        return;
      }
    }
    // A pipe does not say which call a message belongs to. Calls run one at a time here.
    const current = [...this.#waiting.values()].at(-1);
    if (isServerRequest(message)) {
      current?.requests.push(message);
      const result = current?.answer?.(message);
      const { id = null } = message;
      this.send(result ? { jsonrpc: '2.0', id, result } : { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
    } else if (typeof message['method'] === 'string') current?.notifications.push(message);
  }
}
