import type { Exchange } from '../../fixtures/http/exchange.ts';
import { contentFor } from '../../fixtures/scenario/observations.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { shown } from '../../schemas/validation/compile.ts';
import { checkToken } from './token.ts';
import { checkTransport } from './transport.ts';

/**
 * The requirements that hold for every exchange, whatever it was for. A malformed answer is a deviation of
 * the requirement about form, and of no other: the scenario that asked for a 400 and got one has its own kept.
 */
export function checkExchange(t: ScenarioRun, exchange: Exchange): void {
  checkTransport(t, exchange);
  if (exchange.draft.method !== exchange.draft.operation.method) return;
  checkForm(t, exchange);
  checkToken(t, exchange);
}

function checkForm(t: ScenarioRun, exchange: Exchange): void {
  const { draft, response } = exchange;
  if (!response) return;
  const { operation } = draft;
  const { role } = operation;
  const definition = t.contract.response(operation, response.status);
  if (!definition && draft.alsoRight.includes(response.status)) return;
  const documented = operation.responses.map(({ status }) => status).join(', ');
  t.check(`${role}.documented-status`, definition !== undefined, {
    expected: `one of the documented statuses ${documented}`,
    actual: `${response.status} ${response.statusText}`.trim(),
    exchange,
    place: `${operation.pointer}/responses`,
  });
  if (!definition || definition.contents.length === 0) return;

  const content = contentFor(t.contract, operation, response);
  t.check(`${role}.documented-media-type`, content !== undefined, {
    expected: `Content-Type ${definition.contents.map(({ mediaType }) => mediaType).join(' or ')} with ${response.status}`,
    actual: response.header('content-type') ?? 'no Content-Type',
    exchange,
    place: `${definition.pointer}/content`,
  });
  // A body of another media type is judged by the schema only where it is JSON all the same.
  const judged = content ?? (response.jsonProblem === undefined ? definition.contents[0] : undefined);
  if (!judged) return;
  if (response.jsonProblem !== undefined) {
    t.check(`${role}.response-schema`, false, {
      expected: 'a JSON body',
      actual: response.jsonProblem,
      exchange,
      instancePointer: '',
      ...(judged.schemaPointer === undefined ? {} : { place: judged.schemaPointer }),
    });
    return;
  }
  const stated = t.contract.responseErrors(judged, response.json);
  const meant = t.contract.envelopeErrors(judged, response.json);
  for (const [id, errors] of [
    [`${role}.response-schema`, stated],
    [`${role}.envelope`, meant],
  ] as const) {
    if (errors.length === 0) t.check(id, true, { expected: '', actual: '' });
    for (const { instancePointer, expected, actual, place } of errors) {
      t.check(id, false, { expected, actual, exchange, instancePointer, place });
    }
  }
  checkCode(t, exchange, role);
}

/** `code` is `00` in a success and in nothing else. */
function checkCode(t: ScenarioRun, exchange: Exchange, role: string): void {
  const { response } = exchange;
  const code = (response?.json as { code?: unknown } | null | undefined)?.code;
  if (!response || typeof code !== 'string') return;
  const right = response.success === (code === '00');
  t.check(`${role}.success-code`, right, {
    expected: response.success ? '"00" in a success' : 'a code other than "00" in an error',
    actual: `${shown(code)} with ${response.status}`,
    exchange,
    instancePointer: '/code',
  });
}
