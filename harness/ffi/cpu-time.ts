import { libc } from './libc.js';
import { checkErrno } from './native-error.js';

/** CPUCLOCK_SCHED of the kernel, in the clock of a process as clock_getcpuclockid(3) makes it. */
const runTimeClock = 2;
const pidShift = 3;

/** For how many nanoseconds the threads of a process have had a processor, those that have ended, too. */
export function cpuNanoseconds(pid: number): number {
  // struct timespec
  const time = Buffer.alloc(16);
  checkErrno(`reading the clock of process ${pid}`, libc.clockGettime((~pid << pidShift) | runTimeClock, time));
  return Number(time.readBigInt64LE(0)) * 1e9 + Number(time.readBigInt64LE(8));
}
