import test from 'ava';
import { FlashError } from '../../../../errors.js';
import {
  composeCoverLetter,
  countMissing,
  readCoverLetter,
  requireKnownPostings,
} from '../../../../kernel/series/cover-letter.js';
import { readPostings } from '../../../../kernel/series/postings.js';

const file = `For the authors. TBD

# one
First, TBD.

# one two: Title
<!-- a comment
of two lines -->
    1  TBD<!-- and one in a line -->

# all: Common
    # echo no heading

# one: Changes
v2:
 - new

# two
Not for one.
`;

test('a cover letter has the sections of its posting in order, titles underlined, and no comments', (t) => {
  const { body, changes } = composeCoverLetter(file, 'one');

  t.is(body, 'First, TBD.\n\nTitle\n=====\n\n    1  TBD\n\nCommon\n======\n\n    # echo no heading');
  t.is(changes, 'v2:\n - new');
});

test('figures that are not measured yet are counted', (t) => {
  t.is(countMissing(composeCoverLetter(file, 'one')), 2);
  t.is(countMissing(composeCoverLetter(file, 'two')), 1);
});

test('a section for a posting that the series does not have is named by its line', (t) => {
  const error = t.throws(() => requireKnownPostings(file, ['one']), { instanceOf: FlashError });

  t.regex(error.message, /cover-letter\.md:6: the series has no posting two/);
});

test('the cover letter of this repository is for the postings of its series', (t) => {
  t.notThrows(() =>
    requireKnownPostings(
      readCoverLetter(),
      readPostings().map(({ name }) => name),
    ),
  );
});

for (const { name } of readPostings().filter(({ patches }) => patches.length > 1)) {
  test(`the cover letter of ${name} begins with a section of its own and fits a mail`, (t) => {
    const { body, changes } = composeCoverLetter(readCoverLetter(), name);

    const lines = `${body}\n${changes}`.split('\n');
    t.regex(body, /^[A-Z][^\n]+\n(?!=)/);
    t.deepEqual(
      lines.filter((line) => line.length > 72 || /[^\x20-\x7e]/.test(line) || /^---$|^diff |^\*\*\*/.test(line)),
      [],
    );
  });
}
