import type { Command } from 'commander';
import { FlashError } from '../../errors.js';
import { pinnedCounters } from '../../xdp/counters.js';
import { openDnat, serviceKeyText, serviceText, type Dnat, type Service, type ServiceKey } from '../../xdp/dnat.js';
import { openFirewall } from '../../xdp/firewall.js';
import { unpin, withPinnedMaps } from '../../xdp/pins.js';
import { setPinned } from '../../xdp/set-pinned.js';
import type { Settings } from '../../xdp/settings.js';
import { needsPackages } from '../packages.js';
import { asRoot } from './as-root.js';
import { addSettings, settingsOf } from './attach.js';
import { each, netnsName, pinName, prefix, service, serviceKey } from './options.js';

interface Json {
  readonly json: boolean;
}

const json = ['--json', 'as JSON', false] as const;

/** The verbs for what is pinned. They compile nothing, and libbpf is there if anything was attached. */
export function addPinned(xdp: Command): void {
  const command = (usage: string): Command =>
    needsPackages(xdp.command(usage), 'none').argument('<name>', 'what they are pinned as', pinName);
  command('detach')
    .description('take off what was pinned by that name')
    .option(...json)
    .action((name: string, options: Json) =>
      asRoot(() => {
        unpin(name);
        tell(options.json, { detached: name }, `${name} is detached`);
      }),
    );
  for (const verb of ['block', 'unblock'] as const) {
    command(verb)
      .argument('<prefix...>', 'addresses, or prefixes of them', each(prefix))
      .description(`have a pinned firewall ${verb} addresses`)
      .option(...json)
      .action((name: string, prefixes: readonly string[], options: Json) =>
        asRoot(() => changeBlocked(verb, name, prefixes, options.json)),
      );
  }
  addServices(needsPackages(xdp.command('service'), 'none'));
  addSettings(command('set'))
    .description('tell pinned programs something else: where to send packets, the verdict, the replicas')
    .option('--netns <name>', 'the network namespace of the devices', netnsName)
    .action((name: string, options: Partial<Settings> & { readonly netns?: string }) =>
      asRoot(() => setPinned(name, settingsOf(options), options)),
    );
  command('counters')
    .description('show what pinned programs have counted, as JSON')
    .action((name: string) =>
      asRoot(() => {
        const counters = pinnedCounters(name);
        if (Object.keys(counters).length > 0) return tell(true, counters, '');
        throw new FlashError('usage', `nothing that is pinned as ${name} counts packets`, {
          advice: 'firewall, dnat, cpumap and balance do',
        });
      }),
    );
}

function changeBlocked(verb: 'block' | 'unblock', name: string, prefixes: readonly string[], asJson: boolean): void {
  withPinnedMaps(name, (mapFd) => {
    const firewall = openFirewall(mapFd);
    const absent = prefixes.filter((text) => firewall[verb](text) === false);
    const blocked = firewall.blocked();
    if (absent.length > 0) {
      throw new FlashError('usage', `${absent.join(', ')} ${absent.length === 1 ? 'was' : 'were'} not blocked`, {
        advice: blocked.length === 0 ? 'nothing is' : `these are: ${blocked.join(', ')}`,
      });
    }
    tell(asJson, { [verb]: prefixes, blocked }, `${name} blocks ${blocked.join(', ') || 'nothing'}`);
  });
}

function addServices(parent: Command): void {
  parent.description('show or change the services of a pinned DNAT');
  const verb = (usage: string): Command =>
    parent
      .command(usage)
      .argument('<name>', 'what it is pinned as', pinName)
      .option(...json);
  const change = (name: string, options: Json, work: (dnat: Dnat) => void): Promise<void> =>
    asRoot(() =>
      withPinnedMaps(name, (mapFd) => {
        const dnat = openDnat(mapFd);
        work(dnat);
        const services = dnat.services();
        tell(options.json, { services }, services.map(serviceText).sort().join('\n') || 'there is no service');
      }),
    );
  verb('list')
    .description('show them')
    .action((name: string, options: Json) => change(name, options, () => undefined));
  verb('add')
    .argument('<service...>', 'protocol:ADDRESS:PORT=ADDRESS:PORT[,MAC]', each(service))
    .description('add services, or give another backend to those that are there')
    .action((name: string, services: readonly Service[], options: Json) =>
      change(name, options, (dnat) => {
        for (const added of services) dnat.add(added);
      }),
    );
  verb('remove')
    .argument('<service...>', 'protocol:ADDRESS:PORT', each(serviceKey))
    .description('remove services; replies to what was sent by then are still translated')
    .action((name: string, keys: readonly ServiceKey[], options: Json) =>
      change(name, options, (dnat) => {
        const absent = keys.filter((key) => !dnat.remove(key));
        if (absent.length === 0) return;
        const there = dnat.services().map(serviceText);
        throw new FlashError('usage', `there is no service ${absent.map(serviceKeyText).join(', ')}`, {
          advice: there.length === 0 ? 'there is none' : `these are: ${there.join(', ')}`,
        });
      }),
    );
}

function tell(asJson: boolean, facts: object, text: string): void {
  console.log(asJson ? JSON.stringify(facts, null, 2) : text);
}
