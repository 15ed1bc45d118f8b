import type { Plot } from './plot.js';

/** A page that needs nothing else. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<h1>${escapeHtml(title)}</h1>
${body}
</html>
`;
}

const style = `body { font: 15px/1.45 sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: .5rem 0 2rem } td, th { padding: .2rem .7rem; border-bottom: 1px solid #ddd; text-align: left; font-variant-numeric: tabular-nums }
figure { margin: 0 0 2rem; overflow-x: auto } figcaption { color: #555 } .met { color: #176b2c } .MISSED { color: #b00020; font-weight: bold }`;

export function htmlPlot({ title, caption, svg }: Plot): string {
  return `<h2>${escapeHtml(title)}</h2>\n<figure>${svg}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

/** With its heading; nothing if there are no rows. */
export function htmlTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  caption = '',
): string {
  if (rows.length === 0) return '';
  const cell = (text: string): string =>
    `<td${['met', 'MISSED'].includes(text) ? ` class="${text}"` : ''}>${escapeHtml(text)}</td>`;
  return `<h2>${escapeHtml(title)}</h2>\n${caption === '' ? '' : `<p>${escapeHtml(caption)}</p>\n`}<table><tr>${head.map((text) => `<th>${escapeHtml(text)}</th>`).join('')}</tr>\n${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</table>`;
}

export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? character,
  );
}
