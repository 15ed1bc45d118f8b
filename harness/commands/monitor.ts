import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { inheritedListener } from '../../nf/monitor/activation.js';
import { readChain } from '../../nf/monitor/chain-file.js';
import { commandMonitor } from '../../nf/monitor/client.js';
import { serveMonitor } from '../../nf/monitor/serve.js';
import { writeUnits } from '../../nf/monitor/units.js';
import { callerDir } from '../host/repository.js';
import { interruptSignal } from '../process/interrupt.js';

const runDir = '/run/flash';

interface MonitorOptions {
  readonly socket: string;
  readonly state: string;
}

export function addMonitorCommands(monitor: Command): void {
  const add = (words: string, description: string): Command =>
    monitor
      .command(words)
      .description(description)
      .option('--socket <path>', 'where the monitor listens', `${runDir}/monitor.sock`);
  add('serve', 'serve functions until SIGTERM; the chain goes on after that')
    .option('--state <file>', 'what the next monitor needs to go on', `${runDir}/monitor.json`)
    .action(async ({ socket, state }: MonitorOptions) => {
      for (const path of [socket, state]) mkdirSync(dirname(resolve(callerDir, path)), { recursive: true });
      await serveMonitor(
        {
          socketPath: resolve(callerDir, socket),
          listener: inheritedListener(process.env),
          stateFile: resolve(callerDir, state),
          log: (text) => console.error(text),
        },
        interruptSignal,
      );
    });
  monitor
    .command('units')
    .description('write units of systemd for it, which start it once a function or `apply` asks for it')
    .option('--to <folder>', 'where', '/etc/systemd/system')
    .action(({ to }: { to: string }) => {
      for (const path of writeUnits(resolve(callerDir, to), runDir)) console.log(path);
      console.log('systemctl daemon-reload && systemctl enable --now flash-monitor.socket');
    });
  add('apply <file>', 'make the running chain what the file says').action(
    async (file: string, { socket }: MonitorOptions) => {
      const path = resolve(callerDir, file);
      readChain(path);
      await command(socket, { command: 'apply', file, text: readFileSync(path, 'utf8') });
    },
  );
  add('status', 'say who is which function').action(({ socket }: MonitorOptions) =>
    command(socket, { command: 'status' }),
  );
}

async function command(socket: string, what: unknown): Promise<void> {
  console.log(JSON.stringify(await commandMonitor(resolve(callerDir, socket), what), undefined, 2));
}
