import { attachXdp } from '../../xdp/attach.js';
import { programNamed } from '../../xdp/catalogue.js';
import { openFirewall } from '../../xdp/firewall.js';
import { runIn } from '../../host/netns.js';

/** Drops what comes from some addresses to a device, until it is disposed of. */
export interface Dropper extends AsyncDisposable {
  /** Packets it has dropped. */
  readonly dropped: () => Promise<number>;
}

export interface DropCase {
  readonly what: string;
  readonly start: (at: DropAt, addresses: readonly string[]) => Promise<Dropper>;
}

export interface DropAt {
  readonly netns: string;
  readonly ifname: string;
}

export const dropCases: readonly DropCase[] = [
  { what: 'XDP, native', start: (at, addresses) => startXdp(at, addresses, 'native') },
  { what: 'XDP, generic', start: (at, addresses) => startXdp(at, addresses, 'generic') },
  { what: 'tc, flower at ingress', start: startFlower },
  { what: 'nftables, at ingress', start: (at, addresses) => startNft(at, addresses, 'netdev', 'ingress') },
  { what: 'nftables, before routing', start: (at, addresses) => startNft(at, addresses, 'ip', 'prerouting') },
  { what: 'nftables, input', start: (at, addresses) => startNft(at, addresses, 'ip', 'input') },
];

async function startXdp(
  { netns, ifname }: DropAt,
  addresses: readonly string[],
  mode: 'native' | 'generic',
): Promise<Dropper> {
  const attachment = attachXdp({ devices: [{ netns, ifname }], programs: [programNamed('firewall')], mode });
  const firewall = openFirewall(attachment.mapFd);
  for (const address of addresses) firewall.block(address);
  return {
    dropped: () => Promise.resolve(firewall.counters().blocked),
    [Symbol.asyncDispose]: () => Promise.resolve(attachment[Symbol.dispose]()),
  };
}

/** A filter an address, which flower finds by a hash. */
async function startFlower({ netns, ifname }: DropAt, addresses: readonly string[]): Promise<Dropper> {
  const tc = (...args: readonly string[]): Promise<string> => runIn(netns, 'tc', args);
  await tc('qdisc', 'add', 'dev', ifname, 'clsact');
  const filters = addresses.map(
    (address) => `filter add dev ${ifname} ingress prio 1 protocol ip flower src_ip ${address} action drop\n`,
  );
  await runIn(netns, 'tc', ['-batch', '-'], { input: filters.join('') });
  return {
    async dropped() {
      const listed = await tc('-s', 'filter', 'show', 'dev', ifname, 'ingress');
      return [...listed.matchAll(/\(dropped (\d+),/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    [Symbol.asyncDispose]: async () => void (await tc('qdisc', 'del', 'dev', ifname, 'clsact')),
  };
}

/** A set of the addresses, and a rule that looks there and counts. */
async function startNft(
  { netns, ifname }: DropAt,
  addresses: readonly string[],
  family: 'netdev' | 'ip',
  hook: string,
): Promise<Dropper> {
  const device = family === 'netdev' ? ` device "${ifname}"` : '';
  const table = `${family} drops`;
  await runIn(netns, 'nft', ['-f', '-'], {
    input: `table ${table} {
  set blocked { type ipv4_addr; elements = { ${addresses.join(', ')} } }
  chain arriving { type filter hook ${hook}${device} priority -300; ip saddr @blocked counter drop; }
}
`,
  });
  return {
    async dropped() {
      const [, packets] =
        /counter packets (\d+)/.exec(await runIn(netns, 'nft', ['list', 'table', ...table.split(' ')])) ?? [];
      return Number(packets);
    },
    [Symbol.asyncDispose]: async () => void (await runIn(netns, 'nft', ['delete', 'table', ...table.split(' ')])),
  };
}
