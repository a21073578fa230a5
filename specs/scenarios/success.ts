import { type Draft, type Exchange, isSpentByResending } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { errorsOf } from '../../fixtures/requests/invalid.ts';
import { readJwt } from '../../fixtures/requests/jwt.ts';
import { overhead } from '../../fixtures/requests/overhead.ts';
import { sampleRequest } from '../../fixtures/requests/sample.ts';
import { withHeader, withProperty } from '../../fixtures/requests/valid.ts';
import { type Grant, namesAccount } from '../../fixtures/requests/values.ts';
import { type Scenario, Unobtainable } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import { bodyError, shortfall, successProblem } from '../../fixtures/scenario/success.ts';
import { authorises, presents, refusesRevoked, repeats } from '../../fixtures/scenario/token-steps.ts';
import type { Contract, Operation, RequestBody, Role } from '../../schemas/openapi/contract.ts';

/** A valid request is answered with the documented success. */
export function success(contract: Contract): Scenario[] {
  return [
    ...contract.roles.flatMap((role) => [succeeds(contract, role), ...ignoresUnknown(contract, role)]),
    foreignOrigin,
  ];
}

function succeeds(contract: Contract, role: Role): Scenario {
  const others = otherTypes(contract.operation(role));
  return {
    title: `${role} answers a valid request with the documented success`,
    establishes: [
      `${role}.success`,
      ...(role === 'refresh' ? ['token.refresh-differs', 'token.refresh-claims'] : []),
      ...(role === 'refresh' && contract.protectedRole ? ['token.refreshed-usable'] : []),
      ...(role === contract.protectedRole ? ['token.usable'] : []),
    ],
    requests: () => ({ issue: 2, refresh: 5, revoke: 2 })[role] + others.length * overhead[role],
    run: async (t) => {
      const grant = await grantFor(t, role);
      const given = { isKnownToFail: true as const, ...(grant && { grant }) };
      const exchange = await sendsValid(t, await t.valid(role, 'a valid request', given));
      if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
      if (isSpentByResending(exchange)) throw new Unobtainable('the first answer to the request was lost');
      if (!exchange.response?.success) await t.diagnoses.find(role);
      else if (!t.contract.response(exchange.draft.operation, exchange.response.status))
        t.diagnoses.answered(role, exchange);
      const problem = successProblem(t.contract, exchange);
      const error = bodyError(t.contract, exchange);
      t.check(`${role}.success`, problem === undefined, {
        expected: 'the documented success, of its media type and valid under its schema',
        actual: problem ?? '',
        exchange,
        ...(error && { instancePointer: error.instancePointer, place: error.place }),
      });
      if (role === contract.protectedRole) authorises(t, 'token.usable', exchange);
      if (role === 'refresh' && grant) await judgeRefreshed(t, grant, exchange);
      await takesOtherTypes(t, role, others);
    },
  };
}

/** The token that a valid request is made from. Where none is issued, what is known of the target may give one to ask with. */
async function grantFor(t: ScenarioRun, role: Role): Promise<Grant | undefined> {
  if (role === 'issue') return undefined;
  try {
    return await (role === 'refresh' ? t.refreshableGrant() : t.grant());
  } catch (error) {
    if (error instanceof Unobtainable && t.session.contact.ways.has('issue')) await t.diagnoses.find(role);
    throw error;
  }
}

/**
 * Sends a valid request as the contract has it: without the header of the account, where that is nothing of its own;
 * refused, with it.
 */
async function sendsValid(t: ScenarioRun, valid: Draft): Promise<Exchange> {
  const isOurs = t.target.accountId !== undefined && !valid.operation.parameters.some(namesAccount);
  if (!isOurs) return t.send(valid);
  const bare = await t.send(withHeader(valid, 'accountId', undefined, `${valid.intent} without an account`));
  if (bare.kind !== 'answer' || bare.response?.success) return bare;
  const exchange = await t.send(valid);
  if (exchange.response?.success) t.diagnoses.needsAccount(bare, exchange);
  return exchange;
}

/** The documented media types of a body beyond the one that all other requests are sent in. */
function otherTypes({ body, bodies = [] }: Partial<Operation> = {}): RequestBody[] {
  return bodies.filter((other) => other.pointer !== body?.pointer && other.format !== 'other');
}

/** A valid request succeeds in each media type that the document has for it. */
async function takesOtherTypes(t: ScenarioRun, role: Role, bodies: RequestBody[]): Promise<void> {
  for (const body of bodies) {
    const exchange = await t.send(await t.valid(role, `a valid request as ${body.mediaType}`, { body }));
    if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
    const problem = successProblem(t.contract, exchange);
    t.check(`${role}.success`, problem === undefined, {
      expected: `the documented success, of its media type and valid under its schema, to ${body.mediaType} too`,
      actual: problem ?? '',
      exchange,
      place: body.pointer,
    });
  }
}

