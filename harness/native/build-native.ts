import { join } from 'node:path';
import type { OnProgress } from '../host/progress.js';
import { repositoryRoot } from '../host/repository.js';
import { make, type MakeArgs } from '../host/make.js';
import { rustTarget } from './cargo.js';

const outDir = join(repositoryRoot, 'out', 'native');

/** The programs in C and BPF, built from this folder, nf/ and bpf/. */
export const nativePaths = {
  networkFunctions: join(outDir, 'nf'),
  pump: join(outDir, 'pump'),
  handover: join(outDir, 'handover'),
  held: join(outDir, 'held'),
  lease: join(outDir, 'lease'),
  layouts: join(outDir, 'layouts'),
  hops: join(outDir, 'hops'),
  hopsDpdk: join(outDir, 'hops-dpdk'),
  l2fwd: join(outDir, 'l2fwd'),
  l2fwdRust: join(rustTarget, 'debug', 'l2fwd'),
  l2fwdRustRelease: join(rustTarget, 'release', 'l2fwd'),
  maglev: join(outDir, 'maglev'),
  responder: join(outDir, 'responder'),
  hostile: join(outDir, 'hostile'),
  xskTests: join(outDir, 'xsk-tests'),
  xskTestsSanitized: join(outDir, 'xsk-tests-sanitized'),
  xskTestTitles: join(outDir, 'xsk-tests.titles'),
  xskRedirect: bpfObject('xsk_redirect'),
  passthroughGuest: join(outDir, 'passthrough-guest'),
  passthroughPeer: join(outDir, 'passthrough-peer'),
  xdpForward: bpfObject('xdp_forward'),
} as const;

/** A compiled file of bpf/, by its name there. */
export function bpfObject(name: string): string {
  return join(outDir, `${name}.bpf.o`);
}

/** With a relative OUT: the path of the checkout may have blanks, which make cannot quote. */
export function nativeMakeArgs(root: string = repositoryRoot): MakeArgs {
  return ['-C', join(root, 'harness', 'native'), 'OUT=../../out/native'];
}

/** The library for network functions, its tests and the examples. */
export function networkFunctionsMakeArgs(root: string = repositoryRoot): MakeArgs {
  return ['-C', join(root, 'nf'), 'OUT=../out/native'];
}

/** Brings the programs up to date; make looks at what changed. */
export async function buildNative(onProgress?: OnProgress): Promise<void> {
  for (const args of [nativeMakeArgs(), networkFunctionsMakeArgs()]) {
    await make(args, {
      what: 'the C and BPF programs',
      onProgress,
      failAs: 'buildFailed',
      advice: 'libxdp, libbpf and clang are needed; `npm run doctor` says what is missing',
    });
  }
}
