import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../../host/cache.js';
import { hashText } from '../../host/hash.js';
import { withLock } from '../../host/lock.js';
import { removeLeftovers, withTemporaryDir } from '../../host/temporary.js';
import { attempt, run, type RunResult } from '../../process/run.js';

/** The tools of the farms themselves, at the versions that this is known to work with. */
const pythonPackages = ['tmt==1.78.0', 'kcidb-io==141', 'voluptuous==0.16.0', 'jinja2', 'pyyaml'] as const;

/** LAVA's schema is in no other registry. */
const debianPackage = 'lava-common';

export interface Validators {
  /** Checks a job as LAVA does before it takes it; what it does not know is refused. */
  lava(file: string): Promise<RunResult>;
  /** Runs all checks of tmt over a folder. */
  tmt(folder: string): Promise<RunResult>;
  /** Checks a report against the schema of KernelCI's database. */
  kcidb(file: string): Promise<RunResult>;
}

/** Gets the tools, into the cache unless they are there, from where pip and apt get packages. */
export async function ensureValidators(onStep: (what: string) => void): Promise<Validators> {
  const parent = cacheDir('farms');
  const folder = join(parent, hashText([...pythonPackages, debianPackage].join(' ')).slice(0, 12));
  if (!existsSync(folder)) {
    await withLock(parent, "getting the farms' tools", async () => {
      removeLeftovers(parent);
      await withTemporaryDir(parent, async (dir) => {
        onStep(`getting ${pythonPackages.join(', ')}`);
        await run('python3', ['-m', 'venv', '--copies', join(dir, 'python')], { failAs: 'missingTool' });
        await installPackages(dir);
        onStep(`getting ${debianPackage}`);
        await run('apt-get', ['download', '-q', debianPackage], { cwd: dir, failAs: 'noNetwork', advice: aptAdvice });
        const deb = readdirSync(dir).find((name) => name.endsWith('.deb')) ?? debianPackage;
        await run('dpkg-deb', ['-x', deb, 'lava'], { cwd: dir });
        renameSync(dir, folder);
      });
    });
  }
  return validatorsIn(folder);
}

const aptAdvice = 'is the network up, and are the package lists current (apt-get update)?';

async function installPackages(dir: string): Promise<void> {
  const python = join(dir, 'python', 'bin', 'python3');
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pythonPackages];
  await run(python, args, { failAs: 'noNetwork', advice: 'is the network up, and does pip find its index?' });
}

const checkKcidb = `import json, sys, kcidb_io
kcidb_io.schema.LATEST.validate(json.load(open(sys.argv[1])))
`;

function validatorsIn(folder: string): Validators {
  // By the interpreter, not by the programs beside it: those name the folder that it was made in.
  const python = join(folder, 'python', 'bin', 'python3');
  const lavaModules = join(folder, 'lava', 'usr', 'lib', 'python3', 'dist-packages');
  const lavaSchema = join(folder, 'lava', 'usr', 'share', 'lava-common', 'lava-schema.py');
  const script = join(folder, 'check-kcidb.py');
  return {
    lava: (file) => attempt(python, [lavaSchema, 'job', '--strict', file], { env: { PYTHONPATH: lavaModules } }),
    tmt: (dir) => attempt(python, ['-m', 'tmt', 'lint'], { cwd: dir }),
    kcidb(file) {
      writeFileSync(script, checkKcidb);
      return attempt(python, [script, file]);
    },
  };
}
