import test from 'ava';
import { parseTestWords } from '../../../commands/bisect/test-words.js';
import { FlashError } from '../../../errors.js';

for (const { words, suite, config } of [
  { words: ['guest'], suite: 'guest', config: 'lean' },
  { words: ['guest', '--match', "a full RX ring*, and it's quiet"], suite: 'guest', config: 'lean' },
  { words: ['guest', '--config', 'debug'], suite: 'guest', config: 'debug' },
  { words: ['hold'], suite: 'hold', config: 'hold' },
  { words: ['kunit', '--match', 'xsk_queue*'], suite: 'KUnit', config: 'lean' },
  { words: ['nic', 'patched', '--nic', 'ice', '--match', 'x*'], suite: 'nic', config: 'lean' },
  { words: ['chaos', '--device', 'veth', '--seed', '7', '--seconds', '5'], suite: 'chaos', config: 'lean' },
]) {
  test(`tests are chosen by the words of npm test: ${words.join(' ')}`, (t) => {
    const chosen = parseTestWords(words);

    t.is(chosen.suite, suite);
    t.is(chosen.config, config as typeof chosen.config);
  });
}

test('the words are kept as a shell takes them', (t) => {
  t.is(parseTestWords(['guest', '--match', "it's *"]).words, `guest --match 'it'\\''s *'`);
});

for (const { words, says } of [
  { words: ['unit'], says: /`unit` names no tests to look with: unknown command 'unit'/ },
  { words: ['mutants-apply'], says: /unknown command 'mutants-apply'/ },
  { words: ['guest', '--matches', 'x'], says: /unknown option '--matches'/ },
  { words: ['nic', 'unpatched'], says: /'unpatched' is invalid/ },
  { words: ['chaos', '--seconds', 'x'], says: /whole number/ },
  { words: ['--help'], says: /no suite is named/ },
]) {
  test(`words that choose no tests of a kernel are refused: ${words.join(' ')}`, (t) => {
    const error = t.throws(() => parseTestWords(words), { instanceOf: FlashError, message: says });

    t.is(error?.kind, 'usage');
  });
}
