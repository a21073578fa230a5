import { resolve } from 'node:path';

/** The folder of this project, absolute. */
export const repositoryRoot = resolve(__dirname, '..', '..');
