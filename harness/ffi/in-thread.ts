/** A call of a C library in a thread of its own: `start` is given what koffi calls at its end. */
export function callInThread(start: (done: (error: Error | null, result: number) => void) => void): Promise<number> {
  return new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));
}
