import type { Draft } from '../../fixtures/http/exchange.ts';
import { carries } from '../../fixtures/requests/credential-properties.ts';
import { type Altered, lookalike, nearMisses, tamperedJwts } from '../../fixtures/requests/near-misses.ts';
import { overhead } from '../../fixtures/requests/overhead.ts';
import { refuses } from '../../fixtures/scenario/refusals.ts';
import { doesNotSucceed, refusesAs } from '../../fixtures/scenario/rules.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import { oneWild, percentEncoded, unproven, wrongly } from './wrong-values.ts';

/** A refresh token that the target did not issue is refused. */
export function wrongRefreshTokens(contract: Contract): Scenario[] {
  if (!carries(contract, 'refresh', 'refresh_token')) return [];
  return [
    {
      title: 'refresh refuses a token that it did not issue',
      establishes: ['refresh.invalid-token'],
      requests: () => 14 + overhead.refresh,
      run: (t) => {
        const otherToken = (valid: Draft, wrong: Altered[]) =>
          wrongly(t, valid.grant?.refreshToken ?? '', 'wrong_refresh_token', wrong, (value, what) =>
            t.draft(valid.operation, what, {
              client: t.target.client,
              grant: valid.grant && { ...valid.grant, refreshToken: value },
            }),
          );
        const derive = (valid: Draft): Draft[] => {
          const { accessToken = '', refreshToken = '' } = valid.grant ?? {};
          return otherToken(valid, [
            { what: 'an unknown refresh token', value: lookalike(refreshToken), credential: 'made-up' },
            ...[...tamperedJwts(refreshToken), ...nearMisses(refreshToken)].map(({ what, value }) => ({
              what: `a refresh token ${what}`,
              value,
            })),
            { what: 'the access token for the refresh token', value: accessToken },
            { what: 'a blank before the refresh token', value: ` ${refreshToken}` },
            { what: 'a blank behind the refresh token', value: `${refreshToken} ` },
            { what: 'a wildcard for the refresh token', value: '*' },
            { what: 'a wildcard for one character of the refresh token', value: oneWild(refreshToken) },
            { what: 'the refresh token in percent-encoding', value: percentEncoded(refreshToken) },
            { what: 'an empty refresh token', value: '', credential: 'absent' },
          ]);
        };
        const spelt = (valid: Draft): Draft[] =>
          otherToken(valid, [
            { what: 'a refresh token and a line feed', value: `${valid.grant?.refreshToken}\n` },
          ]);
        return refuses(t, 'refresh', [
          { derive, rules: [refusesAs('refresh.invalid-token', unproven(contract, 'refresh'))] },
          { derive: spelt, rules: [doesNotSucceed('refresh.invalid-token')] },
        ]);
      },
    },
  ];
}
