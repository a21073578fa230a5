import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Note } from '../../fixtures/scenario/journal.ts';
import { oneLine } from '../formats/text.ts';
import { linesIn } from './run-folder.js';

/** Where progress is shown, and how: one living line in a terminal of so many columns, else lines of a log. */
export interface Screen {
  columns: number | undefined;
  write(text: string): void;
}

/** How often the notes are read, and how often a log gets a line of them, in milliseconds. */
const readEvery = 250;
const logEvery = 10_000;
/** Waits from this length on are told of in a log. */
const longWait = 1000;
/** The time over which the rate of requests is taken. */
const rateOver = 10_000;

/** Follows what the workers of a run note, and shows it while the run lasts. */
export class Progress {
  readonly #folder: string;
  readonly #screen: Screen;
  readonly #expected: () => number;
  readonly #now: () => number;
  readonly #read = new Map<string, number>();
  /** The last note of each scenario that has counts. */
  readonly #latest = new Map<string, Note>();
  #scenario = '';
  #wait: Note['wait'];
  /** The last wait that is no part of one before it: a look in between does not end it. */
  #toldOf: Note['wait'];
  #lastSign: number;
  #logged: number;
  #counts: { at: number; requests: number }[] = [];
  #living = false;
  #timer: NodeJS.Timeout | undefined;

  /** `expected` counts the requests that the selected scenarios send; it is asked once, when there is much to wait for. */
  constructor(
    folder: string,
    screen: Screen,
    expected: () => number,
    now = () => performance.now() + performance.timeOrigin,
  ) {
    this.#folder = folder;
    this.#screen = screen;
    this.#now = now;
    let counted: number | undefined;
    this.#expected = () => {
      counted ??= expected();
      return counted;
    };
    this.#logged = this.#lastSign = now();
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), readEvery);
    this.#timer.unref();
  }

  /** Ends it, and takes the living line away. */
  end(): void {
    clearInterval(this.#timer);
    this.#readNotes(() => {});
    this.#clear();
  }

  /** Since when there was nothing new, in milliseconds; a wait that was announced counts from its end. */
  get silentFor(): number {
    return this.#now() - Math.max(this.#lastSign, this.#wait?.until ?? 0);
  }

  /** Something was heard of the run by another way. */
  heard(): void {
    this.#lastSign = this.#now();
  }

  /** The last that a scenario noted of itself, if it did. */
  lastOf(scenario: string): Note | undefined {
    this.#readNotes(() => {});
    return this.#latest.get(scenario);
  }

  /** The scenario under way. */
  get scenario(): string {
    return this.#scenario;
  }

  /** The last note of each scenario. */
  get notes(): Note[] {
    return [...this.#latest.values()];
  }

  /** Reads what is new, and shows it. */
  look(): void {
    const tell = (text: string) => {
      if (this.#screen.columns === undefined) this.#log(text);
    };
    this.#readNotes(tell);
    const now = this.#now();
    const requests = this.#requests();
    this.#counts = [...this.#counts.filter(({ at }) => now - at <= rateOver), { at: now, requests }];
    if (this.#screen.columns !== undefined) this.#live(this.#screen.columns);
    else if (now - this.#logged >= logEvery) this.#log(this.#state());
  }

  #requests(): number {
    return [...this.#latest.values()].reduce((sum, { requests = 0 }) => sum + requests, 0);
  }

  #state(): string {
    const [first] = this.#counts;
    const last = this.#counts.at(-1);
    const seconds = first && last ? (last.at - first.at) / 1000 : 0;
    const rate =
      first && last && seconds >= 1
        ? `, ${((last.requests - first.requests) / seconds).toFixed(1)} a second`
        : '';
    const requests = this.#requests();
    // What a target makes necessary, such as asking again, is more than was expected.
    const all = Math.max(this.#expected(), requests);
    const wait = this.#wait && this.#wait.until > this.#now() ? `; ${waiting(this.#wait, this.#now())}` : '';
    return `${requests} of some ${all} requests${rate}: ${this.#scenario || 'starting'}${wait}`;
  }

  #live(columns: number): void {
    this.#living = true;
    this.#screen.write(`\r\u001b[2K${oneLine(this.#state(), 300).slice(0, Math.max(20, columns - 1))}`);
  }

  #clear(): void {
    if (this.#living) this.#screen.write('\r\u001b[2K');
    this.#living = false;
  }

  #log(text: string): void {
    this.#logged = this.#now();
    this.#screen.write(`${clock(this.#now())} ${oneLine(text, 300)}\n`);
  }

  #readNotes(tell: (text: string) => void): void {
    for (const note of this.#newNotes()) {
      this.#lastSign = this.#now();
      const { scenario, requests, wait, event } = note;
      if (scenario !== undefined) this.#scenario = scenario;
      if (scenario !== undefined && requests !== undefined) this.#latest.set(scenario, note);
      const isNew = wait && (wait.why !== this.#toldOf?.why || wait.until - this.#toldOf.until >= longWait);
      this.#wait = wait;
      if (isNew) this.#toldOf = wait;
      if (wait && isNew && wait.until - this.#now() >= longWait) tell(waiting(wait, this.#now()));
      if (event !== undefined) tell(event);
    }
  }

  #newNotes(): Note[] {
    let journals: string[];
    try {
      journals = readdirSync(this.#folder).filter((name) => name.endsWith('.jsonl'));
    } catch {
      return [];
    }
    return journals.flatMap((name) => {
      const from = this.#read.get(name) ?? 0;
      const text = textFrom(join(this.#folder, name), from);
      this.#read.set(name, from + Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
      return linesIn(text) as Note[];
    });
  }
}

function waiting({ why, until }: NonNullable<Note['wait']>, now: number): string {
  return `waiting ${Math.ceil((until - now) / 1000)} s, until ${clock(until)}: ${why}`;
}

function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

function textFrom(path: string, from: number): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const buffer = Buffer.alloc(65_536);
    const parts: Buffer[] = [];
    for (let at = from; ; ) {
      const bytes = readSync(file, buffer, 0, buffer.length, at);
      if (bytes === 0) return Buffer.concat(parts).toString();
      parts.push(Buffer.from(buffer.subarray(0, bytes)));
      at += bytes;
    }
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
