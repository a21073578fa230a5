import { clip } from '../../schemas/document/unseen.ts';
import { html, type View } from './html.ts';
import { count, cutNote, shown } from './text.ts';

/** Longest command that is offered for copying, in characters; a cut one would run and mislead. */
const longestCommand = 16_000;

/** A command for a shell with a button that copies it. */
export function command(label: string, text: string): View {
  const { kept, left } = clip(text, longestCommand);
  return html`<div class="command">
    <span class="label">${label}</span>
    <pre><code>${shown(kept, longestCommand)}</code>${left > 0 && cutNote(`${count(left)} more characters, in conformance.json`)}</pre>
    ${left === 0 && copyButton(label)}
  </div>`;
}

/** A button that copies the code before it. The script writes its answer into it. */
function copyButton(what: string): View {
  return html`<button type="button" class="copy" data-copy aria-label=${`Copy: ${what}`}>Copy</button>`;
}
