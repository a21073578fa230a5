import type { Scenario } from '../../fixtures/scenario/scenario.ts';
import type { Contract } from '../../schemas/openapi/contract.ts';
import {
  appliesTo,
  catalogue,
  everyExchange,
  occasionFor,
  type Requirement,
  roleOfRequirement,
  sourceOf,
  textIn,
  titleIn,
} from './catalogue.ts';

/** One requirement, and what establishing it takes. */
export interface Listed {
  requirement: Requirement;
  /** The scenario that establishes it; undefined for what every exchange establishes. */
  scenario: Scenario | undefined;
  /** Why this contract gives no occasion for it, if it gives none. */
  notApplicable: string | undefined;
}

/** Every requirement of the catalogue with the scenario that would establish it under a contract. */
export function listRequirements(scenarios: Scenario[], contract: Contract): Listed[] {
  return catalogue().map((requirement) => {
    const scenario = scenarios.find(({ establishes }) => establishes.includes(requirement.id));
    const applies = appliesTo(requirement, contract, scenarios);
    const notApplicable = applies ? undefined : occasionFor(requirement);
    return { requirement, scenario, notApplicable };
  });
}

/** The list as a table for a terminal, and the sum of what would be sent. */
export function asText(rows: Listed[], scenarios: Scenario[]): string {
  const cells = rows.map(({ requirement, scenario, notApplicable }) => [
    requirement.id,
    requirement.level,
    roleOfRequirement(requirement.id) ?? 'any',
    scenario ? String(scenario.requests()) : '-',
    notApplicable ?? scenario?.title ?? everyExchange,
    scenario?.needs?.[requirement.id] ?? '',
  ]);
  const table = [['id', 'level', 'operation', 'requests', 'established by', 'needs'], ...cells];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const requests = scenarios.reduce((all, scenario) => all + scenario.requests(), 0);
  return [...lines, '', `${scenarios.length} scenarios, ${requests} requests to a sound target.`].join('\n');
}

/** What a corrected contract changes in the list: requirements added, gone, and tested otherwise. */
export function asDifference(
  published: Contract,
  corrected: Contract,
  scenariosOf: (contract: Contract) => Scenario[],
): string {
  const [before, after] = [published, corrected].map((contract) =>
    tested(listRequirements(scenariosOf(contract), contract), contract),
  );
  const lines = (mark: string, from: Map<string, string> | undefined, isNamed: (id: string) => boolean) =>
    [...(from ?? [])].filter(([id]) => isNamed(id)).map(([id, how]) => `${mark} ${id}  ${how}`);
  const all = [
    ...lines('+', after, (id) => !before?.has(id)),
    ...lines('-', before, (id) => !after?.has(id)),
    ...lines('~', after, (id) => before?.has(id) === true && before.get(id) !== after?.get(id)),
  ];
  const count = (mark: string) => all.filter((line) => line.startsWith(mark)).length;
  return [
    ...all,
    ...(all.length > 0 ? [''] : []),
    `${count('+')} added, ${count('-')} gone, ${count('~')} tested otherwise.`,
  ].join('\n');
}

/** Each requirement that applies, and how it is tested: what is expected, of which sentence, with how many requests. */
function tested(rows: Listed[], contract: Contract): Map<string, string> {
  return new Map(
    rows
      .filter(({ notApplicable }) => notApplicable === undefined)
      .map(({ requirement, scenario }) => {
        const requests = scenario ? `, ${scenario.requests()} requests` : '';
        const how = `${titleIn(requirement, contract)} (“${textIn(requirement, contract)}”${requests})`;
        return [requirement.id, how];
      }),
  );
}

/** The catalogue as a page of the documentation. */
export function asMarkdown(rows: Listed[], contract: Contract): string {
  const groups = new Map<string, Listed[]>();
  for (const row of rows) {
    const group = row.requirement.id.split('.')[0] ?? '';
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  const sections = [...groups].map(([group, members]) =>
    [
      `## ${group}`,
      '',
      '| id | level | a conforming target | because | established by |',
      '| --- | --- | --- | --- | --- |',
      ...members.map((row) => markdownRow(row, contract)),
      '',
    ].join('\n'),
  );
  return `${[
    '# Requirements',
    '',
    'What a target is held to, made from [requirements.yaml](requirements.yaml) by `npm run --silent requirements -- --markdown`.',
    '*must* turns the verdict, *should* is reported.',
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function markdownRow({ requirement, scenario, notApplicable }: Listed, contract: Contract): string {
  const source = sourceOf(requirement, contract);
  const quoted = textIn(requirement, contract).replaceAll('|', '\\|');
  const because =
    'rfc' in source
      ? `“${quoted}” [RFC ${source.rfc} ${source.section}](${source.url})`
      : `“${quoted}” [line ${source.line}](../${source.file}#L${source.line})`;
  const by = notApplicable ?? (scenario ? `${scenario.title} (${requirement.scenario})` : everyExchange);
  return `| \`${requirement.id}\` | ${requirement.level} | ${titleIn(requirement, contract)} | ${because} | ${by} |`;
}
