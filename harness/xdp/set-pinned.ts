import { FlashError } from '../errors.js';
import { catalogue } from './catalogue.js';
import { pinnedDevices, pinnedMapNames, withPinnedMaps } from './pins.js';
import { applySettings, checkSettings, toldBy, type Settings } from './settings.js';

/** Tells programs that are pinned as a name something else. */
export function setPinned(name: string, settings: Settings, { netns }: { readonly netns?: string | undefined }): void {
  const maps = pinnedMapNames(name);
  const there = catalogue.filter(({ ownMap }) => maps.includes(ownMap)).map((program) => program.name);
  const told = toldBy(there, settings);
  const place = { devices: pinnedDevices(name), netns };
  if (told.includes('cpumap')) {
    throw new FlashError('usage', `cpumap keeps its devices while it is attached`, {
      advice: `take it off and attach it anew: npm run xdp -- detach ${name}`,
    });
  }
  if (told.length === 0) {
    throw new FlashError('usage', `${there.join(', ')} of ${name} can be told none of that`, {
      advice: '--to is for redirect-if, redirect and broadcast, --verdict for verdict, --replicas for balance',
    });
  }
  checkSettings(told, settings, place);
  withPinnedMaps(name, (mapFd) => applySettings(told, { mapFd, programs: [] }, settings, place));
}
