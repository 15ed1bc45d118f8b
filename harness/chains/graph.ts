import { findSocket, placeLabel, programLabel, type Snapshot, type SocketFacts, type SocketKey } from './facts.js';

/** The chain as nodes and edges. */
export interface Graph {
  readonly groups: readonly { readonly id: string; readonly label: string; readonly sockets: readonly Node[] }[];
  readonly devices: readonly Node[];
  readonly edges: readonly Edge[];
}

interface Node {
  readonly id: string;
  readonly label: string;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  /** `share`: the frame itself is handed over. `wire`: to or from a device. */
  readonly kind: 'share' | 'copy' | 'wire';
  /** The index of the route, if there are several. */
  readonly label?: string;
}

export const graphFormats = ['mermaid', 'dot'] as const;
export type GraphFormat = (typeof graphFormats)[number];

export function makeGraph(snapshot: Snapshot): Graph {
  const { sockets } = snapshot;
  const programs = [...new Set(sockets.map(programLabel))];
  const routed = sockets.flatMap((from) => from.route.map((key, index) => ({ from, key, index })));
  const targets = new Set(routed.map(({ key }) => key?.cookie));
  const bound = sockets.filter(({ ifindex }) => ifindex >= 0);
  const wires = [
    ...bound.filter(({ cookie }) => !targets.has(cookie)).map((socket) => wire(deviceId(socket), socketId(socket))),
    ...bound.filter(({ route }) => route.length === 0).map((socket) => wire(socketId(socket), deviceId(socket))),
  ];
  const ghosts = routed
    .filter(({ key }) => findSocket(snapshot, key) === undefined)
    .map(({ from, index, key }) => ghost(from, index, key));
  return {
    groups: programs.map((program, index) => ({
      id: `p${index}`,
      label: program,
      sockets: sockets
        .filter((socket) => programLabel(socket) === program)
        .map((socket) => ({ id: socketId(socket), label: `${socket.id}: ${placeLabel(socket)}` })),
    })),
    devices: [
      ...unique(bound.map((socket) => ({ id: deviceId(socket), label: placeLabel(socket).replace(/:\d+$/, '') }))),
      ...ghosts,
    ],
    edges: [...routed.map(({ from, key, index }) => hopEdge(snapshot, from, key, index)), ...wires],
  };
}

function hopEdge(snapshot: Snapshot, from: SocketFacts, key: SocketKey | null, index: number): Edge {
  const to = findSocket(snapshot, key);
  return {
    from: socketId(from),
    to: to === undefined ? ghost(from, index, key).id : socketId(to),
    kind: to !== undefined && to.umem === from.umem ? 'share' : 'copy',
    ...(from.route.length > 1 && { label: String(index) }),
  };
}

function ghost({ id }: SocketFacts, index: number, key: SocketKey | null): Node {
  return { id: `gone${id}_${index}`, label: key === null ? 'gone' : `${key.id}: not visible` };
}

const socketId = ({ id }: SocketFacts): string => `s${id}`;
const deviceId = ({ netns, ifindex }: SocketFacts): string => `d${ifindex}_${(netns ?? '').replace(/\W/g, '_')}`;
const wire = (from: string, to: string): Edge => ({ from, to, kind: 'wire' });

function unique(nodes: readonly Node[]): readonly Node[] {
  return [...new Map(nodes.map((node) => [node.id, node])).values()];
}

const mermaidArrows = { share: '==>', copy: '-->', wire: '-.->' } as const;

export function formatMermaid({ groups, devices, edges }: Graph): string {
  // Programs name themselves as they like.
  const quote = (text: string): string =>
    `"${text.replace(/[^\w ./:@[\]-]/gu, (character) => `#${character.codePointAt(0)};`)}"`;
  return [
    'flowchart LR',
    ...groups.flatMap(({ id, label, sockets }) => [
      `  subgraph ${id}[${quote(label)}]`,
      ...sockets.map((socket) => `    ${socket.id}[${quote(socket.label)}]`),
      '  end',
    ]),
    ...devices.map(({ id, label }) => `  ${id}([${quote(label)}])`),
    ...edges.map(
      ({ from, to, kind, label }) => `  ${from} ${mermaidArrows[kind]}${label === undefined ? '' : `|${label}|`} ${to}`,
    ),
  ].join('\n');
}

const dotStyles = { share: 'style=bold', copy: 'style=solid', wire: 'style=dotted' } as const;

export function formatDot({ groups, devices, edges }: Graph): string {
  const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  return [
    'digraph flash {',
    '  rankdir=LR;',
    ...groups.flatMap(({ id, label, sockets }) => [
      `  subgraph cluster_${id} {`,
      `    label=${quote(label)};`,
      ...sockets.map((socket) => `    ${socket.id} [shape=box, label=${quote(socket.label)}];`),
      '  }',
    ]),
    ...devices.map(({ id, label }) => `  ${id} [label=${quote(label)}];`),
    ...edges.map(
      ({ from, to, kind, label }) =>
        `  ${from} -> ${to} [${dotStyles[kind]}${label === undefined ? '' : `, label=${quote(label)}`}];`,
    ),
    '}',
  ].join('\n');
}
