import test from 'ava';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { applySeries } from '../../../../kernel/series/apply.js';
import { attemptGit, borrowRepository, git } from '../../../../kernel/git.js';
import { mailPosting, type MailRequest } from '../../../../kernel/series/mail.js';
import { exportSeries } from '../../../../kernel/series/export.js';
import { checkoutSeries } from '../../../../kernel/series/work-tree.js';
import { readPostings } from '../../../../kernel/series/postings.js';
import { attempt } from '../../../../process/run.js';
import { commitFiles, lines, temporaryDir, tinyRepository, type Owner } from '../../support/tiny-repository.js';

const mailer = [
  await attemptGit('.', ['send-email', '--dump-aliases']),
  await attempt('perl', ['-MMail::Address', '-e', '1']),
];
const b4 = await attempt('sh', ['-c', 'command -v b4']);

/** Says who it is asked about, as the one of a kernel tree would. */
const getMaintainer = `#!/usr/bin/perl
my %asked = map { $_ => 1 } @ARGV;
print "Björn Töpel <bjorn\\@example.org>\\n" unless $asked{'--no-m'};
print "Rev Iewer <rev\\@example.org>\\n" unless $asked{'--no-r'};
print "netdev\\@example.org\\n" unless $asked{'--no-l'};
`;

const coverLetter = `Not mailed.

# all
What all of it is.

# two: Numbers
1 and 2.

# one: Changes
v2:
 - a is better

# two: Changes
v3:
 - shorter
v2:
 - longer

# three
Not this.
`;

/** A base with a series of two postings: a fix, and three patches, one with a blank line at its end. */
async function makeSeries(owner: Owner) {
  const files = { 'net/a.c': lines(), 'net/b.c': `${lines()}\n\n\n`, 'scripts/get_maintainer.pl': getMaintainer };
  const source = await tinyRepository(owner, files);
  const tree = await checkoutSeries(source, [], false);
  await commitFiles(tree, 'xsk: mend a', { 'net/a.c': lines('eleven') });
  await commitFiles(tree, 'xsk: change b', { 'net/b.c': `${lines('eleven')}\n\n\n` });
  await commitFiles(tree, 'xsk: describe b', { 'Documentation/b.rst': 'word\n'.repeat(300) });
  await commitFiles(tree, 'xsk: change b again', { 'net/b.c': `${lines('twelve')}\n\n\n` });
  const series = join(source.dir, 'kernel', 'series');
  const [first, ...others] = (await exportSeries(source, series)).files;
  writeFileSync(
    series,
    ['# posting one (net): xsk: a fix', first, '# posting two: xsk: b and more', ...others, ''].join('\n'),
  );
  const postings = readPostings(series);
  const target = {
    repository: source.repository,
    baseCommit: source.baseCommit,
    tree: source.repository,
    release: '6.12.1',
  };
  // Both prefixes are commits from here on, so that the tests do not apply them at the same time.
  for (const count of [1, 2]) {
    await applySeries(
      source.repository,
      source.baseCommit,
      postings.slice(0, count).flatMap(({ patches }) => patches),
    );
  }
  return { target, postings };
}

let series: Awaited<ReturnType<typeof makeSeries>>;
const cleanUp: (() => unknown)[] = [];
test.before(async () => {
  series = await makeSeries({ teardown: (undo) => void cleanUp.push(undo) });
});
test.after.always(() => cleanUp.forEach((undo) => undo()));

/** The series, and requests that are mailed into a folder of the test. */
function withPostings(t: ExecutionContext) {
  const dir = temporaryDir(t);
  const defaults = { postings: series.postings, version: 1, coverLetter, output: join(dir, 'mail') };
  const request = (name: string, more: Partial<MailRequest> = {}): MailRequest => ({ ...defaults, name, ...more });
  return { ...series, request, dir };
}

const read = (dir: string, file: string): string => readFileSync(join(dir, file), 'utf8');

test('a posting of several patches has a cover letter, numbers and one thread', async (t) => {
  const { target, request } = withPostings(t);
  const wanted = request('two', { version: 3 });

  const { files } = await mailPosting(target, wanted);

  t.deepEqual(files, [
    '0000-cover-letter.patch',
    '0001-xsk-change-b.patch',
    '0002-xsk-describe-b.patch',
    '0003-xsk-change-b-again.patch',
  ]);
  const [cover, ...patches] = files.map((file) => read(wanted.output, file));
  t.regex(cover ?? '', /^Subject: \[PATCH net-next v3 0\/3\] xsk: b and more$/m);
  t.regex(cover ?? '', /^From: A U Thor <author@example\.org>$/m);
  t.true(
    cover?.includes(
      '\n\nWhat all of it is.\n\nNumbers\n=======\n\n1 and 2.\n\nChanges\n=======\n\nv3:\n - shorter\nv2:\n - longer\n\nA U Thor (3):\n',
    ),
    cover,
  );
  t.regex(cover ?? '', /^ 2 files changed, 301 insertions\(\+\)/m);
  t.regex(cover ?? '', /^Applies to Linux 6\.12\.1, after\n - xsk: a fix\nprerequisite-patch-id: [0-9a-f]{40}$/m);
  t.notRegex(cover ?? '', /\*\*\*|base-commit|Not mailed|Not this/);
  const id = /^Message-Id: (<.+@.+>)$/im.exec(cover ?? '')?.[1] ?? 'none';
  for (const [index, patch] of patches.entries()) {
    t.regex(patch, new RegExp(`^Subject: \\[PATCH net-next v3 ${index + 1}/3\\] xsk: `, 'm'));
    t.true(patch.includes(`In-Reply-To: ${id}\n`));
  }
});

