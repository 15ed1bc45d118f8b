import test from 'ava';
import { guestsAtOnce, guestsVariable } from '../../../../machine/guest/at-once.js';

const gib = 2 ** 30;

test.beforeEach(() => delete process.env[guestsVariable]);

test.serial('there is a guest a processor, as far as memory goes, and never none', (t) => {
  t.is(guestsAtOnce(2, 20 * gib), 2);
  t.is(guestsAtOnce(8, 13 * gib), 3);
  t.is(guestsAtOnce(8, 1 * gib), 1);
  t.is(guestsAtOnce(64, 512 * gib), 8);
});

test.serial('who asks for a number of guests gets it', (t) => {
  process.env[guestsVariable] = '3';
  t.is(guestsAtOnce(1, 1 * gib), 3);
});

for (const text of ['0', '-1', '1.5', 'two', '100'])
  test.serial(`"${text}" guests are refused`, (t) => {
    process.env[guestsVariable] = text;
    t.throws(() => guestsAtOnce(), { message: new RegExp(`FLASH_GUESTS is "${text}"`) });
  });
