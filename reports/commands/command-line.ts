import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UserError } from '../../schemas/document/user-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true }>
>['values'];

/**
 * Runs a command on files and sets the exit code to what it returns; 2, with one sentence, when the arguments are
 * not as `usage` says, or it throws a UserError. With `more`, the files are the least that it takes.
 */
export async function runCommand<O extends Options>(
  usage: string,
  { options, files, more = false }: { options: O; files: number; more?: boolean },
  run: (files: string[], values: Values<O>) => Promise<number>,
): Promise<void> {
  try {
    const { positionals, values } = argumentsAs(usage, options);
    if (positionals.length < files || (!more && positionals.length > files)) throw new UserError(usage);
    process.exitCode = await run(positionals, values);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

function argumentsAs<O extends Options>(usage: string, options: O) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch {
    throw new UserError(usage);
  }
}
