import { outcomeOf } from '../fixtures/exchange.ts';
import { grantIn } from '../fixtures/grants.ts';
import { contract, protectedRole, rolesInContract } from '../fixtures/loaded-contract.ts';
import { withHeader, withProperty } from '../fixtures/requests/valid.ts';
import { scenario, Unobtainable } from '../fixtures/scenario.ts';
import { successProblem } from '../fixtures/success.ts';

for (const role of rolesInContract()) {
  const operation = contract().operation(role);

  scenario({
    title: `${role} answers a valid request with the documented success`,
    establishes: [
      `${role}.success`,
      ...(role === 'refresh' ? ['token.refresh-differs'] : []),
      ...(role === protectedRole() ? ['token.usable'] : []),
    ],
    requests: () => ({ issue: 2, refresh: 4, revoke: 2 })[role],
    run: async (t) => {
      const grant =
        role === 'issue' ? undefined : await (role === 'refresh' ? t.refreshableGrant() : t.grant());
      const exchange = await t.send(await t.valid(role, 'a valid request', grant ? { grant } : {}));
      if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
      const problem = successProblem(t.contract, exchange);
      t.check(`${role}.success`, problem === undefined, {
        expected: 'the documented success, of its media type and valid under its schema',
        actual: problem ?? '',
        exchange,
      });
      const refreshed = role === 'refresh' && exchange.response ? grantIn(exchange.response) : undefined;
      if (grant && refreshed) {
        t.check('token.refresh-differs', refreshed.accessToken !== grant.accessToken, {
          expected: 'another access token than before',
          actual: 'the same access token',
          exchange,
          instancePointer: '/data/access_token',
        });
      } else if (role === 'refresh') t.inconclusive('token.refresh-differs', 'refresh gives no access token');
      if (role !== protectedRole()) return;
      const status = exchange.response?.status ?? 0;
      const authorised = exchange.response?.success || status === 400;
      if (authorised || status === 401 || status === 403) {
        t.check('token.usable', authorised === true, {
          expected: 'the issued token authorises the request',
          actual: outcomeOf(exchange),
          exchange,
        });
      } else t.inconclusive('token.usable', `${role} answered a valid request ${outcomeOf(exchange)}`);
    },
  });

  if (operation?.body && operation.body.schema.additionalProperties !== false) {
    scenario({
      title: `${role} ignores a parameter it does not know`,
      establishes: [`${role}.unknown-parameter`],
      requests: () => ({ issue: 2, refresh: 4, revoke: 2 })[role],
      run: async (t) => {
        const valid = await t.valid(role, 'an unknown extra parameter');
        const exchange = await t.send(withProperty(valid, ['conformance_unknown'], 'x', valid.intent));
        if ((await t.presence(exchange)) === 'away') throw new Unobtainable(t.whyAway(exchange));
        if (!exchange.response?.success) {
          const control = await t.send(await t.valid(role, 'control: without the parameter'));
          if (!control.response?.success) {
            throw new Unobtainable(`without the parameter the request was answered ${outcomeOf(control)}`);
          }
        }
        t.check(`${role}.unknown-parameter`, exchange.response?.success === true, {
          expected: 'success, as without the parameter',
          actual: outcomeOf(exchange),
          exchange,
        });
      },
    });
  }
}

scenario({
  title: 'issue gives no origin access to an answer with credentials',
  establishes: ['http.cors'],
  requests: () => 2,
  run: async (t) => {
    const valid = await t.valid('issue', 'a valid request from a foreign origin');
    const exchange = await t.send(withHeader(valid, 'origin', 'https://attacker.example', valid.intent));
    if (!exchange.response) throw new Unobtainable(t.whyAway(exchange));
  },
});
