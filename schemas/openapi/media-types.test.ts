import { expect, test } from '@playwright/test';
import { isJson, keyFor, typeUnder } from './media-types.ts';

test('JSON is known by every name, in any case and with any parameters', () => {
  const json = [
    'application/json',
    'Application/JSON; charset=utf-8',
    'text/json',
    'application/vnd.a.v1+json',
  ];
  const others = [
    'text/plain',
    'application/jsonp',
    'application/json-seq',
    'application/x-www-form-urlencoded',
    '',
  ];
  expect(json.filter(isJson)).toEqual(json);
  expect(others.filter(isJson)).toEqual([]);
});

test('the most specific key wins, whatever the order', () => {
  const keys = ['*/*', 'application/*', 'application/*+json', 'application/json; charset=utf-8', 'text/html'];
  const won: Record<string, string | undefined> = {
    'application/json': 'application/json; charset=utf-8',
    'APPLICATION/JSON;charset=latin1': 'application/json; charset=utf-8',
    'application/vnd.a+json': 'application/*+json',
    'application/xml': 'application/*',
    'text/plain': '*/*',
    'text/html; level=1': 'text/html',
    '': undefined,
  };
  for (const [type, key] of Object.entries(won)) {
    expect(keyFor(keys, type), type).toBe(key);
    expect(keyFor(keys.toReversed(), type), type).toBe(key);
  }
  expect(keyFor(['application/a; v=1', 'application/a; v=2'], 'application/a;V=2')).toBe(
    'application/a; v=2',
  );
  expect(keyFor(['application/json'], 'application/problem+json')).toBeUndefined();
  expect(keyFor(['a.b/c+d'], 'axb/c+d')).toBeUndefined();
});

test('what is sent under a key is a type, and JSON where the key allows it', () => {
  expect(typeUnder('application/json; charset=utf-8')).toBe('application/json; charset=utf-8');
  expect(typeUnder('*/*')).toBe('application/json');
  expect(typeUnder('application/*')).toBe('application/json');
  expect(typeUnder('application/*+json')).toMatch(/^application\/[\w.]+\+json$/);
  expect(isJson(typeUnder('text/*'))).toBe(false);
});
