import { attempt } from '../process/run.js';
import type { Finding } from './finding.js';
import { findVirtmeNg } from './virtme-ng.js';

const bootstrap = 'ci/bootstrap.sh installs it';

interface Tool {
  readonly what: string;
  readonly command: readonly [string, ...string[]];
  readonly advice: string;
}

const tools: readonly Tool[] = [
  { what: 'compiler', command: ['gcc', '--version'], advice: bootstrap },
  { what: 'clang (BPF)', command: ['clang', '--version'], advice: bootstrap },
  { what: 'ccache', command: ['ccache', '--version'], advice: bootstrap },
  { what: 'sparse', command: ['sparse', '--version'], advice: bootstrap },
  { what: 'cmocka (NIC tests)', command: ['pkg-config', '--modversion', 'cmocka'], advice: bootstrap },
  { what: 'QEMU', command: ['qemu-system-x86_64', '--version'], advice: bootstrap },
  { what: 'libbpf', command: ['pkg-config', '--modversion', 'libbpf'], advice: bootstrap },
  { what: 'libxdp', command: ['pkg-config', '--modversion', 'libxdp'], advice: bootstrap },
];

export async function inspectTools(): Promise<readonly Finding[]> {
  return Promise.all([...tools.map(inspectTool), inspectVirtmeNg()]);
}

async function inspectTool({ what, command: [program, ...args], advice }: Tool): Promise<Finding> {
  const { exitCode, stdout } = await attempt(program, args);
  if (exitCode !== 0) return { what, state: 'missing', found: 'not installed', advice };
  return { what, state: 'ok', found: stdout.trim().split('\n')[0] ?? '' };
}

async function inspectVirtmeNg(): Promise<Finding> {
  const what = 'virtme-ng';
  const program = await findVirtmeNg();
  if (program === undefined) return { what, state: 'missing', found: 'not installed', advice: bootstrap };
  const { exitCode, stdout } = await attempt(program, ['--version']);
  if (exitCode === 0) return { what, state: 'ok', found: `${stdout.trim()} (${program})` };
  return {
    what,
    state: 'missing',
    found: `${program} does not run`,
    advice: 'remove it; ci/bootstrap.sh installs it again',
  };
}
