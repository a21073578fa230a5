import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../document/repository.ts';
import { jsonSchemas } from './json-schemas.ts';

/** `npm run schemas`: writes the JSON schemas that follow from the types of `report.ts`. */
for (const [file, text] of Object.entries(jsonSchemas())) {
  writeFileSync(join(repositoryRoot, 'schemas', file), text);
}
