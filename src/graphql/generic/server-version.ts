import { GraphQLNonNull, GraphQLObjectType } from 'graphql';
import { nonNullString } from '../schema/shared-types.ts';

/** Which program answers, and which Kubernetes it is like. */
export interface ServerVersion {
  /** `v1.36.0`: the Kubernetes version whose API this is. */
  readonly gitVersion: string;
  readonly major: string;
  readonly minor: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** The version of Orrery itself. */
  readonly orreryVersion: string;
}

export const SERVER_VERSION_TYPE = new GraphQLNonNull(
  new GraphQLObjectType({
    name: 'ServerVersion',
    description: 'Which program answers, and which Kubernetes it is like.',
    fields: {
      gitVersion: {
        type: nonNullString,
        description: 'The Kubernetes version whose API this is: `v1.36.0`.',
      },
      major: { type: nonNullString, description: 'Its major part: `1`.' },
      minor: { type: nonNullString, description: 'Its minor part: `36`.' },
      platform: { type: nonNullString, description: 'What the server runs on: `linux/amd64`.' },
      orreryVersion: { type: nonNullString, description: 'The version of Orrery itself.' },
    },
  }),
);
