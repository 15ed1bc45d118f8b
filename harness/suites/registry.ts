import type { Suite } from './suite.js';
import { chaosSuite } from './chaos-suite.js';
import { guestSuite, hereSuite } from './guest-suite.js';
import { holdSuite } from './hold-suite.js';
import { kunitSuite } from './kunit-suite.js';
import { mutantsSuite } from './mutants-suite.js';
import { nativeSuite } from './native-suite.js';
import { nicsSuite } from './nics-suite.js';
import { selftestsSuite } from './selftests-suite.js';
import { unitSuite } from './unit-suite.js';

/** Everything `npm test` runs, in this order: what is quick and explains most comes first. */
export const suites: readonly Suite[] = [unitSuite, kunitSuite, selftestsSuite, nativeSuite, mutantsSuite, guestSuite, holdSuite, nicsSuite, chaosSuite, hereSuite];
