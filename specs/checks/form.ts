import { type Exchange, isElsewhere } from '../../fixtures/http/exchange.ts';
import { contentFor } from '../../fixtures/scenario/observations.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { markOfHeader } from '../../fixtures/scenario/script.ts';
import type { ResponseDefinition } from '../../schemas/openapi/contract.ts';
import { isJson } from '../../schemas/openapi/media-types.ts';
import { shown } from '../../schemas/validation/compile.ts';
import { checkToken, checkUse } from './token.ts';
import { checkTransport } from './transport.ts';

/**
 * The requirements that hold for every exchange, whatever it was for. A malformed answer is a deviation of
 * the requirement about form, and of no other: the scenario that asked for a 400 and got one has its own kept.
 */
export function checkExchange(t: ScenarioRun, exchange: Exchange): void {
  checkTransport(t, exchange);
  if (isElsewhere(exchange.draft)) return;
  checkForm(t, exchange);
  checkToken(t, exchange);
  checkUse(t, exchange);
}

function checkForm(t: ScenarioRun, exchange: Exchange): void {
  const { draft, response } = exchange;
  if (!response) return;
  const { operation } = draft;
  const { role } = operation;
  const definition = t.contract.response(operation, response.status);
  if (!definition && draft.alsoRight.includes(response.status)) return;
  const documented = operation.responses.map(({ status }) => status).join(', ');
  t.check(`${role}.documented-status`, t.contract.allows(operation, response.status), {
    expected: `one of the documented statuses ${documented}`,
    actual: `${response.status} ${response.statusText}`.trim(),
    exchange,
    place: `${operation.pointer}/responses`,
  });
  if (!definition) return;
  checkHeaders(t, exchange, definition);
  if (definition.contents.length === 0) {
    checkEmpty(t, exchange, definition);
    return;
  }

  const content = contentFor(t.contract, operation, response);
  t.check(`${role}.documented-media-type`, content !== undefined, {
    expected: `Content-Type ${definition.contents.map(({ mediaType }) => mediaType).join(' or ')} with ${response.status}`,
    actual: response.header('content-type') ?? 'no Content-Type',
    exchange,
    ...markOfHeader(response, 'content-type'),
    place: `${definition.pointer}/content`,
  });
  // A body of another media type is judged by the schema only where it is JSON all the same.
  const judged = content ?? (response.jsonProblem === undefined ? definition.contents[0] : undefined);
  if (!judged) return;
  // What is no JSON by its documented type is a text.
  const isText = content !== undefined && !isJson(response.header('content-type') ?? '');
  if (!isText && response.jsonProblem !== undefined) {
    t.check(`${role}.response-schema`, false, {
      expected: 'a JSON body',
      actual: response.jsonProblem,
      exchange,
      instancePointer: '',
      ...(judged.schemaPointer === undefined ? {} : { place: judged.schemaPointer }),
    });
    return;
  }
  const body = isText ? response.text : response.json;
  const stated = t.contract.responseErrors(judged, body);
  // What only the overlay asks for is shown where the contract speaks of it; where it does not, it is no must.
  const meant = t.contract.envelopeErrors(judged, body).map((error) => {
    const { level, sentence } = t.contract.groundsOf(judged, error);
    return { ...error, place: sentence ?? error.place, isMust: level === 'must' && sentence !== undefined };
  });
  for (const [id, errors] of [
    [`${role}.response-schema`, stated],
    [`${role}.envelope`, meant.filter(({ isMust }) => isMust)],
    [`${role}.envelope-words`, meant.filter(({ isMust }) => !isMust)],
  ] as const) {
    if (errors.length === 0) t.check(id, true, { expected: '', actual: '' });
    for (const { instancePointer, expected, actual, place } of errors) {
      t.check(id, false, { expected, actual, exchange, instancePointer, place });
    }
  }
  checkCode(t, exchange, role);
}

/** The headers that the document has for an answer: there where they are required, and valid under their schemas. */
function checkHeaders(t: ScenarioRun, exchange: Exchange, { headers, status }: ResponseDefinition): void {
  const { response, draft } = exchange;
  const id = `${draft.operation.role}.response-header`;
  for (const header of headers) {
    const value = response?.header(header.name);
    const [error] = value === undefined ? [] : t.contract.parameterErrors(header, value);
    // One that may be left out is as it is described when it is.
    t.check(id, value === undefined ? !header.required : error === undefined, {
      expected: `${header.name} with ${status}${error ? `, which ${error.expected}` : ''}`,
      actual: value === undefined ? `no ${header.name}` : `${header.name}: ${value}`,
      exchange,
      place: error?.place ?? header.pointer,
    });
  }
}

/**
 * A status without `content` has none, where the document says of others what they hold; one that nowhere says it
 * leaves it open. Of a 204 HTTP itself lets nothing through.
 */
function checkEmpty(t: ScenarioRun, exchange: Exchange, { pointer, status }: ResponseDefinition): void {
  const { response, draft } = exchange;
  if (!draft.operation.responses.some(({ contents }) => contents.length > 0)) return;
  t.check(`${draft.operation.role}.documented-media-type`, response?.body.length === 0, {
    expected: `no content with ${status}`,
    actual: `${response?.body.length} bytes of ${response?.header('content-type') ?? 'no type'}`,
    exchange,
    place: pointer,
  });
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
