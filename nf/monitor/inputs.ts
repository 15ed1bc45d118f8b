import type { Chain } from './chain-file.js';
import type { Place, World } from './surroundings.js';

/**
 * Connects what devices receive to the functions with `input` that are there, and changes nothing that is so already.
 * What fails is tried again by the next call.
 */
export function makeInputs(
  world: World,
  attempt: (what: string, work: () => void) => void,
): (chain: Chain | undefined, placeOf: (name: string) => Place | undefined) => void {
  const inputs = new Map<string, string>();
  return (chain, placeOf) => {
    const wanted = new Map<string, Map<number, Place>>();
    for (const [name, { input, device, queue }] of Object.entries(chain?.functions ?? {})) {
      if (!input) continue;
      const places = wanted.get(device) ?? new Map<number, Place>();
      wanted.set(device, places);
      const place = placeOf(name);
      if (place !== undefined) places.set(queue, place);
    }
    // Other programs may want to attach theirs where no function has input any more.
    for (const device of inputs.keys())
      if (!wanted.has(device))
        attempt(`disconnecting ${device}`, () => {
          world.disconnect(device);
          inputs.delete(device);
        });
    for (const [device, places] of wanted) {
      const text = [...places].map(([queue, { cookie }]) => `${queue}:${cookie}`).join(' ');
      if ((inputs.get(device) ?? '') === text) continue;
      attempt(`connecting ${device}`, () => {
        world.setInputs(device, places);
        inputs.set(device, text);
      });
    }
  };
}
