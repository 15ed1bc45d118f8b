import * as z from 'zod';
import { addressBytes, textOfMapped, versionOf } from '../host/ip-address.js';
import { openMap, openPerCpuMap, u32Key } from '../ffi/bpf-map.js';

const protocolNumbers = { tcp: 6, udp: 17 } as const;

const endpointSchema = z.object({
  address: z.string().refine((address) => versionOf(address) !== undefined, 'is no IP address'),
  port: z.int().min(1).max(65535),
});

/** What clients reach, and where it really is. */
export const serviceSchema = z
  .object({
    protocol: z.enum(['tcp', 'udp']),
    service: endpointSchema,
    backend: endpointSchema.extend({
      /** Of the next hop, where nothing behind the program would set it: behind a chain. */
      mac: z
        .string()
        .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, 'is no MAC address')
        .optional(),
    }),
  })
  .refine(
    ({ service, backend }) => versionOf(service.address) === versionOf(backend.address),
    'a service and its backend have addresses of the same version of IP',
  );

export type Service = z.input<typeof serviceSchema>;
/** What names a service. */
export type ServiceKey = Pick<Service, 'protocol' | 'service'>;

export const dnatCounters = ['requests', 'replies', 'fragments', 'unmatched', 'errors', 'untracked'] as const;
export type DnatCounters = Readonly<Record<(typeof dnatCounters)[number], number>>;

/** The maps of bpf/xdp_dnat.bpf.c. */
export interface Dnat {
  readonly add: (service: Service) => void;
  /** Whether it was there. Replies to what was sent by then are still translated. */
  readonly remove: (service: ServiceKey) => boolean;
  readonly services: () => readonly Service[];
  readonly counters: () => DnatCounters;
}

export function openDnat(mapFd: (map: string) => number): Dnat {
  const services = openMap({ fd: mapFd('dnat_services'), keyBytes: 20, valueBytes: 24 });
  const counters = openPerCpuMap({ fd: mapFd('dnat_counters'), keyBytes: 4, valueBytes: 8 });
  return {
    add(service) {
      const parsed = serviceSchema.parse(service);
      services.set(keyOf(parsed), backendValue(parsed.backend));
    },
    remove: (service) => services.delete(keyOf(service)),
    services: () => services.entries().map(([key, value]) => serviceOf(key, value)),
    counters: () =>
      Object.fromEntries(
        dnatCounters.map((name, at) => [name, Number(counters.sum(u32Key(at))?.[0] ?? 0)]),
      ) as DnatCounters,
  };
}

function keyOf({ protocol, service }: ServiceKey): Buffer {
  return Buffer.concat([place(service), Buffer.from([protocolNumbers[protocol], 0])]);
}

function backendValue({ mac = '', ...endpoint }: Service['backend']): Buffer {
  const address = Buffer.alloc(6);
  address.set(Buffer.from(mac.replaceAll(':', ''), 'hex'));
  return Buffer.concat([place(endpoint), address]);
}

/** `struct address` and a port: IPv4 is mapped into IPv6. */
function place({ address, port }: { readonly address: string; readonly port: number }): Buffer {
  const bytes = Buffer.alloc(18);
  const version = versionOf(address) ?? 6;
  if (version === 4) bytes.fill(0xff, 10, 12);
  addressBytes(version, address).copy(bytes, version === 4 ? 12 : 0);
  bytes.writeUInt16BE(port, 16);
  return bytes;
}

function serviceOf(key: Buffer, value: Buffer): Service {
  const mac = value.subarray(18);
  return {
    protocol: key[18] === protocolNumbers.tcp ? 'tcp' : 'udp',
    service: endpointOf(key),
    backend: {
      ...endpointOf(value),
      ...(mac.some((byte) => byte !== 0) && { mac: mac.toString('hex').replace(/..(?=.)/g, '$&:') }),
    },
  };
}

const endpointOf = (bytes: Buffer): { address: string; port: number } => ({
  address: textOfMapped(bytes.subarray(0, 16)),
  port: bytes.readUInt16BE(16),
});

const endpointText = ({ address, port }: Service['service']): string =>
  `${versionOf(address) === 6 ? `[${address}]` : address}:${port}`;

export const serviceKeyText = ({ protocol, service }: ServiceKey): string => `${protocol}:${endpointText(service)}`;

/** As `--service` has it: protocol:ADDRESS:PORT=ADDRESS:PORT[,MAC]. */
export const serviceText = ({ backend: { mac, ...backend }, ...key }: Service): string =>
  `${serviceKeyText(key)}=${endpointText(backend)}${mac === undefined ? '' : `,${mac}`}`;
