import * as z from 'zod';
import { run } from '../process/run.js';

export const addressSchema = z.object({
  family: z.enum(['inet', 'inet6']),
  local: z.string(),
  prefixlen: z.number(),
  scope: z.string(),
  address: z.string().optional(),
  broadcast: z.string().optional(),
});

const linkSchema = z.object({
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.number(),
  address: z.string().optional(),
  xdp: z.unknown().optional(),
  addr_info: z.array(z.unknown()).default([]),
});

const routesSchema = z.array(z.object({ dev: z.string().optional() }));

export type IpAddress = z.infer<typeof addressSchema>;

/** An interface, with what can be configured again. */
export interface Link {
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
  readonly mac: string;
  readonly hasXdpProgram: boolean;
  readonly addresses: readonly IpAddress[];
}

/** The interfaces and routes of this network namespace. */
export interface Network {
  readonly links: () => Promise<readonly Link[]>;
  /** The interfaces that default routes go through. */
  readonly defaultRoutes: () => Promise<readonly string[]>;
  /** The interface that packets to an address leave through; undefined if there is no route. */
  readonly routeTo: (address: string) => Promise<string | undefined>;
  /** Runs one command of `ip`. */
  readonly change: (command: readonly string[]) => Promise<void>;
  /** Waits until nobody renames interfaces any more. */
  readonly settle: () => Promise<void>;
}

/** Devices are given back after an interruption, too. */
const always = { evenIfInterrupted: true } as const;

export const hereNetwork: Network = {
  links: async () => parseLinks(await run('ip', ['-json', '-details', 'address', 'show'], always)),
  async defaultRoutes() {
    const lists = await Promise.all(['-4', '-6'].map((family) => routes([family, 'route', 'show', 'default'])));
    return lists.flat();
  },
  async routeTo(address) {
    const [, zone] = address.split('%');
    if (zone !== undefined) return zone;
    // Without a route, ip fails.
    return (await routes(['route', 'get', address]).catch(() => []))[0];
  },
  change: async (command) => void (await run('ip', command, always)),
  settle: async () =>
    void (await run('sh', ['-c', 'if command -v udevadm; then udevadm settle -t 20; fi; true'], always)),
};

async function routes(command: readonly string[]): Promise<string[]> {
  const text = (await run('ip', ['-json', ...command], always)).trim();
  return routesSchema.parse(JSON.parse(text === '' ? '[]' : text)).flatMap(({ dev }) => dev ?? []);
}

export function parseLinks(json: string): readonly Link[] {
  return z
    .array(linkSchema)
    .parse(JSON.parse(json))
    .map(({ ifname, flags, mtu, address = '', xdp, addr_info }) => ({
      name: ifname,
      up: flags.includes('UP'),
      mtu,
      mac: address,
      hasXdpProgram: xdp !== undefined,
      addresses: addr_info.flatMap((each) => addressSchema.safeParse(each).data ?? []),
    }));
}

/** Such addresses are made by the kernel whenever an interface goes up. */
export function isLinkLocal({ family, scope }: IpAddress): boolean {
  return family === 'inet6' && scope === 'link';
}
