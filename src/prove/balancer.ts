import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Route } from './clients/client.js';

export interface Balancer {
  readonly url: URL;
  close(): Promise<void>;
}

/** What passed through: for recordings. */
export interface Passed {
  readonly method: string;
  readonly requestBody: string;
  readonly responseBody: string;
  readonly contentType: string;
}

/** A proxy on loopback that asks anew for each request where it goes. It has no affinity of any kind. */
export async function startBalancer(route: Route, { path, port = 0, onPassed }: { readonly path: string; readonly port?: number; readonly onPassed?: (passed: Passed) => void }): Promise<Balancer> {
  const server = createServer((incoming, outgoing) => void forward(incoming, outgoing, route, onPassed));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const chosen = typeof address === 'object' && address ? address.port : port;
  return {
    url: new URL(path, `http://127.0.0.1:${chosen}`),
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, route: Route, onPassed: ((passed: Passed) => void) | undefined): Promise<void> {
  const fail = (): void => {
    if (!outgoing.headersSent) outgoing.writeHead(502);
    outgoing.end();
  };
  let target: URL;
  try {
    target = await route();
  } catch {
    fail();
    return;
  }
  const asked: Buffer[] = [];
  const answered: Buffer[] = [];
  const up = httpRequest(
    // The replica sees its own address as the host, as behind most balancers.
    { host: target.hostname.replace(/^\[|\]$/g, ''), port: target.port, method: incoming.method, path: incoming.url, headers: { ...incoming.headers, host: target.host }, agent: false },
    response => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      if (onPassed) {
        response.on('data', (chunk: Buffer) => answered.push(chunk));
        response.on('end', () =>
          onPassed({
            method: incoming.method ?? '',
            requestBody: Buffer.concat(asked).toString('utf8'),
            responseBody: Buffer.concat(answered).toString('utf8'),
            contentType: response.headers['content-type'] ?? '',
          }),
        );
      }
      response.on('error', fail);
      response.pipe(outgoing);
    },
  );
  if (onPassed) incoming.on('data', (chunk: Buffer) => asked.push(chunk));
  up.on('error', fail);
  incoming.pipe(up);
  // A client that goes away cancels its call.
  outgoing.on('close', () => up.destroy());
}
