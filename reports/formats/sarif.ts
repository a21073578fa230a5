import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ArtifactLocation, Invocation, Location, Log, ReportingDescriptor, Result } from 'sarif';
import type {
  ConformanceReport,
  Deviation,
  Level,
  RequirementResult,
  Source,
} from '../../schemas/report/report.ts';
import { describeAcceptance, groupOf, placeOf, withOutcome } from '../judge/findings.ts';
import { cut, describeScenario } from './text.ts';

/** The most characters of one message; a code host rejects a SARIF file above 10 MB. */
const messageLimit = 1000;

/**
 * The report as a SARIF 2.1.0 log, JSON text. Every requirement is a rule, so that a code host can tell a
 * finding that was mended from a rule that is gone; every deviation of a failed or known requirement is a
 * result that points at the line of the contract. Must is `error`, should `warning`; a known one carries its
 * acceptance as the justification of a suppression. Requirements without an answer are notifications of the
 * invocation: a result would read as a finding about the target.
 */
export function sarif(report: ConformanceReport): string {
  const { suite, requirements, target } = report;
  const indexOf = new Map(requirements.map(({ id }, index) => [id, index]));
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Nomba Auth Conformance', version: suite.version, rules: requirements.map(ruleOf) },
        },
        // A code host replaces an older analysis by a newer one of the same id: one per target.
        automationDetails: { id: `nomba-auth-conformance/${target.name}/` },
        invocations: [invocationOf(report)],
        artifacts: [report.contract, ...(report.overlay ? [report.overlay] : [])].map(({ path, sha256 }) => ({
          location: artifactAt(path),
          hashes: { 'sha-256': sha256 },
        })),
        columnKind: 'utf16CodeUnits',
        results: withOutcome(report, 'failed', 'known').flatMap((requirement) =>
          requirement.deviations.map((deviation) => ({
            ...resultOf(requirement, deviation, report),
            ruleIndex: indexOf.get(requirement.id) ?? -1,
          })),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf({ id, level, title, text, source }: RequirementResult): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: sentence(title) },
    fullDescription: { text: sentence(cut(text, messageLimit)) },
    help: { text: `${sentence(title)} The contract or standard says: ${text}` },
    ...('rfc' in source ? { helpUri: source.url } : {}),
    defaultConfiguration: { level: severityOf(level) },
    properties: { tags: ['conformance', groupOf(id), level], 'problem.severity': severityOf(level) },
  };
}

function severityOf(level: Level): 'error' | 'warning' {
  return level === 'must' ? 'error' : 'warning';
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function resultOf(requirement: RequirementResult, deviation: Deviation, report: ConformanceReport): Result {
  const { id, title } = requirement;
  const { scenario, expected, actual, occurrences, instancePointer, exchange, rerun, needs } = deviation;
  const acceptance = deviation.acceptance ?? requirement.acceptance;
  const told = `${title}. Expected ${expected}. Actual: ${actual}. Scenario: ${describeScenario(deviation)}`;
  return {
    ruleId: id,
    level: severityOf(deviation.level),
    kind: 'fail',
    message: { text: sentence(cut(told, messageLimit)) },
    locations: [locationOf(placeOf(requirement, deviation), report)],
    occurrenceCount: occurrences,
    partialFingerprints: {
      'conformanceDeviation/v1': fingerprint(id, scenario, expected, instancePointer, exchange?.intent),
    },
    properties: { rerun, ...(needs && { needs }) },
    ...(acceptance
      ? {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: describeAcceptance(acceptance),
            },
          ],
        }
      : {}),
  };
}

/** Of what stays the same while a deviation does; what came may differ from run to run. */
function fingerprint(...parts: (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** A clause of an RFC has no file here; a code host shows only results that have one, so line 1 stands for it. */
function locationOf(source: Source, { contract }: ConformanceReport): Location {
  const { file, line } = 'rfc' in source ? { file: contract.path, line: 1 } : source;
  return {
    physicalLocation: { artifactLocation: artifactAt(file), region: { startLine: line } },
    ...('rfc' in source
      ? { message: { text: `RFC ${source.rfc}, section ${source.section}: ${source.url}` } }
      : { logicalLocations: [{ fullyQualifiedName: source.pointer }] }),
  };
}

function artifactAt(file: string): ArtifactLocation {
  if (isAbsolute(file)) return { uri: pathToFileURL(file).href };
  return { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function invocationOf(report: ConformanceReport): Invocation {
  const { verdict, sentence: told, exitCode, startedAt, durationMs, errors } = report;
  const unanswered = withOutcome(report, 'inconclusive', 'not-tested');
  return {
    executionSuccessful: verdict !== 'inconclusive' && errors.length === 0,
    exitCode,
    exitCodeDescription: told,
    startTimeUtc: startedAt,
    endTimeUtc: new Date(Date.parse(startedAt) + durationMs).toISOString(),
    toolExecutionNotifications: [
      ...errors
        .filter(({ kind }) => kind !== 'configuration')
        .map(({ message }) => ({ level: 'error' as const, message: { text: message } })),
      ...unanswered.map(({ id, outcome, reason }) => ({
        level: 'note' as const,
        associatedRule: { id },
        message: { text: `${id} is ${outcome}: ${cut(reason, messageLimit)}` },
      })),
    ],
    toolConfigurationNotifications: [
      ...errors.filter(({ kind }) => kind === 'configuration').map(({ message }) => message),
      ...report.knownDeviationProblems,
      ...(report.correctionProblems ?? []),
    ].map((text) => ({ level: 'error' as const, message: { text } })),
  };
}
