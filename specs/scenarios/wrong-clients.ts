import { createHash } from 'node:crypto';
import type { Draft } from '../../fixtures/http/exchange.ts';
import { grantIn } from '../../fixtures/http/grants.ts';
import { carriesSecret } from '../../fixtures/requests/credential-properties.ts';
import { type Altered, lookalike, nearMisses } from '../../fixtures/requests/near-misses.ts';
import { overhead } from '../../fixtures/requests/overhead.ts';
import { withHeader } from '../../fixtures/requests/valid.ts';
import { refuses } from '../../fixtures/scenario/refusals.ts';
import { doesNotSucceed, refusesAs } from '../../fixtures/scenario/rules.ts';
import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { ScenarioRun } from '../../fixtures/scenario/scenario-run.ts';
import type { Credentials } from '../../fixtures/settings/target.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import { fullWidth, joined, oneWild, percentEncoded, unproven, wrongly } from './wrong-values.ts';

/** Who does not prove to be the client is refused, and told no more. */
export function wrongClients(contract: Contract): Scenario[] {
  if (!carriesSecret(contract)) return [];
  const unknownClient = 'an unknown client';
  const wrongSecret = 'a wrong secret';
  return [
    {
      title: 'issue refuses a client that does not prove its identity',
      establishes: ['issue.invalid-client', 'http.uniform-client-error'],
      // With a client id that is a UUID: one more with another that has letters.
      requests: () => 35 + overhead.issue,
      run: async (t) => {
        const { client } = t.target;
        const { id, secret } = client;
        // Where issue wants to be asked otherwise, all that follows is refused for that alone.
        const wrong = () => ({ id, secret: t.secret('wrong_client_secret', lookalike(secret)) });
        await t.diagnoses.asksInItsWay('issue', 'unauthenticated', wrongSecret, wrong);
        const by = (other: Credentials, what: string) =>
          t.draft(t.operation('issue'), what, { client: other, grant: undefined });
        const otherId = (label: string, wrong: Altered[]) =>
          wrongly(t, id, label, wrong, (value, what) => by({ id: value, secret }, what));
        const otherSecret = (label: string, wrong: Altered[], of = id) =>
          wrongly(t, secret, label, wrong, (value, what) => by({ id: of, secret: value }, what));
        const wrongSecrets: Altered[] = [
          { what: wrongSecret, value: lookalike(secret), credential: 'made-up' },
          ...(t.target.shortLivedClient
            ? [{ what: "another client's secret", value: t.target.shortLivedClient.secret }]
            : []),
          ...nearMisses(secret).map(({ what, value }) => ({ what: `a secret ${what}`, value })),
          { what: 'a blank before the secret', value: ` ${secret}` },
          { what: 'a blank behind the secret', value: `${secret} ` },
          { what: 'a wildcard for the secret', value: '*' },
          { what: 'a wildcard for one character of the secret', value: oneWild(secret) },
          { what: 'the secret in percent-encoding', value: percentEncoded(secret) },
          { what: 'the secret in base64', value: Buffer.from(secret).toString('base64') },
          { what: 'the hash of the secret', value: createHash('sha256').update(secret).digest('hex') },
          { what: 'only the first half of the secret', value: secret.slice(0, Math.ceil(secret.length / 2)) },
        ];
        const stranger = t.secret('unknown_client_id', lookalike(id));
        const wrongIds: Altered[] = [
          ...nearMisses(id).map(({ what, value }) => ({ what: `a client id ${what}`, value })),
          { what: 'a blank before the client id', value: ` ${id}` },
          { what: 'a blank behind the client id', value: `${id} ` },
        ];
        const derive = (): Draft[] => [
          ...otherId('unknown_client_id', [{ what: unknownClient, value: stranger, credential: 'made-up' }]),
          ...otherSecret('wrong_client_secret', wrongSecrets),
          ...otherSecret('client_id', [{ what: 'id and secret swapped', value: id }], secret),
          ...otherSecret('client_id', [{ what: 'the client id for the secret', value: id }]),
          // The same text where they are compared joined.
          ...otherSecret(
            'client_secret',
            [{ what: 'the last character of the client id before the secret', value: id.slice(-1) + secret }],
            id.slice(0, -1),
          ),
          // What was refused once is refused again, whatever was remembered of it.
          ...otherSecret('wrong_client_secret', [
            { what: 'a wrong secret for the second time', value: wrongSecrets[0]?.value ?? '' },
          ]),
          ...otherId('client_id', [{ what: 'an empty client id', value: '', credential: 'absent' }]),
          ...otherSecret('client_secret', [
            { what: 'an empty client secret', value: '', credential: 'absent' },
          ]),
          ...otherSecret(
            'client_secret',
            [{ what: 'an unknown client with an empty secret', value: '' }],
            stranger,
          ),
        ];
        const intents = new Set(derive().map(({ intent }) => intent));
        const isTaken = () =>
          t.exchanges.some(
            ({ draft, response }) =>
              intents.has(draft.intent) && response && (response.success || grantIn(response)),
          );
        await refuses(t, 'issue', [
          { derive, rules: [refusesAs('issue.invalid-client', unproven(contract, 'issue'))] },
          {
            // No characters of a secret, or no client id at all: whoever looks at their form may answer as he likes.
            derive: () => [
              ...otherId('wrong_client_id', wrongIds),
              ...otherSecret('wrong_client_secret', [
                { what: 'the secret and a line feed', value: `${secret}\n` },
                { what: 'the secret, then NUL and more', value: `${secret}\0x` },
                { what: 'the secret with a blank for each plus', value: secret.replaceAll('+', ' ') },
                { what: 'the secret between a tab and a no-break space', value: `\t${secret}\u00a0` },
                { what: 'the secret in full-width characters', value: fullWidth(secret) },
              ]),
            ],
            rules: [doesNotSucceed('issue.invalid-client')],
          },
          {
            // Proved, but in a place that the document does not have. Where a wrong secret is taken, it shows nothing.
            derive: () =>
              t.operation('issue').security.length > 0 || isTaken()
                ? []
                : otherSecret('wrong_client_secret', wrongSecrets.slice(0, 1)).map((draft) =>
                    withHeader(
                      draft,
                      'authorization',
                      `Basic ${t.secret('basic_credentials', joined(client))}`,
                      'the right credentials as Basic beside a wrong secret',
                    ),
                  ),
            rules: [doesNotSucceed('issue.property-names')],
          },
        ]);
        compareErrors(t, unknownClient, wrongSecret);
      },
    },
  ];
}

