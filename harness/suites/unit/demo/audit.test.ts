import test from 'ava';
import { auditFrames, auditProblems } from '../../../demo/audit.js';
import type { FramePlace, FunctionStatus, PortStatus } from '../../../demo/functions.js';
import type { ChainSocket } from '../../../demo/routes.js';

const socket: ChainSocket = { name: 'nf1.forward', functionName: 'nf1', direction: 'forward', flashId: 5, umem: 0 };

function statusWith(frames: Partial<Record<FramePlace, readonly number[]>>): FunctionStatus[] {
  const port: PortStatus = {
    direction: 'forward',
    ...{ ifname: 'n0', queue: 0, zeroCopyDriver: false, refusedKicks: 0 },
    ...{ rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0, filteredPackets: 0, filteredBytes: 0 },
    statistics: { rxDropped: 0, rxInvalidDescs: 0, txInvalidDescs: 0, rxRingFull: 0, rxFillRingEmpty: 0 },
    frames: { free: [], fill: [], rx: [], tx: [], completion: [], ...frames },
  };
  return [{ name: 'nf1', pid: 1, sequence: 1, frameSize: 2048, frameCount: 4, ports: [port] }];
}

const problemsOf = (frames: Partial<Record<FramePlace, readonly number[]>>, stashed = 0): string[] =>
  auditProblems(
    auditFrames(statusWith(frames), [socket], () => stashed),
    'at the end',
  );

test('a UMEM whose frames are each in one place is sound', (t) => {
  t.deepEqual(problemsOf({ free: [0], fill: [2048], tx: [4096], completion: [6144] }), []);
});

test('what the kernel keeps outside of every ring counts', (t) => {
  t.deepEqual(problemsOf({ fill: [0, 2048, 4096] }, 1), []);
});

test('a lost frame is noticed', (t) => {
  t.deepEqual(problemsOf({ fill: [0, 2048, 4096] }), ['at the end, 3 of the 4 frames of UMEM 0 are accounted for']);
});

test('a frame that is in two places is noticed, with the places', (t) => {
  t.deepEqual(problemsOf({ fill: [0, 2048, 4096], rx: [6144], tx: [0] }), [
    'at the end, a frame of UMEM 0 is in two places: 0: nf1.forward fill, nf1.forward tx',
  ]);
});
