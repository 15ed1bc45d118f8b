import { Option, type Command } from 'commander';
import { FlashError } from '../../errors.js';
import { readMap } from '../../ffi/bpf-link.js';
import { xdpVerdicts, type XdpVerdict } from '../../ffi/bpf-test-run.js';
import { buildXdpObjects, staleObjects } from '../../native/xdp-objects.js';
import { interruptSignal } from '../../process/interrupt.js';
import { attachXdp } from '../../xdp/attach.js';
import { attachModes, type Attachment, type AttachMode } from '../../xdp/attachment.js';
import { catalogue, dispatcherSource, programNamed, type CataloguedProgram } from '../../xdp/catalogue.js';
import { mapPath, pin, requireUnpinned } from '../../xdp/pins.js';
import { applySettings, checkSettings, type Settings } from '../../xdp/settings.js';
import { needsPackages } from '../packages.js';
import { asRoot } from './as-root.js';
import { each, netnsName, numbers, pinName, prefix, service, target } from './options.js';

interface AttachCommand extends Settings {
  readonly device: readonly string[];
  readonly mode: AttachMode;
  readonly pin?: string;
  readonly netns?: string;
  readonly json: boolean;
}

const programs = catalogue.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`).join('\n');

const sockets = `
queue, flow, balance and metadata lead to AF_XDP sockets: programs put theirs into the map of sockets, which is
/sys/fs/bpf/flash/NAME/map-* with --pin NAME. docs/xdp.md has examples in C, Rust and TypeScript.`;

export function addAttach(xdp: Command): void {
  const attaching = xdp.command('attach <program...>');
  // What is compiled already needs none.
  needsPackages(attaching, ({ args }) =>
    staleObjects(objectsOf(args.flatMap(found))).length === 0 ? 'none' : 'usual',
  );
  attaching
    .description('attach programs to devices until this command ends, however it ends')
    .requiredOption('--device <name>', 'may be given several times', each(String))
    .addOption(
      new Option('--mode <mode>', 'auto is native where the driver has it').choices(attachModes).default('auto'),
    )
    .option('--pin <name>', 'pin them by this name, and end: they stay until `detach`', pinName)
    .option('--netns <name>', 'the network namespace of the devices', netnsName)
    .option('--json', 'say what is attached as JSON', false);
  addSettings(attaching)
    .option('--block <prefix>', 'for firewall: addresses to block', each(prefix), [])
    .option('--service <tcp:ADDRESS:PORT=ADDRESS:PORT[,MAC]>', 'for dnat', each(service), [])
    .option('--processors <list>', 'for cpumap: the processors to spread flows over, like 0,1', numbers, [])
    .addHelpText('after', `\nPrograms:\n${programs}\n${sockets}`)
    .action((names: readonly string[], options: AttachCommand) => asRoot(() => attach(names, options)));
}

/** What programs are told when they are attached, and can be told later. */
export function addSettings(command: Command): Command {
  return command
    .option(
      '--to <[FROM:]DEVICE>',
      'for redirect-if and redirect, once; for broadcast, several times; for cpumap, once or for each processor',
      each(target),
      [],
    )
    .addOption(new Option('--verdict <verdict>', 'for verdict').choices(xdpVerdicts))
    .option('--replicas <list>', 'for balance: the replicas that get new flows, like 0,1,2', numbers, []);
}

const found = (name: string): CataloguedProgram[] => catalogue.filter((entry) => entry.name === name);

const objectsOf = (attached: readonly CataloguedProgram[]): string[] => [
  dispatcherSource,
  ...attached.map(({ source }) => source),
];

async function attach(names: readonly string[], options: AttachCommand): Promise<void> {
  const chosen = names.map((name) => {
    if (found(name).length > 0) return programNamed(name);
    throw new FlashError('usage', `there is no XDP program "${name}"`, {
      advice: `these are there: ${catalogue.map((entry) => entry.name).join(', ')}`,
    });
  });
  const { device: devices, netns, mode, json, pin: pinnedAs } = options;
  const place = { devices, netns };
  checkSettings(names, settingsOf(options), place);
  if (pinnedAs !== undefined) requireUnpinned(pinnedAs);
  await buildXdpObjects(objectsOf(chosen));
  const told: { refused: string[]; alone?: string } = { refused: [] };
  using attached = attachXdp({
    devices: devices.map((ifname) => ({ ifname, netns })),
    programs: chosen,
    mode,
    prepare: (maps) => applySettings(names, maps, settingsOf(options), place),
    onRefusal(reason) {
      told.refused.push(reason);
      console.error(`flash: ${reason}`);
    },
    onAlone(reason) {
      told.alone = reason;
      console.error(
        `flash: attached without a dispatcher, so that other commands cannot add programs: the kernel says ${reason}`,
      );
    },
  });
  const dir = pinnedAs === undefined ? undefined : pin(pinnedAs, attached);
  if (json) console.log(JSON.stringify({ ...described(attached, pinnedAs), ...told, pinned: dir }, null, 2));
  else say(attached, pinnedAs);
  if (dir !== undefined) return;
  if (!json) console.log('Ctrl-C takes them off');
  await untilInterrupted();
}

/** Those of the options that programs are told. */
export function settingsOf(options: Partial<Settings>): Settings {
  const { block = [], service: services = [], to = [], processors = [], replicas = [], verdict } = options;
  return { block, service: services, to, processors, replicas, verdict: verdict as XdpVerdict | undefined };
}

interface SocketMap {
  readonly name: string;
  readonly id: number;
  readonly path?: string;
}

function described({ devices, programs: attached }: Attachment, pinnedAs: string | undefined) {
  return {
    devices: devices.map(({ ifname, mode }) => ({ ifname, mode })),
    programs: attached.map(({ name, mapFd }) => {
      const map = programNamed(name).sockets;
      if (map === undefined) return { name };
      const path = pinnedAs === undefined ? {} : { path: mapPath(pinnedAs, map) };
      return { name, sockets: { name: map, id: readMap(mapFd(map)).id, ...path } satisfies SocketMap };
    }),
  };
}

function say(attachment: Attachment, pinnedAs: string | undefined): void {
  const { devices, programs: attached } = described(attachment, pinnedAs);
  const names = attached.map(({ name }) => name).join(', ');
  for (const { ifname, mode } of devices) console.log(`${ifname}: ${names} in ${mode} mode`);
  for (const { name, sockets: map } of attached) {
    if (map === undefined) continue;
    const where = map.path ?? `the map with the id ${map.id}; with --pin NAME it has a path`;
    console.log(`${name}: AF_XDP sockets go into ${where}`);
  }
  if (pinnedAs !== undefined) console.log(`pinned as ${pinnedAs}: npm run xdp -- detach ${pinnedAs} takes them off`);
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    // A signal alone keeps no process alive.
    const alive = setInterval(() => undefined, 2 ** 30);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    if (interruptSignal.aborted) end();
    else interruptSignal.addEventListener('abort', end, { once: true });
  });
}
