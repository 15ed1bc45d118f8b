import { nicCards, type NicModel } from '../../nics/model.js';
import { runChaosOn } from '../../suites/chaos-suite.js';
import { runTests } from '../../suites/guest-suite.js';
import type { SuiteResult } from '../../suites/suite.js';
import type { Session } from '../session/session.js';

export interface LabPartOptions {
  readonly session: Session;
  /** The card that both ports are of. */
  readonly model: NicModel;
  readonly addresses: [string, string];
  readonly match?: string | undefined;
}

export interface LabPart {
  /** As `npm run test:nic` calls it. */
  readonly name: string;
  readonly what: string;
  run(options: LabPartOptions): Promise<SuiteResult>;
}

const testsDeadlineMs = 7_200_000;
const chaosSeconds = 60;

/** What is run on the ports of a machine. */
export const labParts: readonly LabPart[] = [
  {
    name: 'patched',
    what: 'the conformance suite in zero-copy mode, with the driver of the series',
    run: ({ session, model, addresses, match }) =>
      runTests(`tests on ${session.machine.name}`, session.programs(testsDeadlineMs), {
        entry: nicCards[model].severalBuffers ? 'nic-tests-several-buffers' : 'nic-tests',
        match,
        nic: { model, driverRedirects: true, ports: addresses },
      }),
  },
  {
    name: 'liveness',
    what: `${chaosSeconds} s of random schedules`,
    run: ({ session, model, addresses }) =>
      runChaosOn(session.programs((chaosSeconds + 600) * 1000), {
        device: model,
        nic: { model, driverRedirects: true, ports: addresses },
        seconds: chaosSeconds,
        seed: 1,
      }),
  },
];
