import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { encodeJoin } from '../../../nf/monitor/protocol.js';
import { l2fwds } from '../../demo/monitored/examples.js';
import { startFunction } from '../../demo/monitored/start-function.js';
import { startMonitor } from '../../demo/monitored/start-monitor.js';
import { libc } from '../../ffi/libc.js';
import { inNetns } from '../../ffi/netns.js';
import { connectSeqpacket, sendMessage, socketCookie } from '../../ffi/seqpacket.js';
import { openSocketBeside } from '../../ffi/socket-beside.js';
import { listIds, readCookie, setRoute } from '../../flash/registry.js';
import { makeSocketDir } from '../../host/temporary.js';
import { auditWaiting } from './support/frame-audit.js';
import { countFrom, flashId, openPair, umemsOf } from './support/routed-pair.js';
import { fill, receive, send } from './support/test-packets.js';
import { makeVeth } from './support/veth.js';

test.serial('the socket in the place of a missing target takes no packets and no frames', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const { source, target } = pair;
  const { netns, a } = pair.device;
  const beside = inNetns(netns, () => openSocketBeside(target.fd, a, target.queue));
  const cookie = String(socketCookie(beside));
  const id = listIds().find((each) => readCookie(each) === cookie);
  if (id === undefined) return t.fail('the kernel does not show it');
  fill(target, 32);
  send(source, countFrom(0, 10));

  setRoute(flashId(source), [id]);
  source.kick();
  t.is(source.rings.tx.count(), 10);
  setRoute(flashId(source), [flashId(target)]);
  libc.close(beside);
  source.kick();

  t.deepEqual(receive(target), countFrom(0, 10));
  t.deepEqual(await auditWaiting(umemsOf(pair)), []);
});

const text = `chain: web
functions:
  first: { device: a, queue: 0, user: 0, to: [last] }
  last: { device: a, queue: 1, user: 0, missing: drop }
`;

test.serial('a program that asks for a place and hangs up keeps it from nobody', async (t) => {
  const dir = makeSocketDir('missing');
  t.teardown(() => rmSync(dir, { recursive: true }));
  chmodSync(dir, 0o755);
  await using veth = await makeVeth(2, 1);
  const { netns } = veth;
  const socket = join(dir, 'monitor.sock');
  await using monitor = await startMonitor({ netns, socket, state: join(dir, 'state.json') });
  await commandMonitor(socket, { command: 'apply', file: 'web.yaml', text });

  for (let count = 0; count < 5; count++) {
    const fd = connectSeqpacket(socket);
    sendMessage(fd, encodeJoin('web', 'first'));
    libc.close(fd);
  }
  // It has heard them all by the time that it answers.
  await commandMonitor(socket, { command: 'status' });
  const [program, ...before] = l2fwds.c.asUser('0', dir);
  const place = ['--chain', 'web', '--function', 'first', '--monitor', socket];
  const fn = await startFunction(netns, program, [...before, ...place]);

  if ('refused' in fn) return t.fail(`${fn.refused}\n${monitor.stderr()}`);

  t.is((await fn.stop()).received, 0);
});
