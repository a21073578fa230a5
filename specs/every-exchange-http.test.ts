import { expect, test } from '@playwright/test';
import type { Exchange } from '../fixtures/exchange.ts';
import { Response } from '../fixtures/http/response.ts';
import type { Evidence, ScenarioRun } from '../fixtures/scenario.ts';
import { checkTransport } from './every-exchange-http.ts';

/** What the checks on an exchange with a URL say of `http.tls`. */
function tlsCheck(url: string): boolean | undefined {
  const seen = new Map<string, boolean>();
  const t = { check: (id: string, passed: boolean, _evidence: Evidence) => seen.set(id, passed) };
  const response = new Response(400, 'Bad Request', [], Buffer.from('{}'), undefined);
  const exchange = { request: { url, headers: [] }, draft: { headers: [] }, response };
  checkTransport(t as unknown as ScenarioRun, exchange as unknown as Exchange);
  return seen.get('http.tls');
}

test('plain HTTP is right on this machine and nowhere else', () => {
  expect(tlsCheck('http://127.0.0.1:8080/v1')).toBe(true);
  expect(tlsCheck('http://[::1]:8080/v1')).toBe(true);
  expect(tlsCheck('https://gateway.example/v1')).toBe(true);
  expect(tlsCheck('http://gateway.example/v1')).toBe(false);
});
