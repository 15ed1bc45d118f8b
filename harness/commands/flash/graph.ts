import { Option, type Command } from 'commander';
import { formatDot, formatMermaid, graphFormats, makeGraph, type GraphFormat } from '../../chains/graph.js';
import { lookOnce, printJson, verb, type VerbOptions } from './verb.js';

interface Options extends VerbOptions {
  readonly format: GraphFormat;
}

export function addGraph(flash: Command): void {
  verb(flash, 'graph')
    .description('write the chain as Mermaid or DOT')
    .addOption(new Option('--format <name>', 'the language').choices(graphFormats).default('mermaid'))
    .action(async ({ json, format }: Options) => {
      const graph = makeGraph(await lookOnce());
      if (json) printJson(graph);
      else console.log(format === 'dot' ? formatDot(graph) : formatMermaid(graph));
    });
}
