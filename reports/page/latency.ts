import type { ConformanceReport, Latency } from '../../schemas/report/report.ts';
import { html, type View } from './html.ts';
import { counted, duration, shown, shownPlain } from './text.ts';

const width = 360;
const height = 140;
const left = 46;
const bottom = 20;
const top = 8;

/** A slowest point this many times the median would press all others onto the axis: then the scale is logarithmic. */
const spreadForLogarithm = 40;

interface Scale {
  y: (ms: number) => number;
  ticks: number[];
  logarithmic: boolean;
}

/** How long each operation took: every exchange a point, in order of time; median and p95 as lines. */
export function latencyView({ latency }: ConformanceReport): View {
  const scale = scaleFor(latency);
  return html`<section id="latency" class="panel" aria-labelledby="latency-title">
    <h2 id="latency-title">Latency</h2>
    ${
      latency.length === 0
        ? html`<p class="quiet">No exchange was timed.</p>`
        : html`<p class="quiet">Every exchange in order of time${scale.logarithmic && ', on a logarithmic scale'}. The full line is the median, the broken line the 95th percentile.</p>
          <div class="plots">${latency.map((entry) => plot(entry, scale))}</div>`
    }
  </section>`;
}

function plot({ operation, count, medianMs, p95Ms, points }: Latency, { y, ticks }: Scale): View {
  const step = (width - left - 8) / Math.max(points.length - 1, 1);
  // One path for all points: a circle each would make a page of a long run slow to open.
  const dots = points.map((ms, at) => `M${round(left + 4 + at * step)} ${round(y(ms))}h0`).join('');
  const level = (ms: number) => `M${left} ${round(y(ms))}H${width}`;
  const label = `${shownPlain(operation)}: ${counted(count, 'exchange')}, median ${duration(medianMs)}, 95th percentile ${duration(p95Ms)}`;
  return html`<figure class="plot">
    <figcaption><b>${shown(operation)}</b> <span>median ${duration(medianMs)}</span> <span>p95 ${duration(p95Ms)}</span> <span class="quiet">${counted(count, 'exchange')}</span></figcaption>
    <svg viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${label}>
      ${ticks.map(
        (ms) =>
          html`<g><path class="grid" d=${level(ms)} /><text x=${left - 6} y=${round(y(ms)) + 4} text-anchor="end">${tickLabel(ms)}</text></g>`,
      )}
      <path class="points" d=${dots} />
      <path class="median" d=${level(medianMs)} />
      <path class="p95" d=${level(p95Ms)} />
      <text x=${left} y=${height - 4}>first</text><text x=${width} y=${height - 4} text-anchor="end">last</text>
    </svg>
  </figure>`;
}

/** One scale for all operations, so that their plots compare. */
function scaleFor(latency: Latency[]): Scale {
  const slowest = Math.max(
    1,
    ...latency.map(({ points }) => points.reduce((most, ms) => Math.max(most, ms), 0)),
  );
  const usual = Math.min(slowest, ...latency.map(({ medianMs }) => Math.max(medianMs, 0.1)));
  const logarithmic = slowest > usual * spreadForLogarithm;
  const share = logarithmic
    ? (ms: number) => Math.log1p(Math.max(ms, 0)) / Math.log1p(slowest)
    : (ms: number) => Math.max(ms, 0) / slowest;
  const ticks = logarithmic ? powersUpTo(slowest) : evenTicks(slowest);
  return { y: (ms) => top + (1 - share(ms)) * (height - top - bottom), ticks, logarithmic };
}

function evenTicks(slowest: number): number[] {
  const rough = slowest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  return Array.from({ length: Math.floor(slowest / step) + 1 }, (_, at) => at * step);
}

function powersUpTo(slowest: number): number[] {
  return [0, ...Array.from({ length: Math.floor(Math.log10(slowest)) + 1 }, (_, at) => 10 ** at)];
}

function tickLabel(ms: number): string {
  return ms === 0 ? '0' : ms >= 1_000 ? `${round(ms / 1_000)} s` : `${round(ms)} ms`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
