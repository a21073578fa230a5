import { list, object } from '../document/json.ts';
import { pointerTo, valueAt } from '../document/pointer.ts';
import { shown, visible } from '../document/shown.ts';
import { UserError } from '../document/user-error.ts';
import type { Place } from '../document/yaml-document.ts';
import { endlessReference, type Survey } from './survey.ts';

/** The dialects that are read: JSON Schema 2020-12, and those of OpenAPI 3.1 and 3.2 that rest on it. */
const dialects =
  /^https?:\/\/(json-schema\.org\/draft\/2020-12\/schema|spec\.openapis\.org\/oas\/3\.[12]\/dialect\/[\w-]+)#?$/;

/** JSON Schema 2020-12 core, section 8.2.2. */
const anchorName = /^[A-Za-z_][-A-Za-z0-9._]*$/;

/** Something wrong at a pointer, as a clause that follows file and line. */
interface Problem {
  at: string;
  what: string;
}

/**
 * Throws a UserError with file and line for a document that cannot be followed: a `$ref` that leads nowhere, or
 * back to itself; a schema in another dialect or under an `$id` of its own; a security scheme
 * that is not defined.
 */
export function requireSound(
  root: unknown,
  found: Survey,
  operations: { pointer: string }[],
  locate: (pointer: string) => Place,
): void {
  const problem =
    referenceProblem(found) ?? identityProblem(root, found) ?? securityProblem(root, operations);
  if (!problem) return;
  const { file, line } = locate(problem.at);
  throw new UserError(`${file}:${line} ${problem.what}.`);
}

function referenceProblem(found: Survey): Problem | undefined {
  const lost = [...found.references.values()].flat().find(({ target }) => target === undefined);
  if (lost) {
    const where = lost.reference.startsWith('#') ? 'the document' : 'that file';
    const what = `refers to "${visible(lost.reference)}", which is not in ${where}`;
    return { at: pointerTo(lost.holder, lost.keyword), what };
  }
  const endless = endlessReference(found);
  if (!endless) return undefined;
  const what = `refers to "${visible(endless.reference)}", which leads back here without end`;
  return { at: pointerTo(endless.holder, endless.keyword), what };
}

function identityProblem(root: unknown, { schemas }: Survey): Problem | undefined {
  const dialect = (at: string, value: unknown): Problem | undefined =>
    value === undefined || dialects.test(String(value))
      ? undefined
      : { at, what: `names a schema dialect that is not JSON Schema 2020-12 (${shown(value)})` };
  const anchors = new Set<unknown>();
  const anchor = (at: string, value: unknown): Problem | undefined => {
    if (value === undefined) return undefined;
    if (!anchorName.test(String(value)))
      return { at, what: `has ${shown(value)}, which is not an anchor name` };
    if (anchors.has(value)) return { at, what: `gives the anchor ${shown(value)} to a second schema` };
    anchors.add(value);
    return undefined;
  };
  for (const { pointer, schema } of schemas.values()) {
    const { $schema, $id, $anchor, $dynamicAnchor } = object(schema) ?? {};
    const at = (keyword: string) => pointerTo(pointer, keyword);
    const what = 'gives a schema an "$id" of its own; leave it out and refer to the schema by "#/…"';
    const problem =
      ($id === undefined ? undefined : { at: at('$id'), what }) ??
      dialect(at('$schema'), $schema) ??
      anchor(at('$anchor'), $anchor) ??
      anchor(at('$dynamicAnchor'), $dynamicAnchor);
    if (problem) return problem;
  }
  return dialect('/jsonSchemaDialect', valueAt(root, '/jsonSchemaDialect'));
}

function securityProblem(root: unknown, operations: { pointer: string }[]): Problem | undefined {
  const schemes = object(valueAt(root, '/components/securitySchemes')) ?? {};
  const holders = ['', ...operations.map(({ pointer }) => pointer)];
  for (const pointer of holders.map((holder) => pointerTo(holder, 'security'))) {
    for (const [index, requirement] of list(valueAt(root, pointer)).entries()) {
      const name = Object.keys(object(requirement) ?? {}).find((key) => !Object.hasOwn(schemes, key));
      if (name === undefined) continue;
      const what = `asks for the security scheme ${shown(name)}, which is not in the document`;
      return { at: pointerTo(pointer, index, name), what };
    }
  }
  return undefined;
}
