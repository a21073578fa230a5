import { contract, rolesInContract } from '../fixtures/loaded-contract.ts';
import { answers, refuses, refusesWith4xx } from '../fixtures/refusals.ts';
import { otherMethods, parametersInQuery } from '../fixtures/requests/media-types.ts';
import { overhead } from '../fixtures/requests/overhead.ts';
import { sampleRequest } from '../fixtures/requests/sample.ts';
import { scenario } from '../fixtures/scenario.ts';

for (const role of rolesInContract()) {
  const sample = sampleRequest(contract(), role);
  const id = `${role}.other-method`;

  scenario({
    title: `${role} takes no other method, and no parameter from the query`,
    establishes: [id],
    requests: () => otherMethods(sample).length + parametersInQuery(sample).length + overhead[role],
    run: (t) =>
      refuses(t, role, [
        { derive: otherMethods, rules: [answers(id, 404, 405)] },
        { derive: parametersInQuery, rules: [refusesWith4xx(id)] },
      ]),
  });
}
