import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ProcessPromise } from 'zx';
import { FlashError } from '../errors.js';
import { signalGroup } from '../process/signal-group.js';
import { waitUntil } from '../process/wait-until.js';
import { attemptIn, runIn, startIn } from '../host/netns.js';
import { filteredUdpPort, serverAddress, type Topology } from './topology.js';
import type { PingResult, TcpResult, UdpResult } from './traffic-results.js';

const httpPort = 8080;
const openUdpPort = 5001;
const mebibyteBytes = 2 ** 20;
const readyDeadlineMs = 30_000;
const tcpDeadlineMs = 300_000;
const udpDeadlineMs = 10_000;

/** `ping` from the client to the server. */
export async function ping(topology: Topology, count: number, waitSeconds = 5): Promise<PingResult> {
  const args = ['-q', '-c', String(count), '-i', '0.05', '-W', String(waitSeconds), serverAddress];
  const { stdout, stderr } = await attemptIn(topology.client, 'ping', args);
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(stdout) ?? [];
  if (sent === undefined) throw new FlashError('infrastructure', 'ping printed no summary', { logTail: stdout + stderr });
  return { sent: Number(sent), lost: Number(sent) - Number(received) };
}

/** `curl` at the client gets a random file from Python's HTTP server at the server. */
export async function downloadOverTcp(topology: Topology, mebibytes: number): Promise<TcpResult> {
  const directory = mkdtempSync(join(tmpdir(), 'flash-http-'));
  try {
    const expected = writePayload(join(directory, 'payload'), mebibytes);
    const args = ['-u', '-m', 'http.server', '--bind', serverAddress, '--directory', directory, String(httpPort)];
    await using server = startServer(topology.server, pythonPath, args);
    await server.waitForOutput('Serving HTTP');

    const target = join(directory, 'received');
    const startMs = Date.now();
    const url = `http://${serverAddress}:${httpPort}/payload`;
    await runIn(topology.client, 'curl', ['-sS', '--fail', '--max-time', String(tcpDeadlineMs / 1000), '-o', target, url]);
    const seconds = (Date.now() - startMs) / 1000;

    const { bytes, sha256 } = await digest(target);
    return { bytes, sha256ok: sha256 === expected, seconds };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The distribution's interpreter: one in a user's home may not be visible to a guest. */
const pythonPath = '/usr/bin/python3';

/** Writes the file and returns its SHA-256. Every mebibyte is random and numbered. */
function writePayload(path: string, mebibytes: number): string {
  const hash = createHash('sha256');
  const block = randomFillSync(Buffer.alloc(mebibyteBytes));
  writeFileSync(path, '');
  for (let index = 0; index < mebibytes; index++) {
    block.writeUInt32BE(index, 0);
    hash.update(block);
    writeFileSync(path, block, { flag: 'a' });
  }
  return hash.digest('hex');
}

async function digest(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(path, { highWaterMark: mebibyteBytes }), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      hash.update(chunk);
    }
  });
  return { bytes, sha256: hash.digest('hex') };
}

/** Datagrams from bash at the client, in turn to an open port and to the one that is filtered. */
export async function sendUdp(topology: Topology, pairs: number): Promise<UdpResult> {
  await using sink = startServer(topology.server, pythonPath, ['-u', '-c', udpSink, serverAddress, String(openUdpPort), String(filteredUdpPort)]);
  await sink.waitForOutput('ready');
  const target = (port: number): string => `/dev/udp/${serverAddress}/${port}`;
  const script = `for i in $(seq ${pairs}); do echo "open $i" > ${target(openUdpPort)}; echo "filtered $i" > ${target(filteredUdpPort)}; done`;
  await runIn(topology.client, 'bash', ['-c', script]);

  const received = (what: string): number => sink.output().split('\n').filter((line) => line.startsWith(`got ${what} `)).length;
  await waitUntil(() => received('open') >= pairs, { what: 'all UDP datagrams', deadlineMs: udpDeadlineMs }).catch(() => undefined);
  return { sent: 2 * pairs, received: received('open'), filtered: pairs - received('filtered') };
}

/** Prints a line for every datagram that arrives. */
const udpSink = `
import select, socket, sys
def listen(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((sys.argv[1], int(port)))
    return s
sockets = [listen(port) for port in sys.argv[2:]]
print("ready")
while True:
    for s in select.select(sockets, [], [])[0]:
        print("got", s.recv(2048).decode().strip())
`;

interface Server extends AsyncDisposable {
  readonly output: () => string;
  readonly waitForOutput: (text: string) => Promise<void>;
}

function startServer(netns: string, program: string, args: readonly string[]): Server {
  const child: ProcessPromise = startIn(netns, program, args);
  let text = '';
  let ended = false;
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const end = child.then(() => (ended = true));
  const waitForOutput = async (wanted: string): Promise<void> => {
    await waitUntil(
      () => {
        if (ended) throw new FlashError('infrastructure', `${program} ended before it said "${wanted}"`, { logTail: text });
        return text.includes(wanted);
      },
      { what: `${program} to say "${wanted}"`, deadlineMs: readyDeadlineMs, failAs: 'infrastructure', lastState: () => text },
    );
  };
  const stop = async (): Promise<void> => {
    signalGroup(child.pid, 'SIGTERM');
    await end;
  };
  return { output: () => text, waitForOutput, [Symbol.asyncDispose]: stop };
}