test('who mails it stands for an author whom no mail reaches, and it says so where nobody does', async (t) => {
  const { target, postings } = await makeSeries(t);
  const nobody = 'FLASH maintainers <maintainers@flash.invalid>';
  for (const { path } of postings.flatMap(({ patches }) => patches)) {
    const text = readFileSync(path, 'utf8').replace('A U Thor <author@example.org>', nobody);
    writeFileSync(path, text.replace('\nWhy.\n', `\nWhy.\n\nSigned-off-by: ${nobody}\n`));
  }
  const { request } = withPostings(t);
  const mailedBy = async (from?: string) => {
    const wanted = request('two', { postings, from });
    const { files, unreachable } = await mailPosting(target, wanted);
    return { texts: files.map((file) => read(wanted.output, file)), unreachable };
  };

  const signed = await mailedBy('J. Doe <doe@example.org>');
  const encoded = await mailedBy('Jürgen $1 <j@example.org>');
  const unsigned = await mailedBy();

  t.deepEqual(signed.unreachable, []);
  for (const text of [...signed.texts, ...encoded.texts]) t.notRegex(text, /FLASH maintainers|flash\.invalid/);
  for (const text of signed.texts) t.regex(text, /^From: "J\. Doe" <doe@example\.org>$/m);
  t.regex(signed.texts[0] ?? '', /^J\. Doe \(3\):$/m);
  t.regex(signed.texts[1] ?? '', /^Signed-off-by: J\. Doe <doe@example\.org>$/m);
  for (const text of encoded.texts) {
    t.regex(text, /^From: =\?UTF-8\?q\?J=C3=BCrgen=20(?:\$|=24)1\?= <j@example\.org>$/m);
    t.regex(text, /^Content-Type: text\/plain; charset=UTF-8$/m);
  }
  t.regex(encoded.texts[1] ?? '', /^Signed-off-by: Jürgen \$1 <j@example\.org>$/m);
  t.deepEqual(unsigned.unreachable, [nobody]);
});

test('every mail goes to maintainers, with reviewers and lists in copy', async (t) => {
  const { target, request } = withPostings(t);
  const wanted = request('two');

  const { files } = await mailPosting(target, wanted);

  for (const file of files) {
    t.regex(read(wanted.output, file), /^To: Björn Töpel <bjorn@example\.org>$/m);
    t.regex(read(wanted.output, file), /^Cc: Rev Iewer <rev@example\.org>,\n\s+netdev@example\.org$/m);
  }
});

test('a posting of one patch has no cover letter and says below the line what changed', async (t) => {
  const { target, request } = withPostings(t);
  const wanted = request('one', { version: 2 });

  const { files } = await mailPosting(target, wanted);

  t.deepEqual(files, ['0001-xsk-mend-a.patch']);
  const patch = read(wanted.output, '0001-xsk-mend-a.patch');
  t.regex(patch, /^Subject: \[PATCH net v2\] xsk: mend a$/m);
  t.true(patch.includes('\nWhy.\n---\nv2:\n - a is better\n\n net/a.c | 1 +\n'), patch);
  t.true(patch.endsWith('\nApplies to Linux 6.12.1.\n'), patch);
});

for (const name of ['one', 'two']) {
  test(`what is mailed of posting ${name} makes the same trees as the series`, async (t) => {
    const { target, postings, request, dir } = withPostings(t);
    const wanted = request(name, { version: 2 });
    const { commits } = await applySeries(
      target.repository,
      target.baseCommit,
      postings.flatMap(({ patches }) => patches),
    );
    const [start, end] = name === 'one' ? [target.baseCommit, commits[0]] : [commits[0], commits[3]];
    const { files } = await mailPosting(target, wanted);
    const elsewhere = join(dir, 'elsewhere');
    await borrowRepository(target.repository, elsewhere);
    await git(elsewhere, ['checkout', '--quiet', '--detach', start as string]);

    await git(elsewhere, [
      'am',
      '--quiet',
      '--no-3way',
      '--empty=drop',
      ...files.map((file) => join(wanted.output, file)),
    ]);

    const treesOf = async (repository: string, tip: string) =>
      git(repository, ['log', '--reverse', '--format=%T %s%n%b', `${start}..${tip}`]);
    t.is(await treesOf(elsewhere, 'HEAD'), await treesOf(target.repository, end as string));
  });
}

