import type { Command } from 'commander';
import { addExplain } from './explain.js';
import { addExport } from './export.js';
import { addGraph } from './graph.js';
import { addLs } from './ls.js';
import { addRoute } from './route.js';
import { addTop } from './top.js';
import { addTrace } from './trace.js';

export function addVerbs(flash: Command): void {
  addLs(flash);
  addRoute(flash);
  addExplain(flash);
  addTop(flash);
  addTrace(flash);
  addGraph(flash);
  addExport(flash);
}
