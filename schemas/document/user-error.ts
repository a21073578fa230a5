/**
 * A mistake the user can mend: the message is one sentence, on one line, that names the thing and the remedy.
 * Whoever catches it prints the message alone, without a stack, and exits with 2 (design: exit codes).
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  /** A line break in the message (from a file name, or a word of a document) becomes a blank. */
  constructor(message: string) {
    super(message.replace(/[\s\u0085\u2028\u2029]+/g, ' '));
  }
}
