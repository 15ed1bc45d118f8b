import { FlashError } from '../errors.js';
import { run } from '../process/run.js';

interface Link {
  readonly ifname: string;
  readonly altnames?: readonly string[];
}

/** The kernel's own name of the device that a user calls by this one or an altname: /sys knows no altnames. */
export async function kernelNameOf(device: string): Promise<string> {
  const links = JSON.parse(await run('ip', ['-json', 'link', 'show'])) as Link[];
  const found = links.find(({ ifname, altnames = [] }) => [ifname, ...altnames].includes(device));
  if (found !== undefined) return found.ifname;
  throw new FlashError('usage', `there is no network device "${device}"`, {
    advice: `there are ${links.map(withAltnames).join(', ')}`,
  });
}

function withAltnames({ ifname, altnames = [] }: Link): string {
  return altnames.length === 0 ? ifname : `${ifname} (${altnames.join(', ')})`;
}
