import { FlashError } from '../errors.js';
import { knownBases } from '../kernel/source/base.js';
import { isBefore, nicCards, nicModels, type NicCard, type NicModel } from './model.js';

/** Those that were asked for, or all, if their drivers have a zero-copy mode on a base. */
export function modelsFor(base: string, asked?: readonly NicModel[]): readonly NicModel[] {
  const possible = nicModels.filter((model) => hasZeroCopy(model, base));
  const others = asked?.filter((model) => !possible.includes(model)) ?? [];
  if (others.length === 0) return possible.filter((model) => asked?.includes(model) ?? true);
  const bases = knownBases().filter((known) => others.every((model) => hasZeroCopy(model, known)));
  throw new FlashError('usage', `${others.join(', ')}: the driver has no zero-copy mode on Linux ${base}`, {
    advice: `take --base ${bases.join('|')}`,
  });
}

function hasZeroCopy(model: NicModel, base: string): boolean {
  const { zeroCopySince = base }: NicCard = nicCards[model];
  return !isBefore(base, zeroCopySince);
}
