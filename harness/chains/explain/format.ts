import { socketLabel } from '../facts.js';
import type { Explanation } from './explain.js';

/** The answer as text. */
export function formatExplanation(explanation: Explanation): string {
  const { socket, moves, seconds, findings, because } = explanation;
  const [id, ...rest] = socketLabel(socket).split(' ');
  const lines = [
    `${id}@${socket.cookie} ${rest.join(' ')} ${moves ? 'moves' : 'does not move'}: ${describeMoves(explanation)} in ${seconds.toFixed(1)} s`,
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

function describeMoves({ socket, moves, sent, taken }: Explanation): string {
  if (moves && (sent ?? 0) === 0) return `${taken} packets taken from RX`;
  const waiting =
    socket.rings.tx === undefined ? 'unknown how many packets on TX' : `${socket.rings.tx.used} packets on TX`;
  return `${waiting}, ${sent === undefined ? 'unknown how many sent' : `${sent} sent`}`;
}

function indent(text: string): string[] {
  return text.split('\n').map((line, index) => (line === '' ? '' : `${index === 0 ? '  and ' : '  '}${line}`));
}
