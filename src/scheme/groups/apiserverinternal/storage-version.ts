import type { StorageVersion } from '../../generated/types/apiserverinternal-v1alpha1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { ageColumn, firstThree, nameColumn, UNSET } from '../columns.ts';
import { WITH_STATUS_ALONE } from '../status.ts';

/** internal.apiserver.k8s.io/StorageVersion: written by servers alone. */
export const storageVersionStrategy: KindStrategy<StorageVersion> = {
  ...WITH_STATUS_ALONE,
  printerColumns: [
    nameColumn,
    {
      name: 'CommonEncodingVersion',
      description: 'The version that all servers write, where they agree.',
      cell: ({ status }) => status?.commonEncodingVersion ?? UNSET,
    },
    {
      name: 'StorageVersions',
      description: 'Which server writes which version.',
      cell: ({ status }) => {
        const versions = status?.storageVersions ?? [];
        const shown = versions.map(
          ({ apiServerID, encodingVersion }) => `${apiServerID}=${encodingVersion}`,
        );
        return firstThree(shown, UNSET);
      },
    },
    ageColumn,
  ],
};
