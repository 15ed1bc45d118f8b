import { InvalidArgumentError, type Command } from 'commander';
import { serveMetrics, type Address } from '../../chains/export/serve-metrics.js';
import { createObserver } from '../../chains/observer.js';
import { wait } from './verb.js';

interface Options {
  readonly listen: Address;
  readonly once: boolean;
}

const forEverSeconds = 86_400;

export function addExport(flash: Command): void {
  flash
    .command('export')
    .description('serve the figures to Prometheus')
    .option('--listen <address>', 'HOST:PORT', address, { host: '127.0.0.1', port: 9752 })
    .option('--once', 'print them instead', false)
    .action(async ({ listen, once }: Options) => {
      // The library for it is for no other verb.
      const { formatMetrics } = await import('../../chains/export/metrics.js');
      using observer = createObserver();
      const read = async (): Promise<string> => formatMetrics(await observer.look());
      if (once) {
        process.stdout.write(await read());
        return;
      }
      await using server = await serveMetrics(listen, read);
      console.log(`flash: serving ${server.url}`);
      while (await wait(forEverSeconds));
    });
}

function address(text: string): Address {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host !== undefined && Number(port) <= 65_535)
    return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  throw new InvalidArgumentError('Give HOST:PORT.');
}
