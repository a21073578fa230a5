/** `npm run accept -- REPORT ID…`: writes entries of the known deviations, or takes out those that are true no more. */

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Document, isMap, isSeq, parseDocument, type YAMLSeq } from 'yaml';
import { loadEnvironment } from '../../fixtures/settings/env-file.ts';
import { contractOfRun } from '../../fixtures/settings/loaded-contract.ts';
import { today } from '../../schemas/document/day.ts';
import { UserError } from '../../schemas/document/user-error.ts';
import { shownPath } from '../../schemas/document/yaml-document.ts';
import type { ConformanceReport, RequirementResult } from '../../schemas/report/report.ts';
import { everyExchange, requirement as rowOf } from '../../specs/catalogue/catalogue.ts';
import { allScenarios } from '../../specs/scenarios/index.ts';
import { loadKnownDeviations } from '../judge/known-deviations-file.ts';
import { readReport } from '../judge/read.ts';
import { runCommand } from './command-line.ts';

const usage =
  'Usage: npm run accept -- REPORT ID… --owner NAME --reason SENTENCE --expires DAY [--category WORD] [--link URL], or npm run accept -- REPORT --prune; the file is that of NOMBA_KNOWN_DEVIATIONS, or --file FILE.';

/** What an entry says beside which deviation it accepts. */
interface Decision {
  reason: string;
  category: string;
  owner: string;
  expires: string;
  link?: string;
}

/** An entry of either list, as it stands in the file. */
interface Entry {
  requirement?: string;
  scenario?: string;
}

/** The lists of a file, each with whether an entry of it has lost its object. */
const lists: Record<string, (entry: Entry, result: RequirementResult | undefined) => boolean> = {
  known: ({ scenario }, result) =>
    result === undefined ||
    result.outcome === 'passed' ||
    (scenario !== undefined &&
      (result.outcome === 'failed' || result.outcome === 'known') &&
      !scenariosOf(result).includes(scenario)),
  notTestable: (_entry, result) =>
    result === undefined || result.outcome === 'passed' || result.outcome === 'failed',
};

function scenariosOf({ deviations }: RequirementResult): string[] {
  return [...new Set(deviations.flatMap(({ scenario, alsoIn }) => [scenario, ...alsoIn]))];
}

/**
 * One entry for what is open of a failed requirement. What holds for every exchange and broke in one scenario is
 * accepted there alone: the same breach elsewhere would be another.
 */
function entryFor(report: ConformanceReport, id: string, decision: Decision): Entry & Decision {
  const result = report.requirements.find((one) => one.id === id);
  if (result?.outcome !== 'failed') {
    const failed = report.requirements.filter(({ outcome }) => outcome === 'failed').map((one) => one.id);
    throw new UserError(
      `${id} did not fail in this report; name ${failed.length > 0 ? `one that did: ${failed.join(', ')}` : 'another report, since nothing failed in this one'}.`,
    );
  }
  const [scenario, ...others] = scenariosOf(result);
  const narrow = rowOf(id).scenario === everyExchange && scenario !== undefined && others.length === 0;
  return { requirement: id, ...(narrow && { scenario }), ...decision };
}

/** Puts an entry into the list of known ones, in the place of one for the same deviation. */
function put(document: Document, entry: Entry): void {
  const known = document.get('known');
  if (!isSeq(known)) document.set('known', document.createNode([]));
  const list = document.get('known') as YAMLSeq;
  list.flow = false;
  const isSame = (one: Entry) => one.requirement === entry.requirement && one.scenario === entry.scenario;
  const at = (list.toJSON() as Entry[]).findIndex(isSame);
  if (at < 0) list.add(document.createNode(entry));
  else list.set(at, document.createNode(entry));
}

