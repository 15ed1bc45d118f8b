import { createServer } from 'node:http';
import { FlashError } from '../../errors.js';

const contentType = 'text/plain; version=0.0.4; charset=utf-8';

export interface MetricsServer extends AsyncDisposable {
  readonly url: string;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Answers /metrics, each time with what `read` says then. */
export async function serveMetrics({ host, port }: Address, read: () => Promise<string>): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': contentType }).end('what is here is /metrics\n');
      return;
    }
    read().then(
      (text) => response.writeHead(200, { 'content-type': contentType }).end(text),
      (error: unknown) => response.writeHead(500, { 'content-type': contentType }).end(`${String(error)}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new FlashError('infrastructure', `listening on ${host}:${port}: ${error.code}`, {
          advice: 'choose another address with --listen',
          cause: error,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
