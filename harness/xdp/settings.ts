import { readFileSync } from 'node:fs';
import { FlashError } from '../errors.js';
import type { XdpVerdict } from '../ffi/bpf-test-run.js';
import { inDevice, type ProgramMaps } from './attachment.js';
import {
  mostProcessors,
  mostReplicas,
  openBalancer,
  setBroadcast,
  setRedirect,
  setRedirectIf,
  setVerdict,
  useProcessors,
} from './delivery.js';
import { indexOfNamed } from './device.js';
import { openDnat, type Service } from './dnat.js';
import { openFirewall } from './firewall.js';

/** A device that packets are sent out of: whatever they came in on, or only what came in on one. */
export interface Target {
  readonly from?: string | undefined;
  readonly ifname: string;
}

/** What a user tells the programs of one command. */
export interface Settings {
  readonly block: readonly string[];
  readonly service: readonly Service[];
  readonly to: readonly Target[];
  readonly processors: readonly number[];
  readonly replicas: readonly number[];
  readonly verdict?: XdpVerdict | undefined;
}

/** Where the programs are. */
export interface Place {
  readonly devices: readonly string[];
  readonly netns?: string | undefined;
}

interface Rule {
  readonly takes: readonly (keyof Settings)[];
  /** What is missing or wrong, and what to do about it. Without what it needs a program would take packets off. */
  readonly check?: (settings: Settings, place: Place) => readonly [problem: string, advice: string] | undefined;
  readonly apply: (maps: ProgramMaps, settings: Settings, place: Place) => void;
}

const oneDevice = 'name one with --to DEVICE';

const rules: Readonly<Record<string, Rule>> = {
  firewall: {
    takes: ['block'],
    apply({ mapFd }, { block }) {
      const firewall = openFirewall(mapFd);
      for (const prefix of block) firewall.block(prefix);
    },
  },
  verdict: {
    takes: ['verdict'],
    check: ({ verdict }) =>
      verdict === undefined
        ? ['verdict does not know what to say of packets', 'add --verdict drop, pass, aborted, tx or redirect']
        : undefined,
    apply: (maps, { verdict }) => verdict !== undefined && setVerdict(maps, verdict),
  },
  dnat: {
    takes: ['service'],
    apply({ mapFd }, { service }) {
      const dnat = openDnat(mapFd);
      for (const each of service) dnat.add(each);
    },
  },
  'redirect-if': {
    takes: ['to'],
    check({ to }) {
      if (to.length === 1 && to[0]?.from === undefined) return undefined;
      return [`redirect-if sends everything out of one device, and ${countOf(to)}`, oneDevice];
    },
    apply: (maps, { to: [target] }, { netns }) =>
      target && setRedirectIf(maps, indexOfNamed({ ifname: target.ifname, netns })),
  },
  redirect: { takes: ['to'], check: checkRedirect, apply: applyRedirect },
  broadcast: {
    takes: ['to'],
    check({ to }, { devices }) {
      if (to.length === 0 || to.some(({ from }) => from !== undefined)) {
        return ['broadcast does not know which devices to send copies to', 'name each with --to DEVICE'];
      }
      const alone = devices.find((device) => to.every(({ ifname }) => ifname === device));
      if (alone === undefined) return undefined;
      return [`broadcast sends nothing back, so that all of ${alone} would be lost`, 'name another device with --to'];
    },
    apply(maps, { to }, { netns }) {
      const targets = to.map(({ ifname }) => indexOfNamed({ ifname, netns }));
      inDevice({ ifname: '', netns }, () => {
        setBroadcast(maps, targets);
      });
    },
  },
  cpumap: { takes: ['processors', 'to'], check: checkProcessors, apply: applyProcessors },
  balance: {
    takes: ['replicas'],
    check: ({ replicas }) =>
      replicas.some((replica) => replica >= mostReplicas)
        ? [`balance has the replicas 0 to ${mostReplicas - 1}`, 'name others with --replicas']
        : undefined,
    apply: (maps, { replicas }) => replicas.length > 0 && openBalancer(maps).spreadOver(replicas),
  },
};

function countOf(to: readonly Target[]): string {
  if (to.some(({ from }) => from !== undefined)) return 'not of another one for each';
  return to.length === 0 ? 'does not know which' : `not of ${to.length}`;
}

