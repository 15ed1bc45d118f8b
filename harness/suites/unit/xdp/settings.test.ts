import test from 'ava';
import { FlashError } from '../../../errors.js';
import { catalogue } from '../../../xdp/catalogue.js';
import { checkSettings, type Settings } from '../../../xdp/settings.js';

const nothing: Settings = { block: [], service: [], to: [], processors: [], replicas: [] };
const to = (...names: readonly string[]) => ({ to: names.map((ifname) => ({ ifname })) });

const check = (programs: readonly string[], settings: Partial<Settings>): void =>
  checkSettings(programs, { ...nothing, ...settings }, { devices: ['eth0', 'eth1'] });

/** What would take a device off the network, or do something else than its user thinks. */
const refused: readonly (readonly [program: string, settings: Partial<Settings>, advice: RegExp])[] = [
  ['verdict', {}, /--verdict/],
  ['redirect-if', {}, /--to DEVICE/],
  ['redirect-if', to('eth2', 'eth3'), /--to DEVICE/],
  ['redirect-if', { to: [{ from: 'eth0', ifname: 'eth1' }] }, /--to DEVICE/],
  ['redirect', {}, /--to DEVICE/],
  ['redirect', to('eth2', 'eth3'), /--to FROM:DEVICE/],
  ['redirect', { to: [{ from: 'eth9', ifname: 'eth1' }] }, /--device eth9/],
  ['broadcast', {}, /--to DEVICE/],
  ['broadcast', to('eth1'), /another device/],
  ['broadcast', { to: [{ from: 'eth0', ifname: 'eth1' }] }, /--to DEVICE/],
  ['cpumap', {}, /--processors/],
  ['cpumap', { processors: [64] }, /--processors/],
  ['cpumap', { processors: [0, 1, 2], ...to('eth2', 'eth3') }, /once for each processor/],
  ['cpumap', { processors: [0], to: [{ from: 'eth0', ifname: 'eth1' }] }, /--to DEVICE/],
  ['balance', { replicas: [0, 16] }, /--replicas/],
  ['queue', { block: ['192.0.2.1'] }, /attach firewall/],
  ['firewall', { verdict: 'drop' }, /attach verdict/],
  ['queue', to('eth2'), /attach redirect-if or redirect or broadcast or cpumap/],
];

for (const [program, settings, advice] of refused) {
  test(`${program} is refused with ${JSON.stringify(settings)}, and what to do is said`, (t) => {
    const error = t.throws(() => check([program], settings), { instanceOf: FlashError });

    t.regex(error.details.advice ?? '', advice);
    t.is(error.kind, 'usage');
  });
}

test('programs that have what they need are not refused', (t) => {
  t.notThrows(() => check(['verdict'], { verdict: 'aborted' }));
  t.notThrows(() => check(['redirect-if'], to('eth1')));
  t.notThrows(() => check(['redirect'], to('eth2')));
  t.notThrows(() =>
    check(['redirect'], {
      to: [
        { from: 'eth0', ifname: 'eth1' },
        { from: 'eth1', ifname: 'eth0' },
      ],
    }),
  );
  t.notThrows(() => check(['broadcast'], to('eth0', 'eth1')));
  t.notThrows(() => check(['cpumap'], { processors: [0, 63] }));
  t.notThrows(() => check(['cpumap'], { processors: [0, 1], ...to('eth2') }));
  t.notThrows(() => check(['firewall', 'dnat', 'queue'], { block: ['192.0.2.1'] }));
});

test('every program has a map of its own, by which it is known when it is pinned', (t) => {
  const maps = catalogue.map(({ ownMap }) => ownMap);

  t.false(maps.includes(''));
  t.is(new Set(maps).size, catalogue.length);
});
