import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { withTemporaryDir } from '../../host/temporary.js';
import { applySeries } from './apply.js';
import { composeCoverLetter, countMissing, underlined, type CoverLetter } from './cover-letter.js';
import { git } from '../git.js';
import { findMaintainers, type Recipients } from './maintainers.js';
import { contentOptions } from './patch-file.js';
import { tooLong } from './patch-size.js';
import { findPosting, type Posting } from './postings.js';
import type { Patch } from './series.js';

/** The tree a posting is made for. */
export interface MailTree {
  /** Where the patches become commits. */
  readonly repository: string;
  readonly baseCommit: string;
  /** A tree that is checked out, whose get_maintainer.pl is asked. */
  readonly tree: string;
  /** What the base is called if nobody else has its commit. */
  readonly release: string | undefined;
}

export interface MailRequest {
  readonly postings: readonly Posting[];
  readonly name: string;
  readonly version: number;
  /** The text of kernel/cover-letter.md. */
  readonly coverLetter: string;
  readonly output: string;
  /** Who mails it, as `Name <address>`: takes the place of who has no address that mail reaches. */
  readonly from?: string | undefined;
}

export interface Mail {
  readonly files: readonly string[];
  readonly recipients: Recipients;
  /** Figures that the cover letter lacks. */
  readonly missing: number;
  /** Authors whom no mail reaches: nobody takes a patch that they sign off. */
  readonly unreachable: readonly string[];
}

/** Writes a folder that `git send-email` and `b4` take. */
export async function mailPosting(target: MailTree, request: MailRequest): Promise<Mail> {
  const posting = findPosting(request.postings, request.name);
  requireReady(posting);
  const before = request.postings.slice(0, request.postings.indexOf(posting));
  const letter = composeCoverLetter(request.coverLetter, posting.name);
  requireChanges(request, letter.changes);
  const recipients = await findMaintainers(target.tree, posting.patches);
  return withTemporaryDir(tmpdir(), async (scratch) => {
    const { patches, unreachable } = signOff(posting.patches, request.from, scratch);
    const earlier = before.flatMap((each) => each.patches);
    const { commits, tip } = await applySeries(target.repository, target.baseCommit, [...earlier, ...patches]);
    const start = commits[earlier.length - 1] ?? target.baseCommit;

    emptyFolder(request.output);
    const options = [
      `--output-directory=${request.output}`,
      ...contentOptions,
      `--base=${target.baseCommit}`,
      '--thread=shallow',
      `--subject-prefix=${prefixOf(posting, request.version)}`,
      ...recipients.to.map((address) => `--to=${address}`),
      ...recipients.cc.map((address) => `--cc=${address}`),
      ...(patches.length > 1 ? ['--cover-letter'] : []),
    ];
    const env = await authorOf(target.repository, tip);
    await git(target.repository, ['format-patch', '--quiet', ...options, `${start}..${tip}`], { env });

    const files = readdirSync(request.output).sort();
    const texts = files.map((file) => readFileSync(join(request.output, file), 'utf8'));
    const [first = '', last = first] = [texts.at(0), texts.at(-1)];
    const text = nameBase(first, target.release, before);
    const hasCover = patches.length > 1;
    writeFileSync(
      join(request.output, files[0] ?? ''),
      hasCover ? fillCover(withSender(text, last), posting.title, letter) : addChanges(text, letter.changes),
    );
    return { files, recipients, missing: hasCover ? countMissing(letter) : 0, unreachable };
  });
}

/** An author with an address of the domain that is reserved for those that nobody has, as `From:` and tags have it. */
const unreachableAuthor = /(?<=^[\w-]+: )[^\n<>]+ <[^\n<>]+\.invalid>/gm;

/** The patches with `from` in the place of authors whom no mail reaches, in a folder; and those authors that are left. */
function signOff(
  patches: readonly Patch[],
  from: string | undefined,
  folder: string,
): { readonly patches: readonly Patch[]; readonly unreachable: readonly string[] } {
  const texts = patches.map(({ path }) => readFileSync(path, 'utf8'));
  const found = texts.flatMap((text) => messageOf(text).match(unreachableAuthor) ?? []);
  if (from === undefined) return { patches, unreachable: [...new Set(found)] };
  const signed = patches.map((patch, index) => {
    const text = texts[index] ?? '';
    const message = messageOf(text);
    const path = join(folder, `${index}.patch`);
    writeFileSync(path, message.replace(unreachableAuthor, () => from) + text.slice(message.length));
    return { ...patch, path };
  });
  return { patches: signed, unreachable: [] };
}

/** A patch up to the line that ends its message. */
const messageOf = (text: string): string => text.slice(0, text.indexOf('\n---\n') + 1);

function requireReady({ name, patches }: Posting): void {
  const problems = patches.flatMap((patch) => {
    const problem = tooLong(patch);
    return problem === undefined ? [] : [`${patch.file} ${problem}`];
  });
  if (problems.length === 0) return;
  throw new FlashError('testFailure', `the posting ${name} is not ready to be mailed`, {
    logTail: problems.join('\n'),
    advice: 'split them',
  });
}

function requireChanges({ name, version }: MailRequest, changes: string): void {
  if (version === 1 || new RegExp(`^v${version}:`, 'm').test(changes)) return;
  throw new FlashError('usage', `kernel/cover-letter.md does not say what v${version} of ${name} changes`, {
    advice: `write it below "# ${name}: Changes", after a line "v${version}:"`,
  });
}

function prefixOf({ tree }: Posting, version: number): string {
  return `PATCH ${tree}${version > 1 ? ` v${version}` : ''}`;
}

/** The cover letter comes from who wrote the patches, and so do the ids of the messages. */
async function authorOf(repository: string, commit: string): Promise<Readonly<Record<string, string>>> {
  const author = await git(repository, ['show', '--no-patch', '--format=%an%n%ae', commit]);
  const [name = '', email = ''] = author.split('\n');
  return { GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}

/** Mail of an earlier run goes; a folder with anything else in it is left alone. */
function emptyFolder(dir: string): void {
  mkdirSync(dir, { recursive: true });
  const names = readdirSync(dir);
  const other = names.find((name) => !/^\d{4}-.+\.patch$/.test(name));
  if (other !== undefined) {
    throw new FlashError('usage', `${dir} has something else in it, ${other}, which would be mailed along`, {
      advice: 'name a new folder with --output',
    });
  }
  for (const name of names) rmSync(join(dir, name));
}

/** A commit that only we have says nothing to anybody: the release does. What git lists as needed before stays. */
function nameBase(text: string, release: string | undefined, before: readonly Posting[]): string {
  const after = before.length === 0 ? '.' : `, after\n${before.map(({ title }) => ` - ${title}`).join('\n')}`;
  return release === undefined ? text : text.replace(/^base-commit: .*$/m, () => `Applies to Linux ${release}${after}`);
}

/** The sender as in a patch: git 2.39 encodes a name there, and not in a cover letter. */
function withSender(cover: string, patch: string): string {
  const sender = /^From: .*(?:\n[ \t].*)*/m;
  return cover.replace(sender, () => sender.exec(patch)?.[0] ?? '');
}

function fillCover(text: string, title: string, { body, changes }: CoverLetter): string {
  const blurb = changes === '' ? body : `${body}\n\n${underlined('Changes')}\n\n${changes}`;
  return text.replace('*** SUBJECT HERE ***', () => title).replace('*** BLURB HERE ***', () => blurb);
}

/** Below the line that ends the message of a commit. */
function addChanges(text: string, changes: string): string {
  return changes === '' ? text : text.replace('\n---\n', () => `\n---\n${changes}\n\n`);
}
