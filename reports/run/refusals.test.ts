import { expect, test } from '@playwright/test';
import { refusal } from '../../fixtures/lab/refusal.ts';

test.describe('a run is refused before anything is sent, for', () => {
  const somewhere = { NOMBA_BASE_URL: 'http://127.0.0.1:9', NOMBA_CLIENT_ID: 'a', NOMBA_CLIENT_SECRET: 'b' };
  const refused: Record<string, { environment: Record<string, string>; sentence: RegExp }> = {
    'an unknown target': {
      environment: { NOMBA_TARGET: 'staging' },
      sentence: /^NOMBA_TARGET is "staging"; use mock, sandbox or production/,
    },
    'no client secret': {
      environment: { NOMBA_TARGET: 'sandbox', NOMBA_CLIENT_ID: 'a' },
      sentence: /^NOMBA_CLIENT_SECRET is not set; set it to the client secret for sandbox/,
    },
    'half a short-lived client': {
      environment: { ...somewhere, NOMBA_SHORT_LIVED_CLIENT_ID: 'c' },
      sentence: /^NOMBA_SHORT_LIVED_CLIENT_SECRET is not set/,
    },
    'what is no URL': {
      environment: { ...somewhere, NOMBA_BASE_URL: 'localhost' },
      sentence: /^NOMBA_BASE_URL gives "localhost", which is not a URL; write it like https:/,
    },
    'a URL of another protocol': {
      environment: { ...somewhere, NOMBA_BASE_URL: 'ftp://127.0.0.1' },
      sentence: /^NOMBA_BASE_URL gives a ftp: URL; only http: and https:/,
    },
    'a URL with a query': {
      environment: { ...somewhere, NOMBA_BASE_URL: 'http://127.0.0.1:9/?a=b' },
      sentence: /^NOMBA_BASE_URL gives a URL with a query or fragment/,
    },
    'production, unless it is meant': {
      environment: { ...somewhere, NOMBA_BASE_URL: '', NOMBA_TARGET: 'production' },
      sentence: /is the production host; set NOMBA_ALLOW_PRODUCTION=1/,
    },
    'a limit that is no number, for the mock': {
      environment: { NOMBA_MAX_RPS: 'many' },
      sentence: /^NOMBA_MAX_RPS is "many"; set it to a positive number of requests per second/,
    },
    'a wait that is no number, on the mock that needs none': {
      environment: { NOMBA_TARGET: 'mock', NOMBA_WAIT: '2s' },
      sentence: /^NOMBA_WAIT is "2s"; set it to a positive number of seconds/,
    },
    'a header that is none, on the mock': {
      environment: { NOMBA_TARGET: 'mock', NOMBA_HEADERS: 'nothing' },
      sentence: /^NOMBA_HEADERS, line 1: it is no header/,
    },
    'a target that nobody knows beside a URL': {
      environment: { ...somewhere, NOMBA_TARGET: 'staging' },
      sentence: /^NOMBA_TARGET is "staging"; use mock/,
    },
    'a permission that is none': {
      environment: { NOMBA_TARGET: 'mock', NOMBA_ALLOW_PRODUCTION: 'yes' },
      sentence: /^NOMBA_ALLOW_PRODUCTION is "yes"; set it to 1, or leave it out/,
    },
    'a blank secret': {
      environment: { ...somewhere, NOMBA_CLIENT_SECRET: ' ' },
      sentence: /^NOMBA_CLIENT_SECRET is blank; set it to the client secret for custom/,
    },
    'a host and port without a scheme': {
      environment: { ...somewhere, NOMBA_BASE_URL: 'localhost:8080' },
      sentence:
        /^NOMBA_BASE_URL gives a host and a port without a scheme; begin it with http:\/\/ or https:\/\/\.$/,
    },
    'a time-out of zero': {
      environment: { ...somewhere, NOMBA_REQUEST_TIMEOUT: '0' },
      sentence: /^NOMBA_REQUEST_TIMEOUT is "0"; set it to a positive number of seconds/,
    },
    'a file of known deviations that does not exist': {
      environment: { NOMBA_KNOWN_DEVIATIONS: '/nowhere/known.yaml' },
      sentence: /known deviations \/nowhere\/known\.yaml does not exist; correct NOMBA_KNOWN_DEVIATIONS/,
    },
    'a baseline that does not exist': {
      environment: { NOMBA_BASELINE: '/nowhere/conformance.json' },
      sentence: /\/nowhere\/conformance\.json/,
    },
  };
  for (const [what, { environment, sentence }] of Object.entries(refused)) {
    test(what, async () =>
      expect(await refusal(test.info().outputPath('reports'), environment)).toMatch(sentence),
    );
  }
});
