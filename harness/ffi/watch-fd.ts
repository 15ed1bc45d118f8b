import koffi from 'koffi';
import { pollEvent } from './libc.js';

/** A descriptor and some of `pollEvent`. */
export interface AwaitedEvent {
  readonly fd: number;
  readonly events: number;
}

/**
 * Has Node's event loop, and no thread, wait for events of a descriptor; `onEvent` may be called again until it is
 * disposed of, which is before the descriptor is closed. One that fails is not watched any longer.
 */
export function watchFd({ fd, events }: AwaitedEvent, onEvent: () => void): Disposable {
  const wanted = { readable: (events & pollEvent.in) !== 0, writable: (events & pollEvent.out) !== 0 };
  let open = true;
  // koffi's types lack the status. Promises go on only after what Node itself calls, such as an immediate.
  const callback = ((status: number) => {
    if (status >= 0) setImmediate(() => open && onEvent());
  }) as unknown as () => void;
  const handle = koffi.node.poll(fd, wanted, callback);
  return {
    [Symbol.dispose]() {
      if (open) handle.close();
      open = false;
    },
  };
}
