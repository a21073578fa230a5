import type { ConformanceReport, Verdict } from '../../schemas/report/report.ts';
import { breaches, countOutcomes } from '../judge/findings.ts';
import { xml } from './xml.ts';

const label = 'contract';

/** Dark enough for white text on them: each has a contrast of at least 4.5 to white (WCAG 2.2, 1.4.3). */
const colours: Record<Verdict, string> = {
  conforming: '#2a7d2e',
  nonconforming: '#c0392b',
  inconclusive: '#6b6b6b',
};

function messageOf(report: ConformanceReport): string {
  const broken = breaches(report).length;
  const { known } = countOutcomes(report);
  switch (report.verdict) {
    case 'conforming':
      if (report.baseline) return 'no regression';
      return known > 0 ? `conforming, ${known} known` : 'conforming';
    case 'nonconforming':
      return broken > 0 ? `${broken} broken` : 'nonconforming';
    case 'inconclusive':
      return 'inconclusive';
  }
}

/** The verdict as JSON for a shields.io endpoint badge (schemaVersion 1). */
export function badgeEndpoint(report: ConformanceReport): string {
  const badge = {
    schemaVersion: 1,
    label,
    message: messageOf(report),
    color: colours[report.verdict],
    // Keeps a page that shows the badge from giving a red one another colour.
    isError: report.verdict !== 'conforming',
  };
  return `${JSON.stringify(badge, null, 2)}\n`;
}

/** The verdict as a picture, 20 pixels high, an SVG document without script or reference to anything else. */
export function badgeSvg(report: ConformanceReport): string {
  const message = messageOf(report);
  const left = widthOf(label);
  const right = widthOf(message);
  const title = `${label}: ${message}`;
  return xml({
    svg: {
      '@xmlns': 'http://www.w3.org/2000/svg',
      '@width': left + right,
      '@height': 20,
      '@role': 'img',
      '@aria-label': title,
      title: { '#text': title },
      rect: { '@width': left + right, '@height': 20, '@rx': 3, '@fill': colours[report.verdict] },
      path: { '@d': `M3 0h${left - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z`, '@fill': '#444' },
      g: {
        '@fill': '#fff',
        '@font-family': 'Verdana,DejaVu Sans,sans-serif',
        '@font-size': 11,
        '@text-anchor': 'middle',
        text: [
          { '@x': left / 2, '@y': 14, '@textLength': left - 12, '#text': label },
          { '@x': left + right / 2, '@y': 14, '@textLength': right - 12, '#text': message },
        ],
      },
    },
  });
}

/** 6.6 pixels a character is the mean of Verdana at 11; `textLength` takes up the rest in any other font. */
function widthOf(text: string): number {
  return Math.round(text.length * 6.6) + 12;
}
