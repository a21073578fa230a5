/** Of some names the one that has most words of another, and of several the one that is spelt most like it. */
export function nearestTo(name: string, names: readonly string[]): string {
  const words = name.split(/[_.-]/);
  const missing = (known: string) => words.filter((word) => !known.split(/[_.-]/).includes(word)).length;
  const [nearest = ''] = names.toSorted(
    (one, other) => missing(one) - missing(other) || distance(name, one) - distance(name, other),
  );
  return nearest;
}

/** How many letters have to be put in, taken out or changed to make one text of another (Levenshtein). */
export function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (const [index, other] of [...to].entries()) {
      const changed = (row[index] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
