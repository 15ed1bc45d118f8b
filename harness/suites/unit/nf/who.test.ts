import test from 'ava';
import { readCgroup, whyNot, type Identity, type Who } from '../../../../nf/monitor/who.js';

const process = (cgroup?: string): Identity => ({ uid: 1000, groups: [100, 27], cgroup: () => cgroup });
const service = '/system.slice/web.service';
const ofUser = '/user.slice/user-1000.slice/user@1000.service/app.slice/web.service';

const cases: readonly { readonly who: Who; readonly cgroup?: string; readonly why?: RegExp }[] = [
  { who: { user: 1000 } },
  { who: { user: 1001 }, why: /another user/ },
  { who: { user: 'root' }, why: /another user/ },
  { who: { group: 27 } },
  { who: { group: 28 }, why: /another group/ },
  { who: { group: 'root' }, why: /another group/ },
  { who: { user: 1000, group: 28 }, why: /another group/ },
  { who: { unit: 'web.service' }, cgroup: service },
  { who: { unit: 'web.service' }, cgroup: `${service}/workers` },
  { who: { unit: 'web.service' }, cgroup: '/nf.slice/nf-web.slice/web.service' },
  { who: { unit: 'web.service' }, cgroup: ofUser, why: /of web\.service, not of/ },
  { who: { unit: 'web.service' }, cgroup: '/system.slice/other.service/web.service', why: /of web\.service, not of/ },
  { who: { unit: 'web.service' }, cgroup: '/', why: /of web\.service, not of/ },
  { who: { unit: 'web.service' }, why: /cannot be told/ },
  { who: { cgroup: '/system.slice' }, cgroup: service },
  { who: { cgroup: service }, cgroup: service },
  { who: { cgroup: '/system' }, cgroup: service, why: /of \/system, not of/ },
  { who: { user: 1001, cgroup: service }, cgroup: service, why: /another user/ },
];

for (const { who, cgroup, why } of cases) {
  const place = cgroup === undefined ? 'a process' : `a process in ${cgroup}`;
  test(`${place} ${why === undefined ? 'may be' : 'may not be'} a function of ${JSON.stringify(who)}`, (t) => {
    const said = whyNot('web', who, process(cgroup));

    if (why === undefined) t.is(said, undefined);
    else t.regex(said ?? '', why);
  });
}

test('a user that nobody is called is an error, not a stranger', (t) => {
  t.throws(() => whyNot('web', { user: 'no such user' }, process()), { message: /there is no user/ });
});

test('the cgroup of the unified hierarchy is read, also beside others', (t) => {
  t.is(readCgroup('0::/system.slice/web.service\n'), service);
  t.is(readCgroup('12:cpuset:/\n1:name=systemd:/a\n0::/b\n'), '/b');
  t.is(readCgroup('1:name=systemd:/a\n'), undefined);
  t.is(readCgroup('0::/a (deleted)\n'), undefined);
});
