import type { Suite } from '../../suites/suite.js';
import { basesSuite } from '../../suites/bases-suite.js';
import { chaosSuite } from '../../suites/chaos-suite.js';
import { guestSuite, hereSuite } from '../../suites/guest-suite.js';
import { holdSuite } from '../../suites/hold-suite.js';
import { kunitSuite } from '../../suites/kunit-suite.js';
import { labSuite } from '../../virtual-lab/lab-suite.js';
import { farmsSuite } from '../../lab/export/farms-suite.js';
import { mutantsSuite } from '../../mutants/mutants-suite.js';
import { nativeSuite } from '../../suites/native-suite.js';
import { optionOffSuite } from '../../suites/option-off-suite.js';
import { nicSuite } from '../../suites/nic-suite.js';
import { proveSuite } from '../../suites/prove-suite.js';
import { passthroughSuite } from '../../suites/passthrough-suite.js';
import { rustSuite } from '../../suites/rust-suite.js';
import { selftestsSuite } from '../../suites/selftests-suite.js';
import { traceSuite } from '../../suites/trace-suite.js';
import { unitSuite } from '../../suites/unit-suite.js';

/** Everything `npm test` runs, in this order: what is quick and explains most comes first. */
export const suites: readonly Suite[] = [
  unitSuite,
  kunitSuite,
  selftestsSuite,
  nativeSuite,
  proveSuite,
  rustSuite,
  mutantsSuite,
  optionOffSuite,
  guestSuite,
  holdSuite,
  nicSuite,
  chaosSuite,
  basesSuite,
  hereSuite,
  farmsSuite,
  labSuite,
  passthroughSuite,
  traceSuite,
];
