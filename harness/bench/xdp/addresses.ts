/** From which all packets come that pump sends. */
export const sourceAddress = '198.18.0.1';

/** To which they go. */
export const destinationAddress = '198.18.0.2';

/** So many addresses from which nothing comes. */
export function otherAddresses(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `203.0.${113 + Math.floor(number / 250)}.${number % 250}`);
}
