import { startIn } from '../host/netns.js';
import { follow, type Followed } from '../process/follow.js';
import { filteredUdpPort, serverAddress } from './topology.js';

/** The programs that answer at the server, and what they have said. */
export interface Servers extends AsyncDisposable {
  readonly http: Followed;
  readonly udp: Followed;
}

export interface DownloadSize {
  /** A download goes on until both are reached. */
  readonly mebibytes: number;
  readonly seconds: number;
}

export const httpPort = 8080;
export const openUdpPort = 5001;

const readyDeadlineMs = 60_000;
/** The distribution's interpreter: one in a user's home may not be visible to a guest. */
const pythonPath = '/usr/bin/python3';

/** Resolves when both listen. Nothing is on the wires by then. */
export async function startServers(netns: string, { mebibytes, seconds }: DownloadSize): Promise<Servers> {
  const starting = [
    startServer(netns, ['-c', httpServer, serverAddress, String(httpPort), String(mebibytes), String(seconds)]),
    startServer(netns, ['-c', udpSink, serverAddress, String(openUdpPort), String(filteredUdpPort)]),
  ] as const;
  const stop = async (): Promise<void> => void (await Promise.all(starting.map((server) => server.stop())));
  try {
    await Promise.all(starting.map((server) => server.waitFor(/^ready$/m, { deadlineMs: readyDeadlineMs })));
  } catch (error) {
    await stop();
    throw error;
  }
  return { http: starting[0], udp: starting[1], [Symbol.asyncDispose]: stop };
}

function startServer(netns: string, args: readonly string[]): Followed {
  return follow(startIn(netns, pythonPath, ['-u', ...args]), 'a server');
}

/**
 * Answers one request with random blocks, numbered so that no two are equal, until it has sent for long
 * enough. Then it prints how many bytes that were and their SHA-256.
 */
const httpServer = `
import hashlib, os, socket, sys, time
address, port, mebibytes, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
listener = socket.create_server((address, port))
block = bytearray(os.urandom(64 * 1024))
print("ready")
client = listener.accept()[0]
request = b""
while b"\\r\\n\\r\\n" not in request:
    request += client.recv(4096)
client.sendall(b"HTTP/1.0 200 OK\\r\\nContent-Type: application/octet-stream\\r\\n\\r\\n")
digest, sent, end = hashlib.sha256(), 0, time.monotonic() + seconds
while sent < mebibytes * 2**20 or time.monotonic() < end:
    block[:8] = sent.to_bytes(8, "big")
    digest.update(block)
    client.sendall(block)
    sent += len(block)
client.close()
print("sent", sent, digest.hexdigest())
`;

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