/** What is another in every answer: dates, durations, numbers, and ids of requests, of clients too. */
const volatile = /\d{4}-\d\d-\d\dT[\d:.+Z-]+|\d+(\.\d+)? ?m?s\b|\b(?=[\w-]*\d)[\w-]{16,}|\d{4,}/g;

/** Whoever probes for client ids must not learn from the answer which half was wrong. */
function compareErrors(t: ScenarioRun, ...intents: [string, string]): void {
  const [unknown, wrong] = intents.map((intent) =>
    t.exchanges.findLast(({ draft, kind }) => draft.intent === intent && kind === 'answer'),
  );
  if (!unknown?.response || !wrong?.response) {
    t.inconclusive('http.uniform-client-error', 'one of the two refusals to compare did not come');
    return;
  }
  if (unknown.response.success || wrong.response.success) {
    t.inconclusive('http.uniform-client-error', 'one of the two was taken, so that no two refusals compare');
    return;
  }
  const [first, second] = [unknown, wrong].map(({ response }) => {
    const { status } = response ?? {};
    const challenge = response?.header('www-authenticate');
    return JSON.stringify({ status, challenge, body: response?.json }).replaceAll(volatile, '…');
  });
  t.check('http.uniform-client-error', first === second, {
    expected: `the answer to an unknown client: ${first}`,
    actual: `to a wrong secret: ${second}`,
    exchange: wrong,
    also: [unknown],
    comparison: true,
  });
}
