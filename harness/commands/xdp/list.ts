import type { Command } from 'commander';
import { inNetns } from '../../ffi/netns.js';
import { formatTable } from '../../host/table.js';
import { listXdp } from '../../xdp/list.js';
import { listPins } from '../../xdp/pins.js';
import { needsPackages } from '../packages.js';
import { asRoot } from './as-root.js';
import { netnsName } from './options.js';

export function addList(xdp: Command): void {
  needsPackages(xdp.command('list'), 'none')
    .description('show the XDP programs on the devices of this network namespace')
    .option('--netns <name>', 'of another network namespace', netnsName)
    .option('--json', 'as JSON', false)
    .action((options: ListCommand) => asRoot(() => show(options)));
}

interface ListCommand {
  readonly netns?: string;
  readonly json: boolean;
}

function show({ netns, json }: ListCommand): void {
  const devices = netns === undefined ? listXdp() : inNetns(netns, listXdp);
  if (json) {
    console.log(JSON.stringify({ devices, pins: listPins() }, null, 2));
    return;
  }
  if (devices.length === 0) console.log('no device has an XDP program');
  const rows = devices.flatMap(({ ifname, mode, programs }) =>
    programs.map(({ name, id, pinnedAs }) => [ifname, mode, name, String(id), pinnedAs.join(' ')]),
  );
  if (rows.length > 0) console.log(formatTable(['device', 'mode', 'program', 'id', 'pinned as'], rows));
}
