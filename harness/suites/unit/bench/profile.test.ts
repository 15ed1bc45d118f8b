import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { attachDebugger, formatPacket, nextPacket, parseRegister } from '../../../bench/profile/debugger.js';
import { differenceRows, profileRows, summarizeTrace } from '../../../bench/profile/profile-path.js';
import { parseSymbols } from '../../../bench/profile/symbols.js';
import { temporaryDir } from '../support/tiny-repository.js';

test('packets of the remote protocol are framed and summed, and found between what else comes', (t) => {
  t.is(formatPacket('g'), '$g#67');
  t.is(formatPacket('OK'), '$OK#9a');
  t.deepEqual(nextPacket('++$T05thread:01;#07+$OK#9a'), { body: 'T05thread:01;', rest: '+$OK#9a' });
  t.is(nextPacket('+$T05thread:01;#0'), undefined);
  t.is(parseRegister('00166281ffffffff'), 0xffffffff81621600n);
});

/** Answers each packet with the next of these, a halt that nobody asked about first. */
async function listen(
  t: ExecutionContext,
  answers: readonly string[],
): Promise<{ readonly server: Server; readonly path: string; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const left = [...answers];
  const server = createServer((socket) => {
    socket.setEncoding('latin1').on('data', (text: string) => {
      for (let packet = nextPacket(text); packet !== undefined; packet = nextPacket(packet.rest)) {
        asked.push(packet.body);
        const answer = left.shift();
        if (answer === undefined) socket.destroy();
        else socket.write(`+${answer.split(' ').map(formatPacket).join('')}`);
      }
    });
  });
  const path = join(temporaryDir(t), 'gdb');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { server, path, asked };
}

test('a processor is followed through its debugger, whatever halts it tells of besides', async (t) => {
  const { server, path, asked } = await listen(t, [
    'T02thread:01; T05thread:01;',
    'T05thread:01; OK',
    'T05thread:01;',
    `${'0'.repeat(256)}00166281ffffffff00`,
    'OK',
  ]);
  using debugged = await attachDebugger(path);

  await debugged.breakAt(0xffffffff81621600n, true);
  await debugged.resume();
  t.is(await debugged.programCounter(), 0xffffffff81621600n);
  await debugged.detach();

  t.deepEqual(asked, ['?', 'Z1,ffffffff81621600,1', 'c', 'g', 'D']);
  server.close();
});

test('a debugger that refuses or goes away is an error', async (t) => {
  const { server, path } = await listen(t, ['T02thread:01;', 'E22']);
  using debugged = await attachDebugger(path);

  await t.throwsAsync(debugged.breakAt(1n, true), { message: /error 22/ });
  const older = await listen(t, ['T02thread:01;', ' ']);
  using unable = await attachDebugger(older.path);
  await t.throwsAsync(unable.breakAt(1n, true), { message: /does not know/ });
  const other = await listen(t, []);
  await t.throwsAsync(attachDebugger(other.path), { message: /closed the connection/ });
  server.close();
  older.server.close();
  other.server.close();
});

test('addresses are found in the functions they lie in', (t) => {
  const { addressOf, nameAt } = parseSymbols(
    'ffffffff81000200 t second\nffffffff81000100 T first\nffffffff81000180 D data\n',
  );

  t.is(addressOf('second'), 0xffffffff81000200n);
  t.deepEqual([0xffffffff81000100n, 0xffffffff810001ffn, 0xffffffff81000200n, 0x1000n].map(nameAt), [
    'first',
    'first',
    'second',
    '?',
  ]);
  t.throws(() => addressOf('third'), { message: /no function third/ });
});

test('a profile counts functions, and what a packet more costs', (t) => {
  const short = summarizeTrace(1, ['move', 'move', 'entry']);
  const long = summarizeTrace(5, ['move', 'move', 'move', 'move', 'move', 'move', 'entry', 'wake']);

  t.deepEqual(profileRows([short, long], 1), [
    ['move', '2', '6', '1.00'],
    ['2 others', '1', '2', '0.25'],
    ['all', '3', '8', '1.25'],
  ]);
});

test('two kernels are compared by where they are furthest apart', (t) => {
  const before = summarizeTrace(2, ['send', 'send', 'copy', 'gone', 'gone', 'gone']);
  const after = summarizeTrace(2, ['send', 'send', 'copy', 'copy']);

  t.deepEqual(differenceRows([before, after], 2), [
    ['gone', '3', '0', '-1.50'],
    ['copy', '1', '2', '0.50'],
    ['1 others', '2', '2', '0.00'],
    ['all', '6', '4', '-1.00'],
  ]);
});
