import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { AuditSelection } from '../../apiserver/audit/audit-selection.ts';
import type { RequestContext } from '../request-context.ts';
import type { Arguments } from '../schema/arguments.ts';
import {
  JSON_SCALAR,
  MICRO_TIME_SCALAR,
  STRING_LIST_MAP_SCALAR,
  STRING_MAP_SCALAR,
  TIME_SCALAR,
} from '../schema/scalars.ts';
import { nonNullString } from '../schema/shared-types.ts';

const nonNullTime = new GraphQLNonNull(MICRO_TIME_SCALAR);
const strings = new GraphQLList(nonNullString);

const AUDIT_USER_TYPE = new GraphQLObjectType({
  name: 'AuditUser',
  description: 'Somebody in the audit log.',
  fields: {
    username: { type: nonNullString, description: 'The name by which they are known.' },
    uid: { type: GraphQLString, description: 'Tells apart who had the name at another time.' },
    groups: { type: new GraphQLNonNull(strings), description: 'The groups that they are in.' },
    extra: {
      type: STRING_LIST_MAP_SCALAR,
      description: 'What else their credentials say, as the Pod that a token is bound to.',
    },
  },
});

const AUDIT_OBJECT_TYPE = new GraphQLObjectType({
  name: 'AuditObjectReference',
  description: 'What an audited request is about.',
  fields: {
    apiGroup: { type: GraphQLString, description: 'Null for the core group.' },
    apiVersion: { type: nonNullString, description: 'The version that the client spoke: `v1`.' },
    resource: { type: nonNullString, description: 'The plural: `pods`.' },
    subresource: { type: GraphQLString, description: 'The part of the object: `status`.' },
    namespace: { type: GraphQLString, description: 'Null for what has none.' },
    name: { type: GraphQLString, description: 'Null where it is about no one object.' },
    uid: { type: GraphQLString, description: 'Of the object, where the request or answer had it.' },
    resourceVersion: {
      type: GraphQLString,
      description: 'Of the object, where the request or answer had it.',
    },
  },
});

const AUDIT_STATUS_TYPE = new GraphQLObjectType({
  name: 'AuditResponseStatus',
  description: 'How an audited request was answered.',
  fields: {
    code: { type: new GraphQLNonNull(GraphQLInt), description: 'The HTTP code: 201, 403, 409.' },
    status: { type: GraphQLString, description: '`Failure`; null for a success.' },
    reason: { type: GraphQLString, description: "Kubernetes' reason of a failure: `Forbidden`." },
    message: {
      type: GraphQLString,
      description: 'What the client was told of a failure; null where it may quote a secret.',
    },
  },
});

const AUDIT_EVENT_FIELDS: GraphQLFieldConfigMap<unknown, RequestContext> = {
  auditID: { type: nonNullString, description: 'The same in every stage of one request.' },
  level: { type: nonNullString, description: '`Metadata`, `Request` or `RequestResponse`.' },
  stage: {
    type: nonNullString,
    description: '`RequestReceived`, `ResponseStarted` (of watches) or `ResponseComplete`.',
  },
  verb: { type: nonNullString, description: 'What was asked for: `create`, `delete`.' },
  requestURI: { type: nonNullString, description: 'The path that it has in the REST API.' },
  user: {
    type: new GraphQLNonNull(AUDIT_USER_TYPE),
    description: 'Who is known by the credentials.',
  },
  impersonatedUser: { type: AUDIT_USER_TYPE, description: 'As whom they acted, if anybody.' },
  sourceIPs: { type: strings, description: 'Where the request came from.' },
  userAgent: { type: GraphQLString, description: 'What the client called itself.' },
  objectRef: {
    type: new GraphQLNonNull(AUDIT_OBJECT_TYPE),
    description: 'What the request is about.',
  },
  responseStatus: { type: AUDIT_STATUS_TYPE, description: 'Null in the stage RequestReceived.' },
  requestObject: { type: JSON_SCALAR, description: 'What was sent, from level `Request` on.' },
  responseObject: { type: JSON_SCALAR, description: 'What was answered, at `RequestResponse`.' },
  requestReceivedTimestamp: { type: nonNullTime, description: 'When the request came in.' },
  stageTimestamp: { type: nonNullTime, description: 'When it came to this stage.' },
  annotations: {
    type: STRING_MAP_SCALAR,
    description: 'Notes of authorization and admission.',
  },
};

const AUDIT_LOG_TYPE = new GraphQLObjectType({
  name: 'AuditLog',
  description: 'Audit events, the newest first.',
  fields: {
    events: {
      type: new GraphQLNonNull(
        new GraphQLList(
          new GraphQLNonNull(
            new GraphQLObjectType({
              name: 'AuditEvent',
              description: "Who did what, when, from where: Kubernetes' `audit.k8s.io/v1` Event.",
              fields: AUDIT_EVENT_FIELDS,
            }),
          ),
        ),
      ),
      description: 'Those of this page.',
    },
    continue: {
      type: GraphQLString,
      description: 'Pass it as `continue` to read older ones; null where there are none.',
    },
  },
});

const AUDIT_ARGUMENTS: GraphQLFieldConfigArgumentMap = {
  username: {
    type: GraphQLString,
    description: 'Only what this user did, or others in their name.',
  },
  verb: { type: GraphQLString, description: 'Only this verb: `delete`.' },
  group: { type: GraphQLString, description: 'Only this API group; empty is the core group.' },
  resource: { type: GraphQLString, description: 'Only this resource, by its plural.' },
  namespace: { type: GraphQLString, description: 'Only this namespace.' },
  name: { type: GraphQLString, description: 'Only objects of this name.' },
  code: { type: GraphQLInt, description: 'Only what was answered by this HTTP code.' },
  since: { type: TIME_SCALAR, description: 'Only what came in at this time or later.' },
  until: { type: TIME_SCALAR, description: 'Only what came in before this time.' },
  limit: { type: GraphQLInt, defaultValue: 100, description: 'At most so many, up to 1000.' },
  continue: { type: GraphQLString, description: 'Where the page before ended.' },
};

/** `auditLog`: who did what. */
export const auditLogField: GraphQLFieldConfig<unknown, RequestContext> = {
  type: AUDIT_LOG_TYPE,
  description:
    'Who did what: the audit log, newest first. It takes the right to `list` `events` of the group `audit.k8s.io`. ' +
    'Events are written within a second.',
  args: AUDIT_ARGUMENTS,
  resolve: (_, args: Arguments, { client }) => client.auditLog(toSelection(args)),
};

function toSelection({ since, until, ...conditions }: Arguments): AuditSelection {
  const given = Object.entries(conditions).filter(([, value]) => value != null);
  return {
    ...(Object.fromEntries(given) as AuditSelection),
    ...(since == null ? {} : { sinceMs: Date.parse(String(since)) }),
    ...(until == null ? {} : { untilMs: Date.parse(String(until)) }),
  };
}
