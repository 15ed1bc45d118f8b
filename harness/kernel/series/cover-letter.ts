import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { kernelDir } from '../../host/repository.js';

export const coverLetterPath: string = join(kernelDir, 'cover-letter.md');

/** What there is to say about one posting. */
export interface CoverLetter {
  readonly body: string;
  /** What is different from one version to the next; empty before the second. */
  readonly changes: string;
}

/** A part of the file: `# all`, `# NAME...` or, with a title that is mailed, `# NAME...: Title`. */
interface Section {
  readonly line: number;
  readonly postings: readonly string[];
  readonly title: string | undefined;
  readonly text: string;
}

const changesTitle = 'Changes';

/** The sections for a posting in the order of the file. What is above the first heading is for the authors. */
export function composeCoverLetter(file: string, posting: string): CoverLetter {
  const isMeant = ({ postings }: Section): boolean => postings.includes(posting) || postings.includes('all');
  const sections = parseSections(withoutComments(file)).filter(isMeant);
  return {
    body: sections
      .filter(({ title }) => title !== changesTitle)
      .map(format)
      .join('\n\n'),
    changes: sections
      .filter(({ title }) => title === changesTitle)
      .map(({ text }) => text)
      .join('\n\n'),
  };
}

/** How many figures a letter has yet to get. */
export function countMissing({ body }: CoverLetter): number {
  return body.match(/\bTBD\b/g)?.length ?? 0;
}

/** Every name the headings of the file mention has to be one of these. */
export function requireKnownPostings(file: string, known: readonly string[]): void {
  for (const { line, postings } of parseSections(file)) {
    const unknown = postings.find((name) => name !== 'all' && !known.includes(name));
    if (unknown === undefined) continue;
    throw new FlashError('usage', `${coverLetterPath}:${line}: the series has no posting ${unknown}`, {
      advice: `its postings are ${known.join(', ')}`,
    });
  }
}

export function readCoverLetter(): string {
  return readFileSync(coverLetterPath, 'utf8');
}

export function underlined(title: string): string {
  return `${title}\n${'='.repeat(title.length)}`;
}

function parseSections(file: string): readonly Section[] {
  const sections: { line: number; postings: readonly string[]; title: string | undefined; lines: string[] }[] = [];
  for (const [index, line] of file.split('\n').entries()) {
    const [, names, title] = /^# ([^:]+?)(?:: *(.+))?$/.exec(line) ?? [];
    if (names !== undefined) sections.push({ line: index + 1, postings: names.split(/\s+/), title, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ lines, ...rest }) => ({ ...rest, text: lines.join('\n').replace(/^\n+|\s+$/g, '') }));
}

/** A comment on lines of its own takes them along. */
function withoutComments(file: string): string {
  return file.replace(/^<!--[\s\S]*?-->\n/gm, '').replace(/<!--[\s\S]*?-->/g, '');
}

function format({ title, text }: Section): string {
  return title === undefined ? text : `${underlined(title)}\n\n${text}`;
}
