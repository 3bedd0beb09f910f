import { expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import { configMap } from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';

test("the control plane's own burst neither fails at the limit nor shuts the door to others", async () => {
  await using api = await testApi({ maxRequestsInFlight: 1 });
  const own = createClient(api.apiServer, { user: ADMIN_USER });
  const outside = createClient(api.apiServer, { user: ADMIN_USER, isLimited: true });
  const burst = Array.from({ length: 20 }, (_, i) =>
    own.create(coreConfigMaps, configMap(`own-${i}`, {})),
  );
  await expect(outside.create(coreConfigMaps, configMap('outside', {}))).resolves.toBeDefined();
  await Promise.all(burst);
});
