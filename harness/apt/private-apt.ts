import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, type RunResult } from '../process/run.js';
import type { Archive } from './archive.js';

/**
 * An apt whose lists, downloads and idea of what is installed (nothing) are files of one directory.
 * It keeps the system's proxies and credentials and leaves everything else of it alone.
 */
export interface PrivateApt {
  readonly run: (program: 'apt-get' | 'apt-cache', args: readonly string[], cwd?: string) => Promise<RunResult>;
  /** Where packages are downloaded to. */
  readonly archives: string;
  /** What has been downloaded, complete and not. */
  readonly downloadedBytes: () => number;
  readonly packages: () => string[];
}

export function openPrivateApt(dir: string, archive: Archive, suite: string): PrivateApt {
  const at = (...parts: readonly string[]): string => join(dir, ...parts);
  const [configPath, sourcesPath, archives] = [at('apt.conf'), at('sources.list'), at('archives')];
  mkdirSync(at('lists', 'partial'), { recursive: true });
  mkdirSync(at('archives', 'partial'), { recursive: true });
  writeFileSync(at('status'), '');
  writeFileSync(
    sourcesPath,
    `deb [arch=amd64 signed-by=${archive.keyring}] ${archive.uri} ${suite} ${archive.components.join(' ')}\n`,
  );
  writeFileSync(configPath, configuration(dir, sourcesPath));
  const options = ['--config-file', configPath];
  return {
    archives,
    run: (program, args, cwd = dir) =>
      attempt(program, [...options, ...args], { cwd, env: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' } }),
    packages: () =>
      readdirSync(archives)
        .filter((name) => name.endsWith('.deb'))
        .map((name) => join(archives, name)),
    downloadedBytes: () => sizeOfFiles(archives) + sizeOfFiles(join(archives, 'partial')),
  };
}

/**
 * Read after the system's own configuration. The hooks are the system's business, the rest would be
 * about suites that are not in these sources. Root does not need to hand the download to a user who
 * may not enter the cache.
 */
function configuration(dir: string, sourcesPath: string): string {
  return `#clear APT::Update;
#clear APT::Architectures;
#clear DPkg;
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Default-Release "";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "2";
Dir::Cache "${dir}";
Dir::Cache::archives "archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::sourcelist "${sourcesPath}";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "${dir}";
Dir::State::lists "lists";
Dir::State::status "${join(dir, 'status')}";
`;
}

function sizeOfFiles(dir: string): number {
  const sizes = readdirSync(dir).map((name) => statSync(join(dir, name), { throwIfNoEntry: false }));
  return sizes.reduce((sum, entry) => sum + (entry?.isFile() ? entry.size : 0), 0);
}
