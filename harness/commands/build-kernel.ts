import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { FlashError } from '../errors.js';
import { formatSeconds } from '../host/duration.js';
import { showProgress, type OnProgress } from '../host/progress.js';
import { callerDir } from '../host/repository.js';
import { isSecureBootOn } from '../host/secure-boot.js';
import { buildKernel, type BuiltKernel } from '../kernel/build/build.js';
import { isGuestConfig, type KernelConfig } from '../kernel/configs.js';
import { buildPackages, type BuiltPackages } from '../kernel/packages/build-packages.js';
import type { SigningFiles } from '../kernel/packages/signing.js';
import { baseOption } from './base-option.js';
import { kernelConfig } from './file-options.js';
import { needsPackages } from './packages.js';

interface Options {
  readonly base: string;
  readonly config: KernelConfig;
  readonly vanilla: boolean;
  readonly source?: string;
  readonly package?: 'deb';
  readonly sign?: readonly string[];
}

const configs = [
  'lean, hold or debug for guests',
  'server for any server',
  'running for that of the kernel that runs here',
  'localmod for that without modules that are not loaded',
  'or a file',
].join('; ');

export function addBuildKernel(program: Command): void {
  needsPackages(program.command('build-kernel'), (command) =>
    command.opts<Options>().package === undefined ? 'usual' : 'package',
  )
    .description('build a kernel with the FLASH series, or packages of one')
    .addOption(baseOption())
    .option('--config <name|file>', `the kernel configuration: ${configs}`, kernelConfig, 'lean' as const)
    .option('--vanilla', 'leave the series out', false)
    .option('--source <path>', 'a kernel source tree, or a tarball of one')
    .addOption(new Option('--package <kind>', 'make packages to install on machines').choices(['deb']))
    .option('--sign <key cert...>', 'with --package: sign for Secure Boot with this key and its certificate')
    .action(async ({ sign, ...options }: Options) => {
      const signing = signingFiles(options, sign);
      const view = showProgress();
      try {
        const lines = await (options.package === undefined ? image : packages)(options, signing, view.onProgress);
        view.stop();
        console.log(lines.join('\n'));
      } finally {
        view.stop();
      }
    });
}

function signingFiles(options: Options, sign: readonly string[] | undefined): SigningFiles | undefined {
  if (sign === undefined) return undefined;
  if (options.package === undefined) throw new FlashError('usage', '--sign is for packages: add --package deb');
  const [key, certificate, ...others] = sign.map((path) => resolve(callerDir, path));
  if (key !== undefined && certificate !== undefined && others.length === 0) return { key, certificate };
  throw new FlashError('usage', `--sign takes a key and its certificate, and was given ${sign.length} file(s)`);
}

async function image(options: Options, _signing: unknown, onProgress: OnProgress): Promise<readonly string[]> {
  const kernel = await buildKernel({ ...options, onProgress });
  return [`source   ${kernel.origin}`, `image    ${kernel.image}`, ...releaseAndTime(kernel)];
}

async function packages(
  options: Options,
  sign: SigningFiles | undefined,
  onProgress: OnProgress,
): Promise<readonly string[]> {
  const { config } = options;
  if (isGuestConfig(config)) {
    onProgress({
      kind: 'note',
      text: `${config} has drivers for guests; few machines boot it: --config server is for them`,
    });
  }
  const built = await buildPackages({ ...options, sign, onProgress });
  return [
    `source   ${built.origin}`,
    packageLine('image', built.image),
    ...(built.headers === undefined ? [] : [packageLine('headers', built.headers)]),
    packageLine('libc-dev', built.libcDev),
    ...releaseAndTime(built),
    ...(sign === undefined && isSecureBootOn() ? [unsigned] : []),
  ];
}

const unsigned =
  'This machine has Secure Boot on and does not boot a kernel without a signature: sign it with --sign KEY CERT, or switch Secure Boot off.';

/** The path first, so that it can be taken with the mouse. */
function packageLine(what: string, path: string): string {
  const mib = (statSync(path).size / 2 ** 20).toFixed(1);
  return `${what.padEnd(8)} ${path} (${mib} MiB)`;
}

function releaseAndTime(
  built: Pick<BuiltKernel | BuiltPackages, 'release' | 'seconds' | 'rebuilt'>,
): readonly string[] {
  return [
    `release  ${built.release}`,
    `time     ${formatSeconds(built.seconds)}${built.rebuilt ? '' : ' (nothing to do)'}`,
  ];
}
