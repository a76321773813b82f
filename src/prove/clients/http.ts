import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { JsonObject } from '../../finding.js';
import { isList, isObject, parseJson } from '../json.js';
import { EventReader, isAnswerTo, isServerRequest, outcomeOf, type Exchange, type Outcome } from '../wire.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Sending {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

/** Each request has a connection of its own, so that none is tied to a replica that is gone. */
function open(url: URL, { method, headers, body }: Sending): ClientRequest {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return send(url, { method, headers: { ...headers, ...length }, agent: false });
}

/** One request and its whole answer. Event streams are cut after `timeoutMs`, with what came until then. */
export async function fetchText(url: URL, sending: Sending): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = open(url, sending);
    let text = '';
    let answer: IncomingMessage | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      if (answer) resolve({ status: answer.statusCode ?? 0, headers: headersOf(answer), text });
      else reject(new Error(`no answer within ${sending.timeoutMs / 1000} s`));
      request.destroy();
    };
    const timer = setTimeout(finish, sending.timeoutMs);
    request.on('response', response => {
      answer = response;
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', finish).on('error', finish);
    });
    request.on('error', error => {
      clearTimeout(timer);
      reject(error);
    });
    request.end(sending.body);
  });
}

export interface Posting {
  readonly headers: Readonly<Record<string, string>>;
  readonly message: JsonObject;
  readonly timeoutMs: number;
  /** Ends the connection without waiting for the answer. */
  readonly signal?: AbortSignal | undefined;
  /** Answers what the server asks in the middle of a request. */
  readonly onServerRequest?: ((message: JsonObject) => void) | undefined;
}

/** Posts one JSON-RPC message and reads until its answer has come, as JSON or in an event stream. */
export async function post(url: URL, { headers, message, timeoutMs, signal, onServerRequest }: Posting): Promise<Exchange> {
  const notifications: JsonObject[] = [];
  const requests: JsonObject[] = [];
  const id = message['id'];
  return new Promise(resolve => {
    const body = JSON.stringify(message);
    const request = open(url, { method: 'POST', timeoutMs, headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers }, body });
    let head: { status: number; headers: Readonly<Record<string, string>> } | undefined;
    let over = false;
    const finish = (outcome: Outcome): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve({ outcome, notifications, requests, ...head });
      request.destroy();
    };
    const abort = (): void => finish({ kind: 'silent', why: 'the call was cancelled' });
    const timer = setTimeout(() => finish({ kind: 'silent', why: `nothing came within ${timeoutMs / 1000} s` }), timeoutMs);
    signal?.addEventListener('abort', abort);

    const take = (received: JsonObject): boolean => {
      if ((typeof id === 'number' || typeof id === 'string') && isAnswerTo(received, id)) {
        finish(outcomeOf(received));
        return true;
      }
      if (isServerRequest(received)) {
        requests.push(received);
        onServerRequest?.(received);
      } else if (typeof received['method'] === 'string') notifications.push(received);
      return false;
    };

    request.on('response', response => {
      head = { status: response.statusCode ?? 0, headers: headersOf(response) };
      const { status } = head;
      const events = (head.headers['content-type'] ?? '').includes('text/event-stream') ? new EventReader() : undefined;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        if (!events) {
          text += chunk;
          return;
        }
        for (const event of events.push(chunk)) {
          const received = parseJson(event);
          for (const one of isList(received) ? received : [received]) if (isObject(one) && take(one)) return;
        }
      });
      response.on('error', () => finish({ kind: 'silent', why: 'the connection broke' }));
      response.on('end', () => {
        if (events) finish({ kind: 'silent', why: 'the stream ended without an answer' });
        else finish(bodyOutcome(parseJson(text), text, status, id === undefined));
      });
    });
    request.on('error', error => finish({ kind: 'silent', why: error.message || error.name }));
    request.end(body);
  });
}

/** Errors that a server answers before it has read the id carry null as theirs. */
function bodyOutcome(received: unknown, text: string, status: number, isNotification: boolean): Outcome {
  if (isNotification && status < 300) return { kind: 'result', result: {} };
  const message = isList(received) ? received[0] : received;
  if (isObject(message) && (isObject(message['result']) || isObject(message['error']))) return outcomeOf(message);
  return { kind: 'refused', status, text };
}

/** Opens a stream and hands over what comes, until it is closed. */
export function listen(url: URL, headers: Readonly<Record<string, string>>, take: (message: JsonObject) => void): () => void {
  const request = open(url, { method: 'GET', headers: { accept: 'text/event-stream', ...headers }, timeoutMs: 0 });
  request.on('response', response => {
    if (response.statusCode !== 200) {
      response.resume();
      return;
    }
    const events = new EventReader();
    response.on('error', () => undefined);
    response.setEncoding('utf8').on('data', (chunk: string) => {
      for (const event of events.push(chunk)) {
        const message = parseJson(event);
        if (isObject(message)) take(message);
      }
    });
  });
  // Older servers answer 405 or nothing at all: then there is no such stream.
  request.on('error', () => undefined);
  request.end();
  return () => void request.destroy();
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  return plain;
}
