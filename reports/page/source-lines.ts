import type { Source } from '../../schemas/report/report.ts';
import { describeSource } from '../judge/findings.ts';
import type { LinesAround } from './contract-lines.ts';
import { html, type View } from './html.ts';
import { shown, shownPlain } from './text.ts';

/** The name of the place where a requirement is written: a link to the clause, or file and line. */
export function placeName(source: Source): View {
  return html`<p class="place">${
    'rfc' in source
      ? link(source.url, describeSource(source))
      : html`<code title=${shownPlain(source.pointer)}>${shown(describeSource(source))}</code>`
  }</p>`;
}

/** The place with the lines around it, where they are at hand. */
export function sourceLines(source: Source, linesAround: LinesAround): View {
  const lines = 'rfc' in source ? [] : linesAround(source);
  if (lines.length === 0) return placeName(source);
  const rows = lines.map(({ number, text, named }) => {
    const line = html`<span class="number">${number}</span>${shown(text)}${'\n'}`;
    return named ? html`<mark class="line">${line}</mark>` : html`<span class="line">${line}</span>`;
  });
  return html`<figure class="lines">
    <figcaption>${placeName(source)}</figcaption>
    <pre><code>${rows}</code></pre>
  </figure>`;
}

/** A link to a page of the web; text alone where the address is none (`javascript:` and the like). */
export function link(url: string, text: string): View {
  return /^https?:\/\//i.test(url)
    ? html`<a href=${url} rel="noopener noreferrer">${shown(text)}</a>`
    : html`<span>${shown(text)}</span>`;
}
