import { join, relative, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { FlashError } from '../errors.js';
import { callerDir, repositoryRoot } from '../host/repository.js';
import { withTemporaryDir } from '../host/temporary.js';
import { readCoverLetter, requireKnownPostings } from '../kernel/series/cover-letter.js';
import { borrowRepository, findCommit } from '../kernel/git.js';
import { mailPosting, type Mail, type MailTree } from '../kernel/series/mail.js';
import { readPostings } from '../kernel/series/postings.js';
import { seriesPath } from '../kernel/series/series.js';
import { loadBase } from '../kernel/source/base.js';
import { onSource } from './on-source.js';
import { needsPackages } from './packages.js';

interface MailOptions {
  readonly base: string;
  readonly version: number;
  readonly output: string | undefined;
  readonly onto: string | undefined;
  readonly from: string | undefined;
}

export function addPatchesMail(command: Command): void {
  needsPackages(command, 'mail')
    .argument('<posting>', 'a posting of the series file')
    .option('--version <n>', 'the version of the posting', positiveInteger, 1)
    .option('--output <dir>', 'where to write the mail (default: out/mail/POSTING-vN)')
    .option(
      '--onto <tree>',
      'make the patches for the commit that is checked out in this git tree, instead of for the base',
    )
    .option('--from <author>', 'who mails and signs off, as "Name <address>", where the series names nobody', author)
    .action((name: string, options: MailOptions) => mail(name, options));
}

async function mail(name: string, { base, version, output, onto, from }: MailOptions): Promise<void> {
  const dir = resolve(callerDir, output ?? join(repositoryRoot, 'out', 'mail', `${name}-v${version}`));
  const postings = readPostings(seriesPath, loadBase(base));
  const coverLetter = readCoverLetter();
  requireKnownPostings(
    coverLetter,
    readPostings().map((posting) => posting.name),
  );
  const write = async (target: MailTree): Promise<void> => {
    report(await mailPosting(target, { postings, name, version, coverLetter, output: dir, from }), dir);
  };
  if (onto !== undefined) return ontoTree(resolve(callerDir, onto), write);
  await onSource(base, `mailing ${name}`, ({ repository, baseCommit, release }) =>
    write({ repository, baseCommit, tree: repository, release }),
  );
}

/** The user's tree is read and not written to: the patches become commits of a repository that goes afterwards. */
async function ontoTree(tree: string, write: (target: MailTree) => Promise<void>): Promise<void> {
  const baseCommit = await findCommit(tree, 'HEAD');
  if (baseCommit === undefined) {
    throw new FlashError('usage', `--onto ${tree} is no git tree`, {
      advice: 'name the top directory of one that is checked out',
    });
  }
  await withTemporaryDir(tmpdir(), async (scratch) => {
    const repository = join(scratch, 'borrowed', 'tree');
    await borrowRepository(tree, repository);
    await write({ repository, baseCommit, tree, release: undefined });
  });
}

function report({ files, recipients, missing, unreachable }: Mail, dir: string): void {
  for (const file of files) console.log(join(relative(callerDir, dir), file));
  for (const address of recipients.to) console.log(`to  ${address}`);
  for (const address of recipients.cc) console.log(`cc  ${address}`);
  if (missing > 0) console.log(`\nthe cover letter lacks ${missing} figures: kernel/cover-letter.md has them as TBD`);
  for (const author of unreachable)
    console.log(`\nno mail reaches ${author}, and nobody takes what they sign off: say who you are by --from`);
  console.log(`\nread it, then: git send-email --dry-run ${dir}`);
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1 to 9999.');
  return Number(text);
}

function author(text: string): string {
  if (/^[^\s<>,][^<>,\n]* <[^\s<>@]+@[^\s<>@]+>$/.test(text)) return text;
  throw new InvalidArgumentError('Give it like "Name <name@example.org>", without a comma.');
}
