import test from 'ava';
import { FlashError } from '../../../errors.js';
import { isRelease } from '../../../prove/fetched-tool.js';
import { lettersOf, untested } from '../../../prove/litmus/letters.js';
import { parseLitmusTest, readLitmusTests } from '../../../prove/litmus/litmus-test.js';
import { readObservation } from '../../../prove/litmus/run-litmus.js';

const text = `C name
(*
 * barrier: ring A, ring B
 * without A: P0: smp_mb(); => r0 = 0;
 * without B: P1: smp_mb(); => r1 = 0;
 *)
{}
P0(int *x)
{
	smp_mb();
}

P1(int *x)
{
	smp_mb();
}
exists (0:r0=0)
`;

test('a variant lacks the barrier of one process alone', (t) => {
  const { variants } = parseLitmusTest('name', text);

  t.deepEqual(
    variants.map(({ without, process }) => `${without.letter} ${process}`),
    ['A P0', 'B P1'],
  );
  t.regex(variants[1]?.text ?? '', /P0\(int \*x\)\n\{\n\tsmp_mb\(\);\n\}\n\nP1\(int \*x\)\n\{\n\tr1 = 0;\n\}/);
});

for (const { title, broken, says } of [
  { title: 'names no barriers', broken: text.replace('barrier:', 'about:'), says: /which barriers/ },
  {
    title: 'has a barrier without a variant',
    broken: text.replace('without B', 'with B'),
    says: /no variant without B/,
  },
  { title: 'replaces what is not there', broken: text.replace('P1: smp_mb', 'P1: smp_wmb'), says: /has no "smp_wmb/ },
  { title: 'has another name', broken: text.replace('C name', 'C other'), says: /another name/ },
]) {
  test(`a litmus test that ${title} is refused`, (t) => {
    const error = t.throws(() => parseLitmusTest('name', broken), { instanceOf: FlashError });

    t.regex(error?.message ?? '', says);
  });
}

test('letters are found in diagrams and at their sites', (t) => {
  const source = `
 * LOAD.acq q->prod_head       (E)
	head = smp_load_acquire(&q->head); /* F, matches G */
	smp_mb(); /* A: either a kick finds it gone */
	smp_mb(); /* B, and C; who saw it */
	smp_mb(); /* H */
	/* As long as it takes. */`;

  t.deepEqual(lettersOf(source), ['A', 'B', 'C', 'E', 'F', 'H']);
});

test('a barrier of another alphabet is no test of this one', (t) => {
  const tests = [parseLitmusTest('name', text)];

  t.deepEqual(
    untested(
      [
        { scope: 'ring', letter: 'A' },
        { scope: 'carry', letter: 'A' },
      ],
      tests,
    ),
    [{ scope: 'carry', letter: 'A' }],
  );
});

test('what herd7 has observed is read', (t) => {
  t.deepEqual(readObservation('Observation some-name Sometimes 2 11\n'), { states: 13, forbidden: 2 });
  t.throws(() => readObservation('Fatal error'), { instanceOf: FlashError });
});

test('a herd7 that is too old is not taken', (t) => {
  t.true(isRelease('7.58, Rev: exported', [7, 56]));
  t.true(isRelease('8.1', [7, 56]));
  t.false(isRelease('7.55', [7, 56]));
  t.false(isRelease('', [7, 56]));
});

test('the litmus tests of the series can be read', (t) => {
  t.true(readLitmusTests().length > 0);
});
