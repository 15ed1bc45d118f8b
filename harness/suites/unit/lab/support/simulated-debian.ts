import { defaultOf } from '../../../../lab/install/grub-config.js';
import type { RemoteHost, RemoteResult } from '../../../../lab/remote/remote-host.js';

export const oldRelease = '6.1.0-44-amd64';
export const newRelease = '6.12.1-flash';

/** What becomes of the new kernel when it boots. */
export type Fate = 'healthy' | 'panics';

export interface Simulated {
  readonly host: RemoteHost;
  readonly files: Map<string, string>;
  /** How many things were done to it, and what the last of them was. */
  readonly operations: string[];
  /** After so many operations the connection is gone: the next one does not even begin. */
  cutAfter: number;
  /** The release that runs once it has been reset, and come to rest. */
  readonly reset: (fate: Fate) => string;
  /** Free bytes by path; dpkg fails on a disk that fills while it writes. */
  readonly free: Record<string, number>;
  fillsUp: boolean;
}

class Cut extends Error {}

const entry = (release: string): string =>
  `\tmenuentry 'Debian, with Linux ${release}' --class debian $menuentry_id_option 'gnulinux-${release}-advanced-UUID' {
\t\tlinux\t/boot/vmlinuz-${release} root=UUID=1 ro quiet
\t\tinitrd\t/boot/initrd.img-${release}
\t}`;

/** Newest first, as grub-mkconfig has them. */
function grubConfig(releases: readonly string[], pinned: string): string {
  const [newest = ''] = releases;
  return `if [ "\${next_entry}" ] ; then
   set default="\${next_entry}"
else
   set default="${pinned}"
fi
menuentry 'Debian' --class debian $menuentry_id_option 'gnulinux-simple-UUID' {
\tlinux\t/boot/vmlinuz-${newest} root=UUID=1 ro quiet
}
submenu 'Advanced options' $menuentry_id_option 'gnulinux-advanced-UUID' {
${releases.map(entry).join('\n')}
}
source \${config_directory}/custom.cfg
`;
}

/** A Debian as far as installing a kernel and booting is concerned, in memory. */
export function simulateDebian(): Simulated {
  const files = new Map<string, string>([
    [`/boot/vmlinuz-${oldRelease}`, 'old'],
    [`/boot/initrd.img-${oldRelease}`, 'old'],
    ['/boot/grub/grub.cfg', grubConfig([oldRelease], '0')],
  ]);
  const state = { running: oldRelease, next: undefined as string | undefined };
  const installed = (): string[] => [newRelease, oldRelease].filter((release) => files.has(`/boot/vmlinuz-${release}`));
  const updateGrub = (): void => {
    const pinned = /^GRUB_DEFAULT='(.*)'$/m.exec(files.get('/etc/default/grub.d/zz-flash-lab.cfg') ?? '')?.[1] ?? '0';
    files.set('/boot/grub/grub.cfg', grubConfig(installed(), pinned));
  };
  const operations: string[] = [];
  const done = (what: string): void => {
    if (operations.length >= simulated.cutAfter) throw new Cut(`cut before ${what}`);
    operations.push(what);
  };
  const ok = (stdout = ''): RemoteResult => ({ exitCode: 0, stdout, stderr: '' });
  const no = (stderr = '', exitCode = 1): RemoteResult => ({ exitCode, stdout: '', stderr });

  const execute = ([program = '', ...args]: readonly string[]): RemoteResult => {
    const last = args.at(-1) ?? '';
    switch (program) {
      case 'uname':
        return ok(`${state.running}\n`);
      case 'grub-probe':
        return ok(last === '/boot/grub' && args[0] === '--target=fs' ? 'ext2\n' : '\n');
      case 'stat':
        return ok('10000000\n40000000\n');
      case 'df':
        return ok(`Filesystem\n/dev/sda1 1 1 ${Math.floor((simulated.free[last] ?? 0) / 1024)} 1% ${last}\n`);
      case 'test':
        return files.has(last) && files.get(last) !== '' ? ok() : no();
      case 'update-grub':
        updateGrub();
        return ok();
      case 'dpkg':
        return dpkg(args);
      case 'grub-reboot':
        state.next = last;
        return ok();
      case 'grub-editenv':
        if (last === 'next_entry') state.next = undefined;
        return ok(state.next === undefined ? '' : `next_entry=${state.next}\n`);
      case 'rm':
        for (const path of args) files.delete(path);
        return ok();
      default:
        return ok();
    }
  };
  const dpkg = (args: readonly string[]): RemoteResult => {
    if (args[0] === '--purge') {
      files.delete(`/boot/vmlinuz-${newRelease}`);
      files.delete(`/boot/initrd.img-${newRelease}`);
      updateGrub();
      return ok();
    }
    files.set(`/boot/vmlinuz-${newRelease}`, 'new');
    if (simulated.fillsUp) return no('cannot copy extracted data: write failed: No space left on device');
    files.set(`/boot/initrd.img-${newRelease}`, 'new');
    updateGrub();
    return ok();
  };

  const simulated: Simulated = {
    files,
    operations,
    cutAfter: Number.POSITIVE_INFINITY,
    fillsUp: false,
    free: { '/': 10e9, '/boot': 10e9 },
    host: {
      name: 'dut',
      async read(path) {
        done(`read ${path}`);
        return files.get(path);
      },
      async write(path, text) {
        done(`write ${path}`);
        files.set(path, text);
      },
      async remove(path) {
        done(`remove ${path}`);
        for (const file of [...files.keys()]) if (file === path || file.startsWith(`${path}/`)) files.delete(file);
      },
      async upload(_local, path) {
        done(`upload ${path}`);
        files.set(path, 'package');
      },
      async attempt(argv) {
        done(argv.join(' '));
        return execute(argv);
      },
    },
    reset(fate) {
      const config = files.get('/boot/grub/grub.cfg') ?? '';
      const chosen = state.next ?? defaultOf(config) ?? '0';
      // GRUB forgets it before it boots.
      state.next = undefined;
      const release = releaseOf(chosen, config, files.get('/boot/grub/custom.cfg') ?? '', installed());
      if (release === newRelease && fate === 'panics') return simulated.reset(fate);
      state.running = release;
      return release;
    },
  };
  return simulated;
}

function releaseOf(chosen: string, config: string, custom: string, installed: readonly string[]): string {
  if (chosen === '0') return installed[0] ?? 'nothing';
  const [id = ''] = chosen.split('>').slice(-1);
  const at = `${config}${custom}`
    .split(/menuentry /)
    .find((text) => text.includes(`'${id}'`) || text.includes(`--id ${id} `));
  return /vmlinuz-(\S+)/.exec(at ?? '')?.[1] ?? 'nothing';
}
