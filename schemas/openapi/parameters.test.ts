import { expect, test } from '@playwright/test';
import { type Parameter, readParameter, writeParameter } from './parameters.ts';

const list = { type: 'array', items: { type: 'integer' } };

function parameter(
  place: Parameter['in'],
  style: string,
  explode: boolean,
  schema: object = list,
): Parameter {
  const rest = { required: true, pointer: '', schemaPointer: undefined, examples: [] };
  return { name: 'n', in: place, style, explode, schema: schema as Parameter['schema'], ...rest };
}

/** As OpenAPI 3.1.0 shows them (Parameter Object, style examples). */
const lists: [Parameter['in'], string, boolean, string[]][] = [
  ['query', 'form', true, ['1', '2']],
  ['query', 'form', false, ['1,2']],
  ['query', 'spaceDelimited', false, ['1 2']],
  ['query', 'pipeDelimited', false, ['1|2']],
  ['path', 'simple', false, ['1,2']],
  ['path', 'label', true, ['.1.2']],
  ['path', 'label', false, ['.1,2']],
  ['path', 'matrix', true, [';n=1;n=2']],
  ['path', 'matrix', false, [';n=1,2']],
  ['header', 'simple', true, ['1,2']],
  ['query', 'json', false, ['[1,2]']],
];

for (const [place, style, explode, texts] of lists) {
  test(`a list in the ${place}, ${style}${explode ? ', exploded' : ''}, is ${texts.join(' and ')}`, () => {
    const given = parameter(place, style, explode);
    expect(writeParameter(given, [1, 2])).toEqual(texts);
    expect(readParameter(given, texts)).toEqual([1, 2]);
  });
}

test('one value is read as its schema wants it', () => {
  const read = (schema: object, ...texts: string[]) =>
    readParameter(parameter('query', 'form', true, schema), texts);
  expect(read({ type: 'integer' }, '7')).toBe(7);
  expect(read({ type: 'boolean' }, 'true')).toBe(true);
  expect(read({ type: 'string' }, '7')).toBe('7');
  expect(read({ enum: [2, '3'] }, '2')).toBe(2);
  expect(read({ enum: [2, '3'] }, '3')).toBe('3');
  expect(read({ type: 'integer' }, 'seven')).toBe('seven');
  expect(read({ type: 'string' }, 'a', 'b')).toEqual(['a', 'b']);
  expect(readParameter(parameter('query', 'json', false), ['{'])).toBe('{');
  expect(readParameter(parameter('path', 'matrix', false, { type: 'string' }), [';n=a'])).toBe('a');
});
