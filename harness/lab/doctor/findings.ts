import type { Finding } from '../../host/finding.js';
import { nicCards } from '../../nics/model.js';
import type { LabMachine } from '../inventory/inventory.js';
import { isPciAddress } from '../inventory/schema.js';
import type { Look } from './look.js';

const mibForKernel = { '/': 600, '/boot': 150, '/var/lib': 600 } as const;

/** What a look at a machine means for runs on it. */
export function judgeLook({ name, may, ports }: LabMachine, look: Look): readonly Finding[] {
  return [
    inspectUser(look),
    inspectKernel(look, name),
    ok('system', get(look, 'system')),
    ...inspectUse(look, name),
    inspectTools(look),
    inspectNode(look),
    inspectRoom(look),
    inspectBoot(look),
    optional(
      'IOMMU',
      get(look, 'iommu').split('\n').join(', '),
      'none',
      'only virtual functions need one: intel_iommu=on',
    ),
    optional('watchdog', get(look, 'watchdog'), 'none', 'a kernel that hangs hard then needs the power-cycle'),
    ok('cores', `${get(look, 'cores')}, NUMA nodes ${get(look, 'nodes') || '0'}`),
    inspectHugePages(look, may),
    ...Object.entries(ports).map(([port, address]) => inspectPort(port, address, get(look, `port ${port}`))),
  ];
}

const get = (look: Look, name: string): string => look.get(name) ?? '';
const ok = (what: string, found: string): Finding => ({ what, state: 'ok', found });

function optional(what: string, found: string, without: string, advice: string): Finding {
  return found === '' ? { what, state: 'optional', found: without, advice } : ok(what, found);
}

function inspectUser(look: Look): Finding {
  const uid = get(look, 'user');
  if (uid === '0') return ok('user', 'root');
  return { what: 'user', state: 'missing', found: `uid ${uid}`, advice: 'runs need root: ssh: root@HOST' };
}

function inspectKernel(look: Look, name: string): Finding {
  const release = get(look, 'kernel');
  if (get(look, 'flash') === 'yes') return ok('kernel', `${release}, with FLASH`);
  const advice = `\`npm run lab -- install ${name}\` boots one that has it`;
  return { what: 'kernel', state: 'missing', found: `${release}, without FLASH`, advice };
}

function inspectUse(look: Look, name: string): readonly Finding[] {
  const [held, record] = [get(look, 'held'), get(look, 'record')];
  const findings: Finding[] = [];
  if (held === '') findings.push(ok('in use', 'by nobody'));
  else findings.push({ what: 'in use', state: 'missing', found: `by ${held}`, advice: 'wait for that run to end' });
  if (record === 'yes' && held === '')
    findings.push({
      what: 'left changed',
      state: 'missing',
      found: 'an earlier run did not put everything back',
      advice: `npm run lab -- restore ${name}`,
    });
  return findings;
}

function inspectTools(look: Look): Finding {
  const missing = get(look, 'tools').split('\n').filter(Boolean).join(' ');
  if (missing === '') return ok('tools', 'all that are needed');
  return { what: 'tools', state: 'missing', found: `without ${missing}`, advice: 'install them there' };
}

function inspectNode(look: Look): Finding {
  const version = get(look, 'node');
  if (Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= 20) return ok('Node', version);
  return { what: 'Node', state: 'optional', found: version || 'none', advice: 'ours is brought along' };
}

function inspectRoom(look: Look): Finding {
  const free = get(look, 'room').split('\n').map(Number);
  const short = Object.entries(mibForKernel).filter(([, mib], index) => (free[index] ?? 0) < mib);
  const found = Object.keys(mibForKernel)
    .map((at, index) => `${at} ${free[index] ?? '?'} MiB`)
    .join(', ');
  if (short.length === 0) return ok('room', found);
  const advice = short.map(([at, mib]) => `a kernel and the harness need ${mib} MiB in ${at}`).join('; ');
  return { what: 'room', state: 'missing', found, advice };
}

function inspectBoot(look: Look): Finding {
  if (get(look, 'grub') === '')
    return { what: 'boot loader', state: 'optional', found: 'no GRUB', advice: '`lab install` needs one to boot once' };
  if (get(look, 'secure boot') !== '1') return ok('boot loader', 'GRUB');
  const advice = 'give `lab install` signed packages, --packages DIR, made with `build-kernel --sign`';
  return { what: 'boot loader', state: 'optional', found: 'GRUB, and Secure Boot is on', advice };
}

function inspectHugePages(look: Look, may: LabMachine['may']): Finding {
  const found = get(look, 'hugepages');
  if (may.includes('reserve-hugepages') || Number(found) >= 32) return ok('huge pages', found);
  const advice = 'tests of zero copy need 32: reserve them, or allow it: may: [reserve-hugepages]';
  return { what: 'huge pages', state: 'optional', found, advice };
}

function inspectPort(port: string, address: string, said: string): Finding {
  const what = `port ${port}`;
  const value = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(said)?.[1]?.trim() ?? '';
  const name = value('name');
  if (name === '') {
    if (isPciAddress(address) && value('pci') === 'yes')
      return { what, state: 'missing', found: `${address} has no network driver`, advice: 'bind one, or see dmesg' };
    return { what, state: 'missing', found: `there is no ${address}`, advice: 'mend `ports` of the inventory' };
  }
  const driver = value('driver');
  const found = [
    name,
    driver,
    value('firmware-version') && `firmware ${value('firmware-version')}`,
    value('carrier') === '1' ? 'link' : value('up') === '1' ? 'NO LINK' : 'down',
    `${value('queues')} queues`,
    value('numa') !== '' && value('numa') !== '-1' && `node ${value('numa')}`,
  ].filter(Boolean);
  if (value('up') === '1' && value('carrier') !== '1')
    return { what, state: 'missing', found: found.join(', '), advice: 'look for the cable and the other end' };
  const known = Object.values(nicCards).some((card) => card.driver === driver);
  if (known) return { what, state: 'ok', found: found.join(', ') };
  return { what, state: 'optional', found: found.join(', '), advice: `no redirect in the NAPI poll of ${driver}` };
}
