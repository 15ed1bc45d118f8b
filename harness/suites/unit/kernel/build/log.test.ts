import test from 'ava';
import { relevantLines } from '../../../../kernel/build/log.js';
import { parseWarnings, takeNew } from '../../../../kernel/build/warnings.js';

const noise = Array.from({ length: 60 }, (_, i) => `  CC      fs/file-${i}.o`);

test('an error far above the end of a parallel build is shown with the source it points at', (t) => {
  const log = [
    '  CC      net/a.o',
    'net/a.c:3:5: error: unknown type name',
    '    3 | foo bar;',
    '      | ^~~',
    ...noise,
    'make[1]: *** [Makefile:1: net] Error 2',
  ];

  t.is(relevantLines(log.join('\n')), 'net/a.c:3:5: error: unknown type name\n    3 | foo bar;\n      | ^~~');
});

test('a log without an error line shows its end', (t) => {
  t.true(relevantLines(noise.join('\n')).endsWith('fs/file-59.o'));
});

test('an undefined symbol counts as an error', (t) => {
  t.regex(
    relevantLines(
      ["ld: net/a.o: in function `f':", "a.c:(.text+0x1): undefined reference to `g'", ...noise].join('\n'),
    ),
    /undefined reference/,
  );
});

test('a warning of the base is not blamed on a patch that moves it', (t) => {
  const known = new Set<string>();
  takeNew(known, parseWarnings('/c/tree/net/a.c:10:2: warning: unused variable [-Wunused]', '/c/tree'));

  const blamed = takeNew(
    known,
    parseWarnings('../tree/net/a.c:14:2: warning: unused variable [-Wunused]\nnet/b.c:1:1: warning: new', '/c/tree'),
  );

  t.deepEqual(blamed, [{ file: 'net/b.c', line: 1, message: 'new' }]);
});

test("kernel-doc's warnings are read in the format of each base", (t) => {
  const message = "No description found for return value of 'f'";
  const texts = [`net/a.c:10: warning: ${message}`, `Warning: /c/tree/net/a.c:10 ${message}`];

  for (const text of texts) t.deepEqual(parseWarnings(text, '/c/tree'), [{ file: 'net/a.c', line: 10, message }]);
});
