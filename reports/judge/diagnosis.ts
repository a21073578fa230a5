import { vendor } from '../../fixtures/diagnosis/dialects.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import type { DiagnosisRecord, ScenarioRecord } from '../../schemas/report/record.ts';
import type { ConformanceReport, Diagnosis, RequirementResult } from '../../schemas/report/report.ts';
import { answersOtherwise } from './answers.ts';

/** In what the target differs from the contract: how its operations want to be asked, and how they answer. */
export function diagnosisOf(
  records: readonly ScenarioRecord[],
  contract: Contract,
  requirements: readonly RequirementResult[],
  coverage: ConformanceReport['coverage'],
): Pick<ConformanceReport, 'diagnosis'> {
  const asked = contract.roles.flatMap((role) =>
    records.flatMap((record) =>
      (record.diagnoses ?? [])
        .filter(({ operation }) => operation === role)
        .map((found) => asDiagnosis(found, record, requirements)),
    ),
  );
  const known = records.flatMap(({ diagnoses = [] }) => diagnoses);
  const answers = records.flatMap((record) => record.answers ?? []);
  const seen = { contract, requirements, coverage, asked: known, answers };
  const all = [...asked, ...answersOtherwise(seen)];
  // What two operations share is said once.
  const actions = contract.effective(all.flatMap((one) => one.actions));
  const diagnosis = all.map((one) => ({
    ...one,
    actions: one.actions.filter((action) => actions.includes(action)),
  }));
  return diagnosis.length > 0 ? { diagnosis } : {};
}

function asDiagnosis(
  { operation, dialects, says, seen, actions, isTellable, advice, probes, proof }: DiagnosisRecord,
  { exchanges }: ScenarioRecord,
  requirements: readonly RequirementResult[],
): Diagnosis {
  const isFound = dialects.length > 0;
  const what = says.join(', and ');
  const tried = advice ?? `so it does ${probes - 1} others that services of its kind take`;
  const isBroken = requirements.some(
    ({ id, outcome }) => id === `${operation}.success` && outcome !== 'passed',
  );
  return {
    operation,
    title: isFound
      ? `${operation} succeeds with ${what}`
      : `${operation} refuses the valid request; ${tried}`,
    about: 'request',
    differences: dialects,
    ...(isFound && { seen }),
    requirements: isBroken ? [`${operation}.success`] : [],
    probes,
    remedies: {
      ...(isFound && isTellable && { contract: `have it ask for ${what}` }),
      target: `take the request as the contract has it`,
    },
    side: seen.includes(vendor) ? 'contract' : 'target',
    actions,
    proof: proof.flatMap(({ exchange, purpose }) => {
      const shown = exchanges[exchange];
      return shown ? [{ purpose, exchange: shown.record }] : [];
    }),
  };
}
