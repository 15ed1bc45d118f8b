import type { Command } from 'commander';
import { formatListing, makeListing } from '../../chains/list.js';
import { lookTwice, printJson, someSeconds, verb, type VerbOptions } from './verb.js';

interface Options extends VerbOptions {
  readonly interval: number;
}

export function addLs(flash: Command): void {
  verb(flash, 'ls')
    .description('list sockets with their routes, rings and rates, devices, and where the frames of each UMEM are')
    .option('--interval <seconds>', 'how long rates are measured', someSeconds, 0.5)
    .action(async ({ json, interval }: Options) => {
      const { before, now } = await lookTwice(interval);
      const listing = makeListing(before, now);
      if (json) printJson(listing);
      else console.log(formatListing(listing));
    });
}
