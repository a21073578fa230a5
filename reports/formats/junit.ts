import type { ConformanceReport, Deviation, RequirementResult } from '../../schemas/report/report.ts';
import {
  advisories,
  breaches,
  describeAcceptance,
  describeSource,
  type Finding,
  groupOf,
  runProblems,
} from '../judge/findings.ts';
import { cut, describeDeviation, oneLine } from './text.ts';
import { type XmlElement, xml } from './xml.ts';

/** What a test case says of its requirement beside its properties. Passed cases say nothing. */
interface Mark {
  kind: 'failure' | 'error' | 'skipped';
  type: string;
  message: string;
  body: string;
}

interface Case {
  name: string;
  group: string;
  mark: Mark | undefined;
  properties: [name: string, value: string][];
  output: string | undefined;
}

/** The most characters of one text. GitLab refuses files above 30 MB, Jenkins keeps 100 000 characters of a case. */
const textLimit = 50_000;

/**
 * The report as JUnit XML, in the subset that both Jenkins and GitLab show. One suite per group, one case per
 * requirement: `failure` for a breach, `error` for a must requirement without an answer, `skipped` for known
 * and not-tested ones (and for a should requirement without an answer, which can turn nothing). Findings of
 * level should are in `system-out`. A run that is not conforming always has a `failure` or an `error`: where
 * no requirement tells why, a case `run` does.
 *
 * Both readers take one `failure` per case, Jenkins shows its message and text, GitLab its text alone; hence
 * one element with everything in its text.
 */
export function junit(report: ConformanceReport): string {
  const cases = [...requirementCases(report), ...runCases(report)];
  const groups = [...new Set(cases.map(({ group }) => group))];
  const { tests, failures, errors } = countMarks(cases);
  return xml({
    testsuites: {
      '@name': 'Nomba Auth Conformance',
      '@tests': tests,
      '@failures': failures,
      '@errors': errors,
      '@time': (report.durationMs / 1000).toFixed(3),
      testsuite: groups.map((group) => {
        const members = cases.filter((entry) => entry.group === group);
        return suiteElement(group, members, report);
      }),
    },
  });
}

function requirementCases(report: ConformanceReport): Case[] {
  const breachOf = byId(breaches(report));
  const adviceOf = byId(advisories(report));
  return report.requirements.map((requirement) => {
    const { id, level, source, outcome } = requirement;
    const advice = adviceOf.get(id);
    return {
      name: id,
      group: groupOf(id),
      mark: markOf(requirement, breachOf.get(id)),
      properties: [
        ['requirement', id],
        ['level', level],
        ['source', describeSource(source)],
        ['outcome', outcome],
        ...(advice ? [['should-deviations', String(advice.deviations.length)] as [string, string]] : []),
      ],
      output: advice && describeFinding(requirement, advice.deviations),
    };
  });
}

function byId(findings: Finding[]): Map<string, Finding> {
  return new Map(findings.map((finding) => [finding.requirement.id, finding]));
}

function markOf(requirement: RequirementResult, breach: Finding | undefined): Mark | undefined {
  const { level, outcome, reason, acceptance } = requirement;
  if (breach) {
    const { expected, actual } = breach.deviations[0];
    const message = `expected ${expected}; actual ${actual}`;
    const accepted = requirement.deviations.filter(({ acceptance: by }) => by !== undefined);
    const body = describeFinding(requirement, [...breach.deviations, ...accepted]);
    return { kind: 'failure', type: level, message, body };
  }
  switch (outcome) {
    case 'inconclusive':
      return {
        kind: level === 'must' ? 'error' : 'skipped',
        type: outcome,
        message: `inconclusive: ${reason}`,
        body: reason,
      };
    case 'not-tested':
      return { kind: 'skipped', type: outcome, message: `not tested: ${reason}`, body: reason };
    case 'known': {
      const accepted = `known: ${acceptance ? describeAcceptance(acceptance) : reason}`;
      return { kind: 'skipped', type: outcome, message: accepted, body: accepted };
    }
    default:
      return undefined;
  }
}

function runCases(report: ConformanceReport): Case[] {
  return runProblems(report).map(({ name, kind, type, message, details }) => ({
    name,
    group: 'run',
    mark: { kind, type, message, body: details },
    properties: [],
    output: undefined,
  }));
}

function describeFinding(requirement: RequirementResult, deviations: Deviation[]): string {
  return [
    `${requirement.title}\n"${requirement.text}"`,
    ...deviations.map((deviation) => describeDeviation(requirement, deviation)),
  ].join('\n\n');
}

function countMarks(cases: Case[]): Record<'tests' | 'failures' | 'errors' | 'skipped', number> {
  const count = (kind: Mark['kind']) => cases.filter(({ mark }) => mark?.kind === kind).length;
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
}

function suiteElement(group: string, cases: Case[], report: ConformanceReport): XmlElement {
  const { tests, failures, errors, skipped } = countMarks(cases);
  return {
    '@name': group,
    '@tests': tests,
    '@failures': failures,
    '@errors': errors,
    '@skipped': skipped,
    '@timestamp': report.startedAt.replace(/(\.\d+)?Z$/, ''),
    properties: propertiesElement([
      ['verdict', report.verdict],
      ['target', report.target.baseUrl],
      ['contract', `${report.contract.path} ${report.contract.sha256}`],
      ['suite', `${report.suite.version} ${report.suite.commit}`],
    ]),
    testcase: cases.map((entry) => caseElement(entry)),
  };
}

function caseElement({ group, name, mark, properties, output }: Case): XmlElement {
  return {
    '@classname': `conformance.${group}`,
    '@name': name,
    ...(properties.length > 0 ? { properties: propertiesElement(properties) } : {}),
    ...(mark
      ? {
          [mark.kind]: {
            '@type': mark.type,
            '@message': oneLine(mark.message),
            '#text': cut(mark.body, textLimit),
          },
        }
      : {}),
    ...(output === undefined ? {} : { 'system-out': { '#text': cut(output, textLimit) } }),
  };
}

function propertiesElement(properties: [name: string, value: string][]): XmlElement {
  return { property: properties.map(([name, value]) => ({ '@name': name, '@value': cut(value, 1000) })) };
}
