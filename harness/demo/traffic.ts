import { FlashError } from '../errors.js';
import { startClock } from '../host/duration.js';
import { waitUntil } from '../process/wait-until.js';
import { attemptIn, runIn } from '../host/netns.js';
import type { Followed } from '../process/follow.js';
import { httpPort, openUdpPort } from './servers.js';
import { filteredUdpPort, serverAddress, type Topology } from './topology.js';
import type { PingResult, TcpResult, UdpResult } from './traffic-results.js';

const tcpDeadlineSeconds = 300;
const lastWordsDeadlineMs = 10_000;
const udpDeadlineMs = 10_000;

/** `ping` from the client to the server. */
export async function ping(topology: Topology, count: number, waitSeconds = 5): Promise<PingResult> {
  const args = ['-q', '-c', String(count), '-i', '0.05', '-W', String(waitSeconds), serverAddress];
  const { stdout, stderr } = await attemptIn(topology.client, 'ping', args);
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(stdout) ?? [];
  if (sent === undefined)
    throw new FlashError('infrastructure', 'ping printed no summary', { logTail: stdout + stderr });
  const [, average, longest] = /= [\d.]+\/([\d.]+)\/([\d.]+)/.exec(stdout) ?? [];
  return {
    sent: Number(sent),
    lost: Number(sent) - Number(received),
    ...(average !== undefined && { roundTripMs: { average: Number(average), longest: Number(longest) } }),
  };
}

/** `curl` at the client gets what the server sends for as long as it was told to. */
export async function downloadOverTcp(topology: Topology, http: Followed): Promise<TcpResult> {
  const elapsed = startClock();
  const script = `set -o pipefail; curl -sS --fail --max-time ${tcpDeadlineSeconds} http://${serverAddress}:${httpPort}/ | sha256sum`;
  const received = await runIn(topology.client, 'bash', ['-c', script]);
  const seconds = elapsed();

  const { bytes, sha256 } = await waitUntil(() => parseSent(http.stdout()), {
    what: 'the server to say what it sent',
    deadlineMs: lastWordsDeadlineMs,
    lastState: http.stdout,
  });
  return { bytes, sha256ok: received.startsWith(`${sha256} `), seconds };
}

/** The last words of the server: how many bytes it sent, and their SHA-256. */
function parseSent(output: string): { readonly bytes: number; readonly sha256: string } | undefined {
  const [, bytes, sha256] = /^sent (\d+) ([0-9a-f]{64})$/m.exec(output) ?? [];
  return sha256 === undefined ? undefined : { bytes: Number(bytes), sha256 };
}

/** Datagrams from bash at the client, in turn to an open port and to the one that is filtered. */
export async function sendUdp(topology: Topology, udp: Followed, pairs: number): Promise<UdpResult> {
  const target = (port: number): string => `/dev/udp/${serverAddress}/${port}`;
  const script = `for i in $(seq ${pairs}); do echo "open $i" > ${target(openUdpPort)}; echo "filtered $i" > ${target(filteredUdpPort)}; done`;
  await runIn(topology.client, 'bash', ['-c', script]);

  const received = (what: string): number =>
    udp
      .stdout()
      .split('\n')
      .filter((line) => line.startsWith(`got ${what} `)).length;
  await waitUntil(() => received('open') >= pairs, { what: 'all UDP datagrams', deadlineMs: udpDeadlineMs }).catch(
    () => undefined,
  );
  return { sent: 2 * pairs, received: received('open'), filtered: pairs - received('filtered') };
}
