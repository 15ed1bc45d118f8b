import { closeSync, openSync } from 'node:fs';
import { cloneNewNet, libc } from './libc.js';
import { checkErrno } from './native-error.js';

/**
 * Does synchronous work in another network namespace. Only this thread moves, and back again: what
 * the work opens stays in the namespace.
 */
export function inNetns<T>(name: string, work: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    enter(`/run/netns/${name}`);
    try {
      return work();
    } finally {
      checkErrno('returning to the network namespace', libc.setns(home, cloneNewNet));
    }
  } finally {
    closeSync(home);
  }
}

function enter(path: string): void {
  const fd = openSync(path, 'r');
  try {
    checkErrno(`entering the network namespace ${path}`, libc.setns(fd, cloneNewNet));
  } finally {
    closeSync(fd);
  }
}
