import { InvalidArgumentError, Option, type Command } from 'commander';
import { FlashError } from '../errors.js';
import { attachXdp } from '../xdp/attach.js';
import { attachModes, type Attachment, type AttachMode } from '../xdp/attachment.js';
import { catalogue, programNamed } from '../xdp/catalogue.js';
import { openDnat, serviceSchema, type Service } from '../xdp/dnat.js';
import { openFirewall, prefixSchema } from '../xdp/firewall.js';
import { listXdp } from '../xdp/list.js';
import { listPins, pin, pinNamePattern, unpin, withPinnedMaps } from '../xdp/pins.js';
import { inNetns } from '../ffi/netns.js';
import { formatTable } from '../host/table.js';
import { buildNative } from '../native/build-native.js';
import { needsPackages } from './packages.js';
import { interruptSignal } from '../process/interrupt.js';

interface AttachCommand {
  readonly device: readonly string[];
  readonly mode: AttachMode;
  readonly pin?: string;
  readonly netns?: string;
  readonly block: readonly string[];
  readonly service: readonly Service[];
}

export function addXdpCommands(xdp: Command): void {
  addAttach(xdp);
  // The others compile nothing, and libbpf is there if anything was attached.
  const command = (usage: string): Command => needsPackages(xdp.command(usage), 'none');
  command('detach <name>')
    .description('take off what was pinned by that name')
    .action((name: string) => unpin(pinName(name)));
  command('list')
    .description('show the XDP programs on the devices of this network namespace')
    .option('--netns <name>', 'of another network namespace')
    .option('--json', 'as JSON', false)
    .action(show);
  for (const verb of ['block', 'unblock'] as const) {
    command(`${verb} <name> <prefix...>`)
      .description(`have a pinned firewall ${verb} addresses`)
      .action((name: string, prefixes: readonly string[]) =>
        withPinnedMaps(pinName(name), (mapFd) => {
          const firewall = openFirewall(mapFd);
          for (const prefix of prefixes.map(prefixOption)) firewall[verb](prefix);
        }),
      );
  }
  command('counters <name>')
    .description('show what a pinned firewall or DNAT has counted, as JSON')
    .action((name: string) => console.log(JSON.stringify(countersOf(pinName(name)), null, 2)));
}

function addAttach(xdp: Command): void {
  const names = catalogue.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`).join('\n');
  const each =
    <T>(parse: (text: string) => T) =>
    (text: string, all: readonly T[] = []) => [...all, parse(text)];
  xdp
    .command('attach <program...>')
    .description('attach programs to devices until this command ends, however it ends')
    .requiredOption('--device <name>', 'may be given several times', each(String))
    .addOption(
      new Option('--mode <mode>', 'auto is native where the driver has it').choices(attachModes).default('auto'),
    )
    .option('--pin <name>', 'pin them by this name, and end: they stay until `detach`', pinName)
    .option('--netns <name>', 'the network namespace of the devices')
    .option('--block <prefix>', 'for the firewall: addresses to block', each(prefixOption), [])
    .option('--service <tcp:ADDRESS:PORT=ADDRESS:PORT[,MAC]>', 'for dnat', each(serviceOption), [])
    .addHelpText('after', `\nPrograms:\n${names}`)
    .action(async (programs: readonly string[], options: AttachCommand) => {
      await buildNative();
      await attach(programs, options);
    });
}

async function attach(names: readonly string[], options: AttachCommand): Promise<void> {
  const programs = names.map((name) => {
    if (catalogue.some((entry) => entry.name === name)) return programNamed(name);
    throw new FlashError('usage', `there is no XDP program "${name}"`, {
      advice: `these are there: ${catalogue.map((entry) => entry.name).join(', ')}`,
    });
  });
  using attached = attachXdp({
    devices: options.device.map((ifname) => ({ ifname, netns: options.netns })),
    programs,
    mode: options.mode,
    prepare: ({ mapFd }) => tell(mapFd, options),
    onRefusal: (reason) => console.error(`flash: ${reason}`),
    onAlone: (reason) =>
      console.error(
        `flash: attached without a dispatcher, so that other commands cannot add programs: the kernel says ${reason}`,
      ),
  });
  say(attached, names);
  if (options.pin !== undefined) {
    console.log(`pinned in ${pin(options.pin, attached)}`);
    return;
  }
  console.log('Ctrl-C takes them off');
  await untilInterrupted();
}

/** Before there is a packet: what is blocked never gets past. */
function tell(mapFd: (map: string) => number, { block, service: services }: AttachCommand): void {
  if (block.length > 0) {
    const firewall = openFirewall(mapFd);
    for (const prefix of block) firewall.block(prefix);
  }
  if (services.length > 0) {
    const dnat = openDnat(mapFd);
    for (const service of services) dnat.add(service);
  }
}

function say({ devices }: Attachment, names: readonly string[]): void {
  for (const { ifname, mode } of devices) console.log(`${ifname}: ${names.join(', ')} in ${mode} mode`);
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

function show({ netns, json }: { readonly netns?: string; readonly json: boolean }): void {
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

function countersOf(name: string): unknown {
  return withPinnedMaps(name, (mapFd) => {
    try {
      const firewall = openFirewall(mapFd);
      return { firewall: { ...firewall.counters(), blockedPrefixes: firewall.blocked(), sources: firewall.sources() } };
    } catch (error) {
      if (!(error instanceof FlashError) || error.kind !== 'usage') throw error;
      return { dnat: openDnat(mapFd).counters() };
    }
  });
}

function pinName(text: string): string {
  if (pinNamePattern.test(text)) return text;
  throw new InvalidArgumentError('names have letters, digits, - and _');
}

function prefixOption(text: string): string {
  const { success, error } = prefixSchema.safeParse(text);
  if (!success) throw new InvalidArgumentError(error.issues[0]?.message ?? 'no prefix');
  return text;
}

function serviceOption(text: string): Service {
  const end = String.raw`(?:\[([^\]]+)\]|([\d.]+)):(\d+)`;
  const match = new RegExp(`^(tcp|udp):${end}=${end}(?:,([0-9a-fA-F:]+))?$`).exec(text);
  if (match === null) throw new InvalidArgumentError('is like tcp:192.0.2.80:80=10.0.0.2:8080, with IPv6 in [ ]');
  const [, protocol, v6, v4, port, to6, to4, toPort, mac] = match;
  const { success, error, data } = serviceSchema.safeParse({
    protocol,
    service: { address: v6 ?? v4, port: Number(port) },
    backend: { address: to6 ?? to4, port: Number(toPort), ...(mac !== undefined && { mac }) },
  });
  if (!success) throw new InvalidArgumentError(error.issues[0]?.message ?? 'no service');
  return data;
}
