import { existsSync, readdirSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { FlashError } from '../../errors.js';
import { serviceSchema, type Service, type ServiceKey } from '../../xdp/dnat.js';
import { prefixSchema } from '../../xdp/firewall.js';
import { pinNamePattern } from '../../xdp/pins.js';
import type { Target } from '../../xdp/settings.js';

/** An option that may be given several times. */
export const each =
  <T>(parse: (text: string) => T) =>
  (text: string, all: readonly T[] = []): readonly T[] => [...all, parse(text)];

export function pinName(text: string): string {
  if (pinNamePattern.test(text)) return text;
  throw new InvalidArgumentError('names have letters, digits, - and _');
}

const netnsDir = '/run/netns';

export function netnsName(text: string): string {
  if (text !== '' && !text.includes('/') && existsSync(join(netnsDir, text))) return text;
  const there = existsSync(netnsDir) ? readdirSync(netnsDir).sort() : [];
  throw new FlashError('usage', `there is no network namespace "${text}"`, {
    advice: there.length === 0 ? '`ip netns add` makes one; there is none' : `these are there: ${there.join(', ')}`,
  });
}

export function prefix(text: string): string {
  const { success, error } = prefixSchema.safeParse(text);
  if (!success) throw new InvalidArgumentError(error.issues[0]?.message ?? 'no prefix');
  return text;
}

/** DEVICE, or FROM:DEVICE; no name of a device has a colon. */
export function target(text: string): Target {
  const parts = text.split(':');
  const [first = '', second] = parts;
  if (parts.length > 2 || parts.includes('')) throw new InvalidArgumentError('is DEVICE or FROM:DEVICE');
  return second === undefined ? { ifname: first } : { from: first, ifname: second };
}

/** 0,1,5 */
export function numbers(text: string): readonly number[] {
  const parts = text.split(',');
  if (!parts.every((part) => /^\d{1,4}$/.test(part))) throw new InvalidArgumentError('is a list of numbers like 0,1');
  return [...new Set(parts.map(Number))];
}

const end = String.raw`(?:\[([^\]]+)\]|([\d.]+)):(\d+)`;

export function service(text: string): Service {
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

/** A service without its backend, which may be there too. */
export function serviceKey(text: string): ServiceKey {
  const match = new RegExp(`^(tcp|udp):${end}(?:=.*)?$`).exec(text);
  const [, protocol, v6, v4, port] = match ?? [];
  const address = v6 ?? v4 ?? '';
  if (isIP(address) !== 0 && Number(port) >= 1 && Number(port) <= 65535)
    return { protocol: protocol === 'udp' ? 'udp' : 'tcp', service: { address, port: Number(port) } };
  throw new InvalidArgumentError('is like tcp:192.0.2.80:80, with IPv6 in [ ]');
}
