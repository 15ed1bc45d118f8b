/** 1234 stays, 123456 becomes "123.5k". */
export function formatRate(packetsPerSecond: number): string {
  return packetsPerSecond < 10_000 ? packetsPerSecond.toFixed(0) : `${(packetsPerSecond / 1000).toFixed(1)}k`;
}
