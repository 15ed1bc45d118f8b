import { join } from 'node:path';
import { repositoryRoot } from '../host/repository.js';
import { buildForGuest } from '../kernel/build/image.js';
import { compileWithoutFlash } from '../kernel/check/option-off.js';
import { seriesOf } from '../kernel/series/series.js';
import { chosenBase, loadBase } from '../kernel/source/base.js';
import type { Suite } from './suite.js';

/** The series compiles for those who do not ask for FLASH; `patches -- check` looks at each patch. */
export const optionOffSuite: Suite = {
  name: 'option-off',
  async run({ config }) {
    const { buildDir } = await buildForGuest({ config });
    const compiled = await compileWithoutFlash(buildDir, seriesOf(loadBase(chosenBase())), join(repositoryRoot, 'out'));
    const titled = compiled.map(({ file, failure }) => ({
      title: `${file} compiles without the option`,
      ...(failure === undefined ? { outcome: 'passed' as const } : { outcome: 'failed' as const, detail: failure }),
    }));
    const hasCore = compiled.some(({ file }) => file === 'net/xdp/xsk.c');
    return {
      tests: hasCore ? titled : [{ title: 'what the series changes is compiled', outcome: 'failed' as const }],
    };
  },
};
