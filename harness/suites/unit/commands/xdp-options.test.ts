import test from 'ava';
import { InvalidArgumentError } from 'commander';
import { asRoot } from '../../../commands/xdp/as-root.js';
import { netnsName, numbers, service, serviceKey, target } from '../../../commands/xdp/options.js';
import { FlashError } from '../../../errors.js';
import { NativeError } from '../../../ffi/native-error.js';
import { serviceKeyText, serviceText } from '../../../xdp/dnat.js';

test('a target is a device, or one for what comes in on another', (t) => {
  t.deepEqual(target('eth1.100'), { ifname: 'eth1.100' });
  t.deepEqual(target('eth0:eth1'), { from: 'eth0', ifname: 'eth1' });
  for (const wrong of ['', ':eth1', 'eth0:', 'a:b:c'])
    t.throws(() => target(wrong), { instanceOf: InvalidArgumentError });
});

test('a list of numbers names each once', (t) => {
  t.deepEqual(numbers('3,0,3'), [3, 0]);
  for (const wrong of ['', '1,', 'a', '-1', '0-3'])
    t.throws(() => numbers(wrong), { instanceOf: InvalidArgumentError });
});

for (const text of [
  'tcp:192.0.2.80:80=10.0.0.2:8080',
  'udp:192.0.2.80:53=10.0.0.2:53,02:00:00:00:00:01',
  'tcp:[2001:db8:0:0:0:0:0:1]:80=[2001:db8:0:0:0:0:0:2]:8080',
]) {
  test(`the service ${text} is shown as it is given, and named without its backend`, (t) => {
    t.is(serviceText(service(text)), text);
    t.is(serviceKeyText(serviceKey(text)), text.replace(/=.*/, ''));
  });
}

test('what is no service is refused', (t) => {
  for (const wrong of ['tcp:192.0.2.80', 'icmp:192.0.2.80:1', 'tcp:192.0.2:80', 'tcp:192.0.2.80:0', 'tcp:::1:80'])
    t.throws(() => serviceKey(wrong), { instanceOf: InvalidArgumentError }, wrong);
});

test('a network namespace that there is not is refused', (t) => {
  for (const wrong of ['flash-nonexistent', '', '../netns'])
    t.throws(() => netnsName(wrong), { instanceOf: FlashError, message: /there is no network namespace/ }, wrong);
});

test('what only root may do is said to be, and other errors stay what they are', async (t) => {
  const [eperm, enoent] = [1, 2].map((errno) => new NativeError('listing links', errno)) as [NativeError, NativeError];
  const eacces = Object.assign(new Error('no'), { code: 'EACCES' });
  const fails = (error: Error) => asRoot(() => Promise.reject(error));

  for (const error of [eperm, eacces]) {
    const said = await t.throwsAsync(fails(error), { instanceOf: FlashError });
    t.regex(said.details.advice ?? '', /as root/);
    t.is(said.cause, error);
  }
  t.is(await t.throwsAsync(fails(enoent)), enoent);
});
