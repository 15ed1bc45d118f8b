import { layXdpWires, type XdpWires } from './xdp-wires.js';

let laid: Promise<XdpWires> | undefined;

/** The same for every test, which leaves no program on them: they take an emulated processor seconds. */
export function borrowXdpWires(): Promise<XdpWires> {
  laid ??= layXdpWires(`flash-xdp-${process.pid}`);
  return laid;
}

export async function disposeXdpWires(): Promise<void> {
  await (await laid)?.[Symbol.asyncDispose]();
  laid = undefined;
}
