import { isEmulatorFault } from '../../../../machine/guest/run-in-guest.js';
import test from 'ava';
import { findSplats, parseKernelLine } from '../../../../machine/guest/splat.js';

const warningLines: Readonly<Record<string, string>> = {
  'a WARN()': 'WARNING: CPU: 1 PID: 77 at net/xdp/xsk_queue.h:123 xskq_prod_submit+0x12/0x40',
  'a lockdep cycle': 'WARNING: possible circular locking dependency detected',
  'a lockdep recursion': 'WARNING: possible recursive locking detected',
  'suspicious RCU usage': 'WARNING: suspicious RCU usage',
  'a KASAN report': 'BUG: KASAN: slab-use-after-free in xsk_release+0x10/0x20',
  'a BUG()': 'kernel BUG at net/xdp/xsk.c:12!',
  'an Oops': 'Oops: 0000 [#1] PREEMPT SMP PTI',
  'a null pointer': 'BUG: kernel NULL pointer dereference, address: 0000000000000008',
  'sleeping in atomic context': 'BUG: sleeping function called from invalid context at mm/slab.h:330',
  'a general protection fault':
    'general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP',
  'a soft lockup': 'watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [nf1:123]',
  'an RCU stall': 'rcu: INFO: rcu_sched self-detected stall on CPU',
  'a hung task': 'INFO: task nf1:123 blocked for more than 120 seconds.',
  'a refcount': 'refcount_t: underflow; use-after-free.',
  UBSAN: 'UBSAN: array-index-out-of-bounds in net/xdp/xsk.c:1:2',
  kmemleak: 'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)',
  'a duplicate in sysfs': "sysfs: cannot create duplicate filename '/kernel/flash/0'",
  'list corruption': 'list_del corruption. prev->next should be ffff, but was 0',
  'a panic': 'Kernel panic - not syncing: Fatal exception',
  'a slab report': 'BUG kmalloc-64 (Not tainted): Right Redzone overwritten',
  'a driver without its package':
    'ice 0000:01:00.0: The DDP package file was not found or could not be read. Entering Safe Mode',
  'a driver with a package that is too old':
    'ice 0000:01:00.0: The DDP package file version is lower than the driver supports.  The driver requires version 1.3.x.x.  Please use an updated DDP Package file.  Entering Safe Mode.',
  'a driver whose device does not take its package':
    'ice 0000:01:00.0: An error occurred on the device while loading the DDP package.  The device will be reset.',
  'a device that is never released': 'unregister_netdevice: waiting for n0 to become free. Usage count = 2',
};

for (const [what, line] of Object.entries(warningLines)) {
  test(`${what} counts as a splat`, (t) => {
    const splats = findSplats(`[    1.000000] calm before\n[   12.345678] ${line}\n[   12.345700] Call Trace:\n`);

    t.deepEqual(
      splats.map(({ title }) => title),
      [line],
    );
  });
}

const harmlessLines: readonly string[] = [
  '[    0.100000] Kernel command line: console=ttyS1 debug BUG: WARNING:',
  '[    0.200000] virtme-init: WARNING: failed to mount /sys/kernel/config',
  '[    0.300000] ACPI: BIOS BUG: table checksum is odd',
  '[    0.400000] rcu: Hierarchical RCU implementation.',
  '[    0.500000] hung_task: INFO: nothing to see',
  '[    0.600000] NET: Registered PF_XDP protocol family (refcount_t: fine)',
  '[    0.700000] ice 0000:01:00.0: The DDP package was successfully loaded: FLASH model version 1.3.0.0',
  'WARNING: CPU: 0 PID: 1 printed by a program without a time stamp',
  'BUG: a line of a program',
];

test('text that only mentions a bug is not a splat', (t) => {
  t.deepEqual(findSplats(harmlessLines.join('\n')), []);
});

test('a splat carries its lines from the rule above it to its end trace', (t) => {
  const text = [
    '[    1.000000] before',
    '[    2.000000] ------------[ cut here ]------------',
    '[    2.000001] WARNING: CPU: 1 PID: 77 at net/xdp/xsk.c:1 f+0x1/0x2',
    '[    2.000002] Modules linked in:',
    '[    2.000003] ---[ end trace 0000000000000000 ]---',
    '[    2.000004] after',
  ].join('\n');

  const [splat] = findSplats(text);

  t.deepEqual(splat?.lines, [
    '------------[ cut here ]------------',
    'WARNING: CPU: 1 PID: 77 at net/xdp/xsk.c:1 f+0x1/0x2',
    'Modules linked in:',
    '---[ end trace 0000000000000000 ]---',
  ]);
});

test('two warnings far apart in time are two splats', (t) => {
  const text = '[   10.000000] WARNING: CPU: 0 one\n[   20.000000] WARNING: CPU: 0 two\n';

  t.deepEqual(
    findSplats(text).map(({ title }) => title),
    ['WARNING: CPU: 0 one', 'WARNING: CPU: 0 two'],
  );
});

test('a time stamp may be followed by a caller id', (t) => {
  t.deepEqual(parseKernelLine('[    3.141592][  T123] text\r'), { seconds: 3.141592, text: 'text' });
});

test('an oops over a breakpoint at boot is told from other warnings', (t) => {
  const [patched] = findSplats('[    1.572820] Oops: int3: 0000 [#1] SMP\n');
  const [fault] = findSplats('[    1.572820] Oops: Oops: 0002 [#1] SMP\n');

  t.true(isEmulatorFault(patched?.title ?? ''));
  t.false(isEmulatorFault(fault?.title ?? ''));
});
