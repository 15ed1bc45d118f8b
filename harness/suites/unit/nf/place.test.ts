import test from 'ava';
import { joinChain, openPort, type FlashError, type OpenOptions } from '../../../../nf/typescript/index.js';

/** Fails with an error that says what to do. */
const refused = async (attempt: Promise<unknown>): Promise<FlashError> => {
  const outcome: unknown = await attempt.catch((error: unknown) => error);
  return outcome as FlashError;
};

for (const { what, options, says } of [
  { what: 'an empty device', options: { device: '' }, says: /Too small.*at device/s },
  { what: 'a ring of 100 entries', options: { device: 'a', ringSize: 100 }, says: /is no power of two.*at ringSize/s },
  { what: 'frames of 1024 bytes', options: { device: 'a', frameBytes: 1024 }, says: /at frameBytes/s },
  { what: 'an option that there is not', options: { device: 'a', fast: true }, says: /"fast"/ },
]) {
  test(`a port with ${what} is refused before anything is opened`, async (t) => {
    const error = await refused(openPort(options as OpenOptions));

    t.is(error.kind, 'usage');
    t.regex(error.message, says);
    t.truthy(error.details.advice);
  });
}

for (const name of ['', 'Web', '01234567890123456789012345678901', 'a b']) {
  test(`the name "${name}" of a function is refused before anybody is asked`, async (t) => {
    const error = await refused(joinChain({ chain: 'web', function: name }));

    t.is(error.kind, 'usage');
    t.regex(error.message, /has 1 to 31 of.*at function/s);
  });
}
