import test from 'ava';
import {
  parseCoalescing,
  parseCurrent,
  parseFeatures,
  parseMaximums,
  parseSpread,
  parseSwitches,
  spreadWords,
} from '../../../lab/ports/ethtool-text.js';
import { readRecord, removeRecord, writeRecord } from '../../../lab/ports/record.js';
import { inUse } from '../../../lab/ports/require-free.js';
import { differences, type PortState } from '../../../lab/ports/state.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '../support/tiny-repository.js';

const rings = `Ring parameters for enp1s0:
Pre-set maximums:
RX:			4096
RX Mini:		n/a
TX:			4096
Current hardware settings:
RX:			512
RX Mini:		n/a
TX:			256
RX Buf Len:		n/a
TX Push:	off
`;

test('what ethtool prints becomes the words that set it', (t) => {
  t.deepEqual(parseCurrent(rings), { rx: 512, tx: 256 });
  t.deepEqual(parseMaximums(rings), { rx: 4096, tx: 4096 });
  t.deepEqual(
    parseCoalescing('Coalesce parameters for a:\nAdaptive RX: on  TX: n/a\nrx-usecs:\t50\ntx-usecs:\tn/a\n'),
    {
      'adaptive-rx': 'on',
      'rx-usecs': '50',
    },
  );
  t.deepEqual(parseSwitches('Pause parameters for a:\nAutonegotiate:\ton\nRX:\t\toff\n'), {
    Autonegotiate: true,
    RX: false,
  });
  t.deepEqual(parseSwitches('Private flags for a:\nlegacy-rx            : off\n'), { 'legacy-rx': false });
});

test('features that are fixed are left out, and those that were asked for count as they were', (t) => {
  const text = 'Features for a:\nrx-checksumming: on\n\ttx-lockless: on [fixed]\nrx-gro-hw: off [requested on]\n';

  t.deepEqual(parseFeatures(text), { 'rx-checksumming': true, 'rx-gro-hw': true });
});

test('a table of receive queues is made again, unless ethtool has no words for it', (t) => {
  const text = `RX flow hash indirection table for a with 2 RX ring(s):
    0:      0     1     0     1
    4:      0     1     0     1
RSS hash key:
6d:5a:56
RSS hash function:
    toeplitz: on
`;

  t.deepEqual(parseSpread(text), { table: [0, 1, 0, 1, 0, 1, 0, 1], key: '6d:5a:56' });
  t.deepEqual(spreadWords({ table: [0, 1, 0, 1] }), ['equal', '2']);
  t.deepEqual(spreadWords({ table: [0, 0, 0, 2] }), ['weight', '3', '0', '1']);
  t.is(spreadWords({ table: [1, 0, 0, 1] }), undefined);
});

const state: PortState = {
  port: 'p0',
  name: 'enp1s0',
  mac: '02:00:00:00:00:01',
  up: true,
  mtu: 1500,
  promiscuous: false,
  allMulticast: false,
  hasXdpProgram: false,
  addresses: [{ address: '10.0.0.1/24', scope: 'global' }],
  routes: [['10.1.0.0/16 via 10.0.0.2'], []],
  channels: { combined: 8 },
  rings: { rx: 512 },
  features: {},
  coalescing: {},
  pause: {},
  privateFlags: {},
  files: {},
  interrupts: {},
};

test('what differs from the record is told by name, and a lifetime that runs out is no difference', (t) => {
  const found: PortState = {
    ...state,
    mtu: 9000,
    channels: { combined: 9 },
    addresses: [{ address: '10.0.0.1/24', scope: 'global', lifetimes: [100, 50] }],
  };

  t.deepEqual(differences(state, found), ['mtu was 1500 and is 9000', 'channels combined was 8 and is 9']);
  t.deepEqual(differences(state, state), []);
});

for (const { title, port, reason } of [
  { title: 'that the connection comes to', port: state, reason: /this connection/ },
  {
    title: 'of the default route',
    port: { ...state, addresses: [], routes: [['default via 10.0.0.2'], []] },
    reason: /default route/,
  },
  { title: 'with an XDP program', port: { ...state, addresses: [], hasXdpProgram: true }, reason: /XDP program/ },
] as const) {
  test(`a port ${title} is not touched`, (t) => {
    t.regex(inUse({ ...port, routes: [[...port.routes[0]], []] }, '10.0.0.1') ?? '', reason);
  });
}

test('a record is whole or not there, and one that cannot be read is not thrown away', (t) => {
  const path = join(temporaryDir(t), 'flash', 'record.json');
  const record = { version: 1, who: 'a run', since: 'now', ports: [state], files: {} } as const;

  writeRecord(record, path);
  t.deepEqual(readRecord(path), record);
  removeRecord(path);
  t.is(readRecord(path), undefined);
  writeRecord(record, path);
  writeFileSync(path, '{"version": 2}');
  t.throws(() => readRecord(path), { message: /cannot be read/ });
});
