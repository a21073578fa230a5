import { vendor } from '../../fixtures/diagnosis/dialects.ts';
import { pathIn } from '../../fixtures/diagnosis/edits.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import type { DiagnosisRecord, ScenarioRecord } from '../../schemas/report/record.ts';
import type {
  ConformanceReport,
  Diagnosis,
  DriftAction,
  RequirementResult,
} from '../../schemas/report/report.ts';
import { answersOtherwise } from './answers.ts';

/** In what the target differs from the contract: how its operations want to be asked, and how they answer. */
export function diagnosisOf(
  records: readonly ScenarioRecord[],
  contract: Contract,
  requirements: readonly RequirementResult[],
  coverage: ConformanceReport['coverage'],
): Diagnosis[] {
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
  const isAt = whereNow(contract, contract.effective(asked.flatMap((one) => one.actions)));
  const answered = answersOtherwise(seen).map((one) => ({
    ...one,
    actions: one.actions.map((action) => ({ ...action, target: isAt(action.target) })),
  }));
  const all = [...asked, ...answered];
  // What two operations share is said once.
  const actions = contract.effective(all.flatMap((one) => one.actions));
  return all.map((one) => ({
    ...one,
    actions: one.actions.filter((action) => actions.includes(action)),
  }));
}

/** Where a target stands once its operation has another path or method. */
function whereNow(contract: Contract, actions: readonly DriftAction[]): (target: string) => string {
  if (actions.length === 0) return (target) => target;
  const changed = contract.changed(actions);
  const moves = contract.operations.map(({ role, pointer }) => {
    const now = changed.operation(role)?.pointer ?? pointer;
    return { from: pathIn(contract, pointer), to: pathIn(changed, now) };
  });
  return (target) => {
    const move = moves.find(({ from }) => target === from || target.startsWith(`${from}.`));
    return move ? `${move.to}${target.slice(move.from.length)}` : target;
  };
}

function asDiagnosis(
  { operation, dialects, says, seen, actions, isTellable, advice, probes, proof }: DiagnosisRecord,
  { exchanges }: ScenarioRecord,
  requirements: readonly RequirementResult[],
): Diagnosis {
  const isFound = dialects.length > 0;
  const what = says.join(', and ');
  const tried = advice ?? `so it does ${probes - 1} others that services of its kind take`;
  const refused = exchanges[proof[0]?.exchange ?? -1]?.record.response?.status;
  const isBroken = requirements.some(
    ({ id, outcome }) => id === `${operation}.success` && outcome !== 'passed',
  );
  // The status of that refusal, where it is none that is documented.
  const isUndocumented = requirements.some(
    ({ id, deviations }) =>
      id === `${operation}.documented-status` &&
      deviations.some(({ actual }) => actual.startsWith(String(refused))),
  );
  return {
    operation,
    title: isFound
      ? `${operation} succeeds with ${what}`
      : `${operation} refuses the valid request; ${tried}`,
    about: 'request',
    differences: dialects,
    ...(isFound && { seen }),
    requirements: isBroken
      ? [`${operation}.success`, ...(isUndocumented ? [`${operation}.documented-status`] : [])]
      : [],
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