function ignoresUnknown(contract: Contract, role: Role): Scenario[] {
  const sample = sampleRequest(contract, role);
  // Where it is not allowed, that it is refused is the matter of the requirement on constraints.
  const unknown = withProperty(sample, ['conformance_unknown'], 'x', '');
  if (!sample.operation.body || errorsOf(contract, unknown).length > 0) return [];
  return [
    {
      title: `${role} ignores a parameter it does not know`,
      establishes: [`${role}.unknown-parameter`],
      requests: () => ({ issue: 2, refresh: 4, revoke: 2 })[role],
      run: async (t) => {
        const valid = await t.valid(role, 'an unknown extra parameter');
        const exchange = await t.send(withProperty(valid, ['conformance_unknown'], 'x', valid.intent));
        if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
        const problem = shortfall(t.contract, exchange);
        if (problem !== undefined) {
          const control = await t.send(await t.valid(role, 'control: without the parameter'));
          const why = shortfall(t.contract, control);
          if (why !== undefined) {
            throw new Unobtainable(`without the parameter the request was answered ${why}`);
          }
          // Refused by chance, and not for the parameter: that is the matter of another requirement.
          const again = await t.valid(role, valid.intent);
          const second = await t.send(withProperty(again, ['conformance_unknown'], 'x', again.intent));
          if (shortfall(t.contract, second) === undefined) return repeats(t, `${role}.repeatable`, exchange);
        }
        t.check(`${role}.unknown-parameter`, problem === undefined, {
          expected: 'success, as without the parameter',
          actual: problem ?? '',
          exchange,
        });
      },
    },
  ];
}

const foreignOrigin: Scenario = {
  title: 'issue gives no origin access to an answer with credentials',
  establishes: ['http.cors'],
  requests: () => 2,
  run: async (t) => {
    const valid = await t.valid('issue', 'a valid request from a foreign origin');
    const foreign = withHeader(valid, 'origin', 'https://attacker.example', valid.intent);
    // Refusing an origin altogether is not documented, and as it should be.
    const exchange = await t.send({ ...foreign, alsoRight: [403] });
    if (!exchange.response) throw new Unobtainable(t.whyAway(exchange));
  },
};

/** The claims that say whose a token is, where it is good, and who gave it. */
const lastingClaims = ['iss', 'sub', 'aud', 'client_id', 'azp'];

/** A refresh goes on with what was granted: for the same client and place, and for nothing more. */
function keepsClaims(t: ScenarioRun, before: Grant, after: Grant, exchange: Exchange): void {
  const [old, renewed] = [before, after].map(({ accessToken }) => readJwt(accessToken)?.payload);
  if (!old || !renewed) {
    t.notTested('token.refresh-claims', 'the access tokens are no JWTs, so their claims cannot be seen');
    return;
  }
  const scopes = (claims: Record<string, unknown>) =>
    [claims.scope ?? claims.scp ?? []].flat().join(' ').split(' ');
  const wider = scopes(renewed).filter((scope) => scope !== '' && !scopes(old).includes(scope));
  const changed = lastingClaims.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(renewed[name]));
  t.check('token.refresh-claims', changed.length + wider.length === 0, {
    expected: `${lastingClaims.join(', ')} as before, and no scope more`,
    actual: [...changed, ...wider.map((scope) => `scope ${scope}`)].join(', '),
    exchange,
    instancePointer: '/data/access_token',
  });
}

/** What a refresh gives is another token, which authorises requests until it is revoked. */
async function judgeRefreshed(t: ScenarioRun, grant: Grant, exchange: Exchange): Promise<void> {
  const refreshed = exchange.response?.success ? grantIn(exchange.response) : undefined;
  if (!refreshed) {
    for (const id of [
      'token.refresh-differs',
      'token.refresh-claims',
      ...(t.contract.protectedRole ? ['token.refreshed-usable'] : []),
    ]) {
      t.inconclusive(id, 'refresh gives no access token');
    }
    return;
  }
  t.check('token.refresh-differs', refreshed.accessToken !== grant.accessToken, {
    expected: 'another access token than before',
    actual: 'the same access token',
    exchange,
    holds: grant.accessToken,
    instancePointer: '/data/access_token',
  });
  keepsClaims(t, grant, refreshed, exchange);
  if (!t.contract.protectedRole) return;
  const first = await presents(t, refreshed, 'the refreshed token');
  authorises(t, 'token.refreshed-usable', first);
  if (first.response?.success && t.contract.protectedRole === 'revoke') {
    refusesRevoked(t, await presents(t, refreshed, 'a refreshed token that revoked itself'));
  }
}
