import type {
  HeaderField,
  RecordedExchange,
  RecordedRequest,
  RecordedResponse,
} from '../../schemas/report/report.ts';
import type { DifferingPart } from './differing-part.ts';
import { html, type View } from './html.ts';
import { type Line, markedLines } from './json-lines.ts';
import { count, cutNote, duration, shown } from './text.ts';

/** Most lines of one body on the page; the others are left out around the marked ones. */
const mostLines = 60;

/** An exchange as it went over the wire, redacted: request and answer, the differing part marked. */
export function exchangeView(exchange: RecordedExchange, part: DifferingPart): View {
  const { request, response, failure, durationMs, intent } = exchange;
  return html`<div class="exchange">
    <div role="group" aria-label="Request">
      <p class="side"><span class="label">Request</span> ${shown(intent)}</p>
      ${message([plain(`${request.method} ${request.url}`)], request, headerLines(request.headers))}
    </div>
    <div role="group" aria-label="Response">
      <p class="side"><span class="label">Response</span> after ${duration(durationMs)}</p>
      ${response ? answer(response, part) : html`<pre class="message"><mark class="line">${shown(failure ?? 'no answer')}</mark></pre>`}
    </div>
  </div>`;
}

function answer(response: RecordedResponse, part: DifferingPart): View {
  const { lines, at } = markedLines(response.body, part.pointer);
  const status = line(`${response.status} ${response.statusText}`.trim(), part.status);
  const headers = headerLines(response.headers, part.headers);
  const absent = part.absentHeaders.map(
    (name) => html`<mark class="line absent">${name}: <span class="cut">not sent</span>${'\n'}</mark>`,
  );
  const note =
    at?.missing && part.pointer !== undefined
      ? html`<p class="note"><code>${shown(part.pointer)}</code> is not there; marked is ${at.pointer === '' ? 'the whole body' : html`<code>${shown(at.pointer)}</code>`}.</p>`
      : null;
  return html`${message([status], { ...response, lines }, [...headers, ...absent])}${note}`;
}

function message(
  start: View[],
  {
    body,
    bodyBytes,
    lines = markedLines(body, undefined).lines,
  }: Pick<RecordedRequest, 'body' | 'bodyBytes'> & { lines?: Line[] },
  headers: View[],
): View {
  // A redacted body is shorter than what was sent; a cut one ends with the mark of the cut.
  const cut = body.endsWith('…') && bodyBytes > Buffer.byteLength(body);
  return html`<pre class="message"><code><span class="start">${start}</span><span class="headers">${headers}</span>${body !== '' && ['\n', bodyLines(lines)]}${cut && noteLine(`${count(bodyBytes)} bytes in all`)}</code></pre>`;
}

/** The lines of a body, at most `mostLines` of them, around the first marked one. */
function bodyLines(lines: Line[]): View {
  const first = Math.max(
    lines.findIndex(({ marked }) => marked),
    0,
  );
  const from = lines.length <= mostLines ? 0 : Math.max(first - mostLines / 3, 0);
  const to = Math.min(from + mostLines, lines.length);
  return [
    from > 0 && noteLine(`${count(from)} lines before`),
    lines.slice(from, to).map(({ text, marked }) => line(text, marked)),
    to < lines.length && noteLine(`${count(lines.length - to)} lines after`),
  ];
}

function headerLines(headers: HeaderField[], marked: ReadonlySet<string> = new Set()): View[] {
  return headers.map(([name, value]) => line(`${name}: ${value}`, marked.has(name.toLowerCase())));
}

function noteLine(what: string): View {
  return html`<span class="line">${cutNote(what)}${'\n'}</span>`;
}

function plain(text: string): View {
  return line(text, false);
}

function line(text: string, marked: boolean): View {
  const content = [shown(text), '\n'];
  return marked ? html`<mark class="line">${content}</mark>` : html`<span class="line">${content}</span>`;
}
