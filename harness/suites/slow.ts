/** Set in the environment of tests that run on a kernel many times slower than others. */
export const slowVariable = 'FLASH_SLOW_KERNEL';

/** How often to repeat something whose number of turns is not the point. */
export function turns(usual: number): number {
  return process.env[slowVariable] === undefined ? usual : Math.ceil(usual / 20);
}