function checkRedirect({ to }: Settings, { devices }: Place): ReturnType<NonNullable<Rule['check']>> {
  const advice = 'add --to DEVICE, or --to FROM:DEVICE for each of the devices';
  if (to.length === 0) return ['redirect does not know where to send packets', advice];
  if (to.length > 1 && to.some(({ from }) => from === undefined))
    return ['redirect sends what comes in on a device out of one other', advice];
  const stranger = to.find(({ from }) => from !== undefined && !devices.includes(from));
  return (
    stranger && [`redirect is not on ${stranger.from}, so nothing comes in there`, `add --device ${stranger.from}`]
  );
}

function applyRedirect(maps: ProgramMaps, { to }: Settings, { devices, netns }: Place): void {
  const index = (ifname: string): number => indexOfNamed({ ifname, netns });
  const pairs = to.flatMap(({ from, ifname }) =>
    (from === undefined ? devices : [from]).map((each) => [index(each), index(ifname)] as const),
  );
  // A devmap looks an index up in the network namespace of who writes it.
  inDevice({ ifname: '', netns }, () => {
    for (const [from, target] of pairs) setRedirect(maps, from, target);
  });
}

function checkProcessors({ processors, to }: Settings): ReturnType<NonNullable<Rule['check']>> {
  if (processors.length === 0) {
    return ['cpumap does not know which processors to spread flows over', 'name them: --processors 0,1'];
  }
  if (processors.length > mostProcessors || processors.some((cpu) => cpu >= mostProcessors))
    return [`cpumap takes the processors 0 to ${mostProcessors - 1}`, 'name others with --processors'];
  if (to.some(({ from }) => from !== undefined) || ![0, 1, processors.length].includes(to.length)) {
    const advice =
      'give --to DEVICE once for all, once for each processor, or not at all: then packets go to the stack';
    return [`there are ${to.length} devices for ${processors.length} processors`, advice];
  }
  return undefined;
}

function applyProcessors(maps: ProgramMaps, { processors, to }: Settings, { netns }: Place): void {
  const online = onlineProcessors();
  const absent = processors.filter((cpu) => !online.includes(cpu));
  if (absent.length > 0) {
    throw new FlashError('usage', `there is no processor ${absent.join(', ')} at work`, {
      advice: `these are: ${online.join(', ')}`,
    });
  }
  const indexes = to.map(({ ifname }) => indexOfNamed({ ifname, netns }));
  const chosen = processors.map((cpu, at) => {
    const ifindex = indexes[indexes.length === 1 ? 0 : at];
    return { cpu, ...(ifindex !== undefined && { ifindex }) };
  });
  inDevice({ ifname: '', netns }, () => useProcessors(maps, chosen));
}

/** The file has ranges: 0-3,8 */
function onlineProcessors(): readonly number[] {
  const ranges = readFileSync('/sys/devices/system/cpu/online', 'utf8').trim().split(',');
  return ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

const isGiven = (value: Settings[keyof Settings]): boolean => value !== undefined && value.length > 0;
const given = (settings: Settings): (keyof Settings)[] =>
  (Object.keys(settings) as (keyof Settings)[]).filter((option) => isGiven(settings[option]));

/** Refuses what would leave a program without what it needs, and what none of the programs takes. */
export function checkSettings(programs: readonly string[], settings: Settings, place: Place): void {
  for (const option of given(settings)) {
    if (programs.some((name) => rules[name]?.takes.includes(option))) continue;
    const takers = Object.keys(rules).filter((name) => rules[name]?.takes.includes(option));
    throw new FlashError('usage', `--${option} is for ${takers.join(', ')}, and not for ${programs.join(', ')}`, {
      advice: `leave it out, or attach ${takers.join(' or ')} too`,
    });
  }
  for (const name of programs) {
    const [problem, advice] = rules[name]?.check?.(settings, place) ?? [];
    if (problem !== undefined) throw new FlashError('usage', problem, { ...(advice !== undefined && { advice }) });
  }
}

/** Writes what programs were told to their maps. */
export function applySettings(programs: readonly string[], maps: ProgramMaps, settings: Settings, place: Place): void {
  for (const name of programs) rules[name]?.apply(maps, settings, place);
}

/** The programs that take something of what is given. */
export const toldBy = (programs: readonly string[], settings: Settings): string[] =>
  programs.filter((name) => given(settings).some((option) => rules[name]?.takes.includes(option)));
