/** A file that a card's driver asks the kernel for when it probes. */
export interface Firmware {
  /** Its name there, which is its path below /lib/firmware. */
  readonly name: string;
  /** Throws a FlashError if a file that the user named will not do. */
  readonly load: () => Buffer;
}
