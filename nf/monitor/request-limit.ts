/** Requests of one user in one second. */
const mostRequests = 50;

/** Whether a user asks too often; each call is a request. */
export function limitRequests(nowMs: () => number): (uid: number) => boolean {
  const requests = new Map<number, { second: number; count: number }>();
  return (uid) => {
    const second = Math.floor(nowMs() / 1000);
    const entry = requests.get(uid);
    const count = entry?.second === second ? entry.count + 1 : 1;
    // One entry per user that asks within a second, so nobody can have it grow.
    if (entry?.second !== second)
      for (const [other, { second: old }] of requests) if (old < second) requests.delete(other);
    requests.set(uid, { second, count });
    return count > mostRequests;
  };
}
