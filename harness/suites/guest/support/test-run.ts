import { loadBpfObject, type LoadOptions } from '../../../ffi/bpf-object.js';
import { testRun, type TestRunResult } from '../../../ffi/bpf-test-run.js';
import type { CataloguedProgram } from '../../../xdp/catalogue.js';

/** A program on no device, to be run on packets one at a time. */
export interface LoneProgram extends Disposable {
  readonly run: (packet: Buffer) => TestRunResult;
  readonly mapFd: (map: string) => number;
}

export function loadAlone(
  { object: path, program }: CataloguedProgram,
  options: Pick<LoadOptions, 'prepare'> = {},
): LoneProgram {
  const object = loadBpfObject({ path, ...options });
  return {
    run: (packet) => testRun(object.programFd(program), packet),
    mapFd: object.mapFd,
    [Symbol.dispose]: () => object[Symbol.dispose](),
  };
}
