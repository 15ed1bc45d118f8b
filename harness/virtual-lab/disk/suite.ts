import { existsSync, readFileSync } from 'node:fs';
import { parseOsRelease } from '../../apt/archive.js';
import type { Suite } from '../../fresh/archive.js';

/** The Debian of the machines: what is compiled here has to run there. On no Debian, the newest. */
export function ownSuite(): Suite {
  const release = parseOsRelease(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '');
  return release.codename === 'bookworm' ? 'bookworm' : 'trixie';
}