test('a tree of the user gives its commit as the base and is not written to', async (t) => {
  const { target, request, dir } = withPostings(t);
  const { repository, baseCommit } = target;
  const borrowed = join(dir, 'borrowed', 'tree');
  const before = await git(repository, ['for-each-ref']);
  await borrowRepository(repository, borrowed);
  const wanted = request('two');

  await mailPosting({ repository: borrowed, baseCommit, tree: repository, release: undefined }, wanted);

  t.regex(
    read(wanted.output, '0000-cover-letter.patch'),
    new RegExp(`^base-commit: ${baseCommit}\nprerequisite-patch-id: [0-9a-f]{40}$`, 'm'),
  );
  t.is(await git(repository, ['for-each-ref']), before);
});

test('a posting with a patch of too many added lines is refused by name', async (t) => {
  const { target, postings, request, dir } = withPostings(t);
  const long = { file: 'core/long.patch', path: join(dir, 'long.patch') };
  writeFileSync(long.path, `diff --git a/net/b.c b/net/b.c\n@@ -1 +1,251 @@\n${'+x\n'.repeat(251)}`);
  const longer = postings.map((posting) => ({ ...posting, patches: [...posting.patches, long] }));

  const error = await t.throwsAsync(mailPosting(target, request('two', { postings: longer })), {
    instanceOf: FlashError,
  });

  t.is(error?.exitCode, 1);
  t.regex(error?.details.logTail ?? '', /^core\/long\.patch adds 251 lines of code/);
});

const refusals: readonly { title: string; name: string; more: Partial<MailRequest>; message: RegExp }[] = [
  { title: 'a posting that is not there', name: 'four', more: {}, message: /no posting four/ },
  {
    title: 'a version whose changes nobody wrote down',
    name: 'two',
    more: { version: 4 },
    message: /does not say what v4 of two changes/,
  },
];

for (const { title, name, more, message } of refusals) {
  test(`nothing is written for ${title}`, async (t) => {
    const { target, request, dir } = withPostings(t);

    const error = await t.throwsAsync(mailPosting(target, request(name, more)), { instanceOf: FlashError });

    t.regex(error?.message ?? '', message);
    t.false(readdirSync(dir).includes('mail'));
  });
}

test('mail of an earlier run is replaced, and a folder with something else in it left alone', async (t) => {
  const { target, request } = withPostings(t);
  const wanted = request('one');
  await mailPosting(target, request('two'));

  t.deepEqual((await mailPosting(target, wanted)).files, ['0001-xsk-mend-a.patch']);

  writeFileSync(join(wanted.output, 'notes'), '');
  const error = await t.throwsAsync(mailPosting(target, wanted), { instanceOf: FlashError });
  t.regex(error?.message ?? '', /something else in it, notes/);
  t.deepEqual(readdirSync(wanted.output), ['0001-xsk-mend-a.patch', 'notes']);
});
const canSend = mailer.every(({ exitCode }) => exitCode === 0);
const sendTest = canSend ? test : test.skip;

sendTest(
  `git send-email would send all of it, in one thread${canSend ? '' : ' # git-email or libmailtools-perl is not installed'}`,
  async (t) => {
    const { target, request } = withPostings(t);
    const wanted = request('two');
    await mailPosting(target, wanted);

    const result = await attemptGit(target.repository, [
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@example.org',
      'send-email',
      '--dry-run',
      '--confirm=never',
      wanted.output,
    ]);

    t.is(result.exitCode, 0, result.stderr);
    t.is(result.stdout.match(/^Result: OK$/gm)?.length, 4, result.stdout);
    const cover = /^Message-Id: (.*)$/im.exec(result.stdout)?.[1];
    t.is(result.stdout.match(new RegExp(`^In-Reply-To: ${cover}$`, 'gm'))?.length, 3, result.stdout);
  },
);

const b4Test = b4.exitCode === 0 ? test : test.skip;

b4Test(`b4 makes the series of it again${b4.exitCode === 0 ? '' : ' # b4 is not installed'}`, async (t) => {
  const { target, request } = withPostings(t);
  const wanted = request('two', { version: 2 });
  const { files } = await mailPosting(target, wanted);
  const home = temporaryDir(t);
  const box = join(home, 'box');
  writeFileSync(join(home, '.gitconfig'), '[user]\nname = A\nemail = a@example.org\n');
  writeFileSync(box, files.map((file) => read(wanted.output, file)).join('\n'));

  const result = await attempt('b4', ['--offline-mode', 'am', '--no-cache', '-m', box, '-o', home], {
    cwd: target.repository,
    env: { HOME: home },
  });

  t.is(result.exitCode, 0, result.stdout + result.stderr.slice(-3000));
  t.regex(result.stderr, /Total patches: 3/);
});
