import type { Command } from 'commander';
import { addAttach } from './xdp/attach.js';
import { addList } from './xdp/list.js';
import { addPinned } from './xdp/pinned.js';

export function addXdpCommands(xdp: Command): void {
  addAttach(xdp);
  addList(xdp);
  addPinned(xdp);
}
