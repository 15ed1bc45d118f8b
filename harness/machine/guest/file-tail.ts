import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

export interface FileTail {
  /** What was appended since the last call; nothing while the file does not exist. */
  readonly read: () => string;
  /** The same, cut into whole lines; a line without an end waits for it. */
  readonly readLines: () => string[];
  readonly close: () => void;
}

const chunkBytes = 65536;

/** Follows a file that somebody else appends to, perhaps through a file system shared with a guest. */
export function followFile(path: string): FileTail {
  const decoder = new StringDecoder('utf8');
  const chunk = Buffer.alloc(chunkBytes);
  let fd: number | undefined;
  let positionBytes = 0;
  let unfinished = '';

  const read = (): string => {
    fd ??= openIfThere(path);
    let text = '';
    while (fd !== undefined) {
      const count = readSync(fd, chunk, 0, chunkBytes, positionBytes);
      if (count === 0) break;
      positionBytes += count;
      text += decoder.write(chunk.subarray(0, count));
    }
    return text;
  };

  const readLines = (): string[] => {
    const lines = (unfinished + read()).split('\n');
    unfinished = lines.pop() ?? '';
    return lines;
  };

  const close = (): void => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };

  return { read, readLines, close };
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
