import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { BuildOptions } from '../../../kernel/build/build.js';
import { temporaryDir, writeFiles } from './tiny-repository.js';

/**
 * Stands in for make: a configuration is what the fragments append to it, `bzImage` writes an image and a
 * release. It counts its image builds, and fails them while a file of that name is there. A symbol in the file
 * `refused` cannot be switched on. `bindeb-pkg` also makes packages, none with headers if modules are off, and keeps
 * the words it was called with.
 */
const fakeMake = `#!/bin/sh
for word; do
  case $word in
    O=*) out=\${word#O=} ;;
    KCONFIG_CONFIG=*) config=\${word#*=} ;;
    LOCALVERSION=*) local=\${word#*=} ;;
    KDEB_PKGVERSION=*) version=\${word#*=} ;;
  esac
  target=$word
done
here=$(dirname "$0")
release=7.3.200$local
case $target in
  allnoconfig | defconfig) : >"$config" ;;
  olddefconfig)
    [ -e "$here/refused" ] || exit 0
    sed "/$(cat "$here/refused")=/d" "$config" >"$config.new" && mv "$config.new" "$config" ;;
  bzImage | bindeb-pkg)
    echo x >>"$here/builds"
    echo '  CC      net/xdp/xsk.o'
    if [ -e "$here/fail" ]; then
      mkdir -p "$out/arch/x86/boot" && echo half >"$out/arch/x86/boot/bzImage"
      echo "net/xdp/xsk.c:1:1: error: no such thing" >&2
      exit 2
    fi
    mkdir -p "$out/arch/x86/boot" "$out/include/config"
    echo image >"$out/arch/x86/boot/bzImage"
    echo "$release" >"$out/include/config/kernel.release" ;;
esac
[ "$target" = bindeb-pkg ] || exit 0
printf '%s\\n' "$@" >"$here/words"
package() {
  (umask 022 && mkdir -p "$out/deb/DEBIAN" "$out/deb/boot")
  printf 'Package: %s\\nVersion: %s\\nArchitecture: amd64\\nMaintainer: n <n@n>\\nDescription: d\\n' "$1" "$version" >"$out/deb/DEBIAN/control"
  echo image >"$out/deb/boot/vmlinuz-$release"
  echo map >"$out/deb/boot/System.map-$release"
  (cd "$out/deb" && md5sum boot/* >DEBIAN/md5sums)
  dpkg-deb --root-owner-group -b "$out/deb" "$out/../$1_\${version}_amd64.deb" >/dev/null
  rm -r "$out/deb"
}
package "linux-image-$release"
! grep -q CONFIG_MODULES=y "$out/.config" || package "linux-headers-$release"
package linux-libc-dev
echo >"$out/../linux-upstream_\${version}_amd64.changes"
`;

const fakeGcc = `#!/bin/sh
cat "$(dirname "$0")/gcc-version"
`;

export interface FakeKbuild {
  readonly tools: string;
  readonly options: BuildOptions;
  builds(): number;
  /** What make was told when it made packages. */
  words(): readonly string[];
}

/** A cache, a source tree and tools of its own. It changes PATH: tests with one run one by one. */
export function fakeKbuild(t: ExecutionContext): FakeKbuild {
  const dir = temporaryDir(t);
  const tools = join(dir, 'tools');
  const path = process.env['PATH'];
  writeFiles(dir, {
    'tools/make': fakeMake,
    'tools/gcc': fakeGcc,
    'tools/ld': '#!/bin/sh\necho ld 1\n',
    'tools/gcc-version': '12.2.0\n',
    'linux/Makefile': 'VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 200\n',
    'linux/net/a.c': 'int a;\n',
    'linux/scripts/min-tool-version.sh': 'echo 5.1.0\n',
  });
  process.env['PATH'] = `${tools}:${path}`;
  process.env['FLASH_CACHE'] = join(dir, 'cache');
  t.teardown(() => void (process.env['PATH'] = path));
  const read = (name: string): string => (existsSync(join(tools, name)) ? readFileSync(join(tools, name), 'utf8') : '');
  return {
    tools,
    options: { vanilla: true, source: join(dir, 'linux') },
    builds: () => read('builds').length / 2,
    words: () => read('words').split('\n'),
  };
}
