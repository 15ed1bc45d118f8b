import { socketLabel } from '../facts.js';
import type { Explanation } from './explain.js';

/** The answer as text. */
export function formatExplanation({ socket, moves, sent, seconds, findings, because }: Explanation): string {
  const waiting =
    socket.rings.tx === undefined ? 'unknown how many packets on TX' : `${socket.rings.tx.used} packets on TX`;
  const rate = sent === undefined ? 'unknown how many sent' : `${sent} sent`;
  const [id, ...rest] = socketLabel(socket).split(' ');
  const lines = [
    `${id}@${socket.cookie} ${rest.join(' ')} ${moves ? 'moves' : 'does not move'}: ${waiting}, ${rate} in ${seconds.toFixed(1)} s`,
    ...(moves && findings.length === 0 ? ['', '  nothing holds it up'] : []),
    ...findings.flatMap(({ says, proof, advice }) => [
      '',
      `  ${says}`,
      `    proof   ${proof}`,
      `    do      ${advice}`,
    ]),
  ];
  const why = because === undefined ? [] : ['', ...indent(formatExplanation(because))];
  return [...lines, ...why].join('\n');
}

function indent(text: string): string[] {
  return text.split('\n').map((line, index) => (line === '' ? '' : `${index === 0 ? '  and ' : '  '}${line}`));
}
