import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sha256 } from '../../schemas/openapi/contract.ts';
import type { ConformanceReport, DocumentSource } from '../../schemas/report/report.ts';

/** One line of the contract or overlay, with its number from 1. */
export interface NumberedLine {
  number: number;
  text: string;
  named: boolean;
}

/** The lines around a place, or none where they cannot be had. */
export type LinesAround = (place: DocumentSource) => NumberedLine[];

const repositoryRoot = resolve(__dirname, '../..');
const around = 3;

/**
 * A reader of the lines around a place. Only the report's own contract and overlay are read, and only while
 * their SHA-256 is the report's: another text would prove nothing, and a report from elsewhere must not bring
 * some other file of this machine onto the page.
 */
export function linesAround({ contract, overlay }: ConformanceReport): LinesAround {
  const documents = new Map<string, string[]>();
  for (const { path, sha256: digest } of [contract, ...(overlay ? [overlay] : [])]) {
    const text = textOf(path);
    if (text !== undefined && sha256(text) === digest) documents.set(path, text.split('\n'));
  }
  return ({ file, line }) => {
    const lines = documents.get(file) ?? [];
    const first = Math.max(line - around, 1);
    return outdented(lines.slice(first - 1, line + around)).map((text, at) => ({
      number: first + at,
      text,
      named: first + at === line,
    }));
  };
}

/** Lines without the indentation that all of them share: deep places fit the width of a phone. */
function outdented(lines: string[]): string[] {
  const shared = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(Number.isFinite(shared) ? shared : 0));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(resolve(repositoryRoot, path), 'utf8');
  } catch {
    // A report is also read where its contract is not at hand; the page then does without the lines.
    return undefined;
  }
}
