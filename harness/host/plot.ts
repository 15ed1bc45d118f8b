import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** What is to be drawn: `spec` is Vega-Lite's, without the data. */
export interface Picture {
  readonly title: string;
  readonly caption: string;
  readonly rows: readonly object[];
  readonly spec: object;
}

export interface Plot {
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
}

/** Those that have any rows. */
export function drawAll(pictures: readonly Picture[]): Promise<Plot[]> {
  return Promise.all(
    pictures
      .filter(({ rows }) => rows.length > 0)
      .map(async ({ title, caption, rows, spec }) => ({ title, caption, svg: await draw(rows, spec) })),
  );
}

async function draw(rows: readonly object[], spec: object): Promise<string> {
  const whole = {
    ...spec,
    data: { values: rows },
    background: 'white',
    config: { font: 'sans-serif', legend: { labelLimit: 400, titleLimit: 400 } },
  } as unknown as TopLevelSpec;
  return new View(parse(compile(whole).spec), { renderer: 'none' }).toSVG();
}
