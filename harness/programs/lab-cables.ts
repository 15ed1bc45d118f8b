import { setTimeout as delay } from 'node:timers/promises';
import { openPacketSocket, type PacketSocket } from '../ffi/packet-socket.js';
import { cablesProgram, type Heard } from '../lab/cables/cables-program.js';
import { readLabFrame, labEtherType, writeLabFrame } from '../lab/cables/frame.js';
import { serve } from '../machine/serve.js';
import { run } from '../process/run.js';

const betweenMs = 100;

await serve(cablesProgram, async ({ ports, token, seconds }) => {
  // The sockets go with this process.
  const open: { readonly port: string; readonly socket: PacketSocket }[] = [];
  for (const [port, name] of Object.entries(ports)) {
    await run('ip', ['link', 'set', 'dev', name, 'up']);
    open.push({ port, socket: openPacketSocket(name, labEtherType) });
  }
  const heard = new Map<string, Heard>();
  const endMs = Date.now() + seconds * 1000;
  while (Date.now() < endMs) {
    for (const { port, socket } of open) socket.send(writeLabFrame(token, port));
    await delay(betweenMs);
    for (const { port, socket } of open) {
      for (let frame = socket.receive(); frame !== undefined; frame = socket.receive()) {
        const from = readLabFrame(frame, token);
        if (from !== undefined && from !== port) heard.set(`${from}>${port}`, { at: port, from });
      }
    }
  }
  return [...heard.values()];
});
