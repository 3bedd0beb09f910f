import type { Container, Pod } from '../../scheme/generated/types/core-v1.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** Every container pulls its image, so that an image on a node is of use only to those who could have pulled it. */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  handles: concerning('pods', ['CREATE']),
  admit({ object }) {
    const { containers = [], initContainers = [] } = (object as Pod).spec ?? {};
    const pull = (container: Container): void => {
      container.imagePullPolicy = 'Always';
    };
    containers.forEach(pull);
    initContainers.forEach(pull);
  },
};
