import { run } from '../process/run.js';
import { nativePaths } from './build-native.js';

/** What a process changes about itself before it opens or uses a file; nothing leaves it as the caller is. */
export interface Identity {
  /** Joins the user namespace of a process, as its root. */
  readonly userNamespaceOf?: number;
  /** The path of a network namespace to join. */
  readonly netns?: string;
  /** Becomes this user, without capabilities. */
  readonly uid?: number;
  readonly withoutNetAdmin?: boolean;
}

export interface HandoverOptions {
  readonly opener: Identity;
  readonly user: Identity;
  readonly path: string;
  /** Written; without it the file is read. */
  readonly text?: string;
}

/** Opens a file as one process and uses it as another. Returns "ok" or the errno, " on opening" if it was that. */
export async function handOver({ opener, user, path, text }: HandoverOptions): Promise<string> {
  const args = [words(opener), words(user), path, ...(text === undefined ? [] : [text])];
  return (await run(nativePaths.handover, args)).trimEnd();
}

function words({ userNamespaceOf, netns, uid, withoutNetAdmin }: Identity): string {
  const given = [
    ...(userNamespaceOf === undefined ? [] : [`user=${userNamespaceOf}`]),
    ...(netns === undefined ? [] : [`net=${netns}`]),
    ...(uid === undefined ? [] : [`uid=${uid}`]),
    ...(withoutNetAdmin === true ? ['no-net-admin'] : []),
  ];
  return given.join(',');
}
