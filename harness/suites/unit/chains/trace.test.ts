import test from 'ava';
import type { DeviceFacts } from '../../../chains/facts.js';
import { describeEvent } from '../../../chains/trace/describe.js';
import type { TraceEvent } from '../../../chains/trace/events.js';
import { enableEvents, selectEvents, type SelectedEvent } from '../../../chains/trace/follow-trace.js';
import { createDeviceFinder } from '../../../chains/trace/xdp-devices.js';
import { n0, socket } from './support/built-facts.js';
import { fakeInstance } from './support/fake-instance.js';

const at = { seconds: 12.5, cpu: 1, thread: 1000 };
const flashEvent = (name: string, fields: TraceEvent['fields']): TraceEvent => ({ ...at, name, fields });
const exception = (program: number, ifindex = 2): TraceEvent =>
  flashEvent('xdp_exception', { prog_id: String(program), action: 'ABORTED', ifindex: String(ifindex) });

const attached = (id: number): DeviceFacts['xdp'] => [{ mode: 'native', id, name: `xdp_${id}`, runs: [] }];
const here: DeviceFacts = { ...n0, xdp: attached(12) };
const there: DeviceFacts = { ...n0, netns: 'blue', xdp: attached(13) };
const find = createDeviceFinder(() => Promise.resolve([here, there]));

test('events are told in words', (t) => {
  const sockets = [socket({ id: 0 }), socket({ id: 1 }), socket({ id: 3 })];
  const options = { startSeconds: 12, sockets, threadName: () => 'nf0' };
  const redirectError = flashEvent('xdp_redirect_err', { prog_id: '14', action: 'REDIRECT', ifindex: '2', err: '-22' });

  const events: readonly SelectedEvent[] = [
    { event: flashEvent('flash_redirect', { source: '0', target: '1', moved: '16', asked: '20' }) },
    { event: flashEvent('flash_stall', { source: '3', target: '-1', cause: 'no_target' }) },
    { event: flashEvent('flash_route', { source: '0', targets: '{}' }) },
    { event: exception(13), devices: [there] },
    { event: redirectError, devices: [here, there] },
    { event: redirectError, devices: [] },
  ];

  t.deepEqual(
    events.map((each) => describeEvent(each, options).replace(/ +/g, ' ').slice(' 0.500000 cpu 1 nf0-1000 '.length)),
    [
      'flash_redirect 0 nf0/1000 n0:0 -> 1 nf1/1001 n0:1 16 of 20 descriptors',
      'flash_stall 3 nf3/1003 n0:3 -> nobody no_target',
      'flash_route 0 nf0/1000 n0:0 -> its device',
      'xdp_exception blue/n0 xdp_13 13 action=ABORTED',
      'xdp_redirect_err n0 or blue/n0 program 14 action=REDIRECT err=-22',
      'xdp_redirect_err #2 program 14 action=REDIRECT err=-22',
    ],
  );
});

test('events are only of the sockets that are named, also where the kernel was not told to leave others out', async (t) => {
  const events = [
    flashEvent('flash_stall', { source: '5', target: '9', cause: 'rx_full' }),
    flashEvent('flash_stall', { source: '9', target: '5', cause: 'rx_full' }),
    flashEvent('flash_stall', { source: '9', target: '8', cause: 'rx_full' }),
    flashEvent('flash_route', { source: '9', targets: '{0x5}' }),
    { lost: 3 },
  ];

  const ofOne = await selectEvents(events, [socket({ id: 5 })], find);
  const ofAll = await selectEvents(events, undefined, find);

  t.deepEqual(ofOne, [{ event: events[0] }, { event: events[1] }, { event: { lost: 3 } }] as SelectedEvent[]);
  t.is(ofAll.length, events.length);
});

test('events of XDP are of the device that has the program, if others have its index', async (t) => {
  const events = [exception(12), exception(13), exception(99), exception(12, 7)];

  const ofHere = await selectEvents(events, [socket({ id: 0 })], find);
  const ofThere = await selectEvents(events, [socket({ id: 0, netns: 'blue' })], find);
  const ofAll = await selectEvents(events, undefined, find);

  t.deepEqual(
    ofHere.map(({ event, devices }) => [event, devices]),
    [
      [events[0], [here]],
      [events[2], [here, there]],
    ] as unknown[],
    'the third has a program that no device has',
  );
  t.deepEqual(
    ofThere.map(({ event }) => event),
    [events[1], events[2]] as TraceEvent[],
  );
  t.deepEqual(
    ofAll.map(({ devices }) => devices),
    [[here], [there], [here, there], []],
  );
});

test('devices are looked at again for a program that was not there before, and once', async (t) => {
  let looks = 0;
  const finder = createDeviceFinder(() => Promise.resolve([{ ...n0, xdp: attached(20 + looks++) }]));

  const found = [await finder(exception(20)), await finder(exception(21)), await finder(exception(21))];

  t.is(looks, 2);
  t.deepEqual(
    found.map((devices) => devices[0]?.xdp[0]?.id),
    [20, 21, 21],
  );
});

for (const [count, filtered] of [
  [3, true],
  [500, false],
] as const) {
  test(`the kernel ${filtered ? 'filters' : 'is given no filter that is too long:'} events of ${count} sockets`, (t) => {
    const filters = new Map<string, string>();
    const enabled: string[] = [];
    const sockets = Array.from({ length: count }, (_, id) => socket({ id, ifindex: 100 + id }));

    enableEvents(
      fakeInstance({
        enable: (event) => void enabled.push(event),
        filter: (event, text) => void filters.set(event, text),
      }),
      sockets,
    );

    t.deepEqual(
      ['flash/flash_redirect', 'flash/flash_stall', 'flash/flash_route', 'xdp/xdp_exception', 'xdp/xdp_redirect_err'],
      enabled,
    );
    t.is(filters.size, filtered ? enabled.length : 0);
    // The kernel takes less than a page.
    t.true([...filters.values()].every((text) => text.length < 4096));
  });
}