/** Takes out the entries that the report shows to be true no more; says which. */
function prune(document: Document, report: ConformanceReport): string[] {
  if (report.partial || report.verdict === 'inconclusive') {
    throw new UserError(
      'This report is of a partial run or without a verdict, and does not show what is gone; run the whole suite, and prune by its report.',
    );
  }
  const gone: string[] = [];
  for (const [name, isGone] of Object.entries(lists)) {
    const list = document.get(name);
    if (!isSeq(list)) continue;
    const entries = list.toJSON() as Entry[];
    for (const [at, entry] of [...entries.entries()].toReversed()) {
      if (
        !isGone(
          entry,
          report.requirements.find(({ id }) => id === entry.requirement),
        )
      )
        continue;
      list.delete(at);
      gone.unshift(
        `${entry.requirement}${entry.scenario === undefined ? '' : ` in the scenario "${entry.scenario}"`}`,
      );
    }
  }
  return gone;
}

/** The other requirements that the causes of some break too: accepted alone, these leave the run nonconforming. */
function beside(report: ConformanceReport, ids: string[]): string[] {
  const causes = report.causes.filter(({ requirements }) => requirements.some((id) => ids.includes(id)));
  const all = new Set(causes.flatMap(({ requirements }) => requirements));
  return report.requirements
    .filter(({ id, level, outcome }) => level === 'must' && outcome === 'failed' && all.has(id))
    .flatMap(({ id }) => (ids.includes(id) ? [] : [id]));
}

/** Writes the file once what it would hold is found to be right, all at once. */
function write(file: string, document: Document): void {
  const draft = `${file}.new`;
  writeFileSync(draft, document.toString({ lineWidth: 0 }));
  try {
    const contract = contractOfRun();
    loadKnownDeviations(draft, { contract, scenarios: allScenarios(contract), today: today() });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `Nothing was written: in what ${shownPath(file)} would hold, ${error.message.replace(`${shownPath(draft)}:`, 'line ')}`,
    );
  }
}

const text = { type: 'string' } as const;

void runCommand(
  usage,
  {
    options: {
      owner: text,
      reason: text,
      expires: text,
      category: text,
      link: text,
      file: text,
      prune: { type: 'boolean' },
    },
    files: 1,
    more: true,
  },
  async ([reportFile = '', ...ids], { owner, reason, expires, category = 'target-bug', link, ...values }) => {
    const prunes = values.prune === true;
    if (prunes === ids.length > 0) throw new UserError(usage);
    loadEnvironment();
    const report = readReport(reportFile);
    const file = values.file ?? process.env.NOMBA_KNOWN_DEVIATIONS;
    if (!file)
      throw new UserError(
        'No file is named for the entries; set NOMBA_KNOWN_DEVIATIONS, or add --file FILE.',
      );
    const document = parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : '');
    const [error] = document.errors;
    if (error)
      throw new UserError(`${shownPath(file)} is not YAML (${error.message.split('\n')[0]}); mend it first.`);
    if (document.contents !== null && !isMap(document.contents)) {
      throw new UserError(`${shownPath(file)} is no file of known deviations; name another.`);
    }
    if (prunes) {
      const gone = prune(document, report);
      if (gone.length > 0) write(file, document);
      console.log(
        gone.length === 0
          ? `Every entry of ${file} still matches.`
          : `Taken out of ${file}: ${gone.join(', ')}.`,
      );
      return 0;
    }
    if (!owner || !reason || !expires) {
      throw new UserError(
        'An accepted deviation has an owner, a reason and an end; add --owner NAME --reason SENTENCE --expires DAY.',
      );
    }
    if (expires < today()) throw new UserError(`--expires ${expires} is over; give a day to come.`);
    const decision = { reason, category, owner, expires, ...(link === undefined ? {} : { link }) };
    for (const id of new Set(ids)) put(document, entryFor(report, id, decision));
    write(file, document);
    console.log(`Accepted until ${expires} in ${file}: ${[...new Set(ids)].join(', ')}.`);
    const left = beside(report, ids);
    if (left.length > 0) console.log(`Of the same cause, and not accepted: ${left.join(', ')}.`);
    return 0;
  },
);
