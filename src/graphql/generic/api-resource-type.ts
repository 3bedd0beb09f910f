import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import { toApiVersion } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { toTypeName } from '../schema/served-kinds.ts';
import { nonNullString } from '../schema/shared-types.ts';

const STABILITY_TYPE = new GraphQLEnumType({
  name: 'Stability',
  description: 'How far a version is.',
  values: {
    alpha: { description: 'Off unless it is enabled; it may change and vanish.' },
    beta: { description: 'On; it may still change, with notice.' },
    stable: { description: 'On; it does not change in ways that break its users.' },
  },
});

const stringList = new GraphQLNonNull(new GraphQLList(nonNullString));

/** Source of the fields: a definition and whether it is served. */
export interface ApiResource {
  readonly definition: ResourceDefinition;
  readonly served: boolean;
  /** `apps/v1` */
  readonly storageVersion: string;
}

const from = <T>(read: (definition: ResourceDefinition) => T) => ({
  resolve: ({ definition }: ApiResource): T => read(definition),
});

export const API_RESOURCE_TYPE: GraphQLObjectType<ApiResource> = new GraphQLObjectType<ApiResource>(
  {
    name: 'APIResource',
    description: 'A resource in one version: what discovery says of it.',
    fields: {
      name: {
        type: nonNullString,
        description: 'The plural: `deployments`.',
        ...from(({ resource }) => resource),
      },
      singularName: {
        type: nonNullString,
        description: '`deployment`.',
        ...from(({ singular }) => singular),
      },
      shortNames: {
        type: stringList,
        description: 'What users may type for it: `deploy`.',
        ...from(({ shortNames }) => shortNames),
      },
      categories: {
        type: stringList,
        description: 'The groups of resources it is in: `all`.',
        ...from(({ categories }) => categories),
      },
      kind: { type: nonNullString, description: '`Deployment`.', ...from(({ kind }) => kind) },
      typeName: {
        type: nonNullString,
        description: 'Its GraphQL type: `AppsV1Deployment`.',
        ...from(toTypeName),
      },
      group: {
        type: nonNullString,
        description: '`apps`; empty for the core group.',
        ...from(({ group }) => group),
      },
      version: { type: nonNullString, description: '`v1`.', ...from(({ version }) => version) },
      namespaced: {
        type: new GraphQLNonNull(GraphQLBoolean),
        description: 'Whether its objects are in namespaces.',
        ...from(({ namespaced }) => namespaced),
      },
      verbs: {
        type: stringList,
        description: 'What can be done with it.',
        ...from(({ verbs }) => verbs),
      },
      subresources: {
        type: stringList,
        description: 'Its subresources: `status`, `scale`, `binding`.',
        ...from(({ subresources }) => subresources.map(({ name }) => name)),
      },
      stability: {
        type: new GraphQLNonNull(STABILITY_TYPE),
        description: 'How far the version is.',
        ...from(({ stability }) => stability),
      },
      served: {
        type: new GraphQLNonNull(GraphQLBoolean),
        description: 'Whether it is on: `--runtime-config` switches it.',
        resolve: ({ served }) => served,
      },
      storageVersion: {
        type: nonNullString,
        description: 'The group and version that its objects are stored in: `apps/v1`.',
        resolve: ({ storageVersion }) => storageVersion,
      },
      deprecation: {
        type: GraphQLString,
        description: 'What to use instead, when the version is deprecated.',
        ...from(({ deprecation }) => deprecation?.message),
      },
      removedIn: {
        type: GraphQLString,
        description:
          'The release of Kubernetes that stops serving the version, where it is known: `1.25`.',
        ...from(({ deprecation }) => deprecation?.removedIn),
      },
    },
  },
);

export function toApiResource(scheme: Scheme, definition: ResourceDefinition): ApiResource {
  const { group, version } = scheme.storageOf(definition);
  const storageVersion = toApiVersion(group, version);
  return { definition, served: scheme.isServed(definition), storageVersion };
}
