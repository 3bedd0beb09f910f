import {
  GraphQLEnumType,
  type GraphQLInterfaceType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import { INT64_SCALAR } from './scalars.ts';

export const nonNullString = new GraphQLNonNull(GraphQLString);

export const WATCH_EVENT_TYPE = new GraphQLEnumType({
  name: 'WatchEventType',
  description: 'What happened to an object.',
  values: {
    ADDED: {
      description: 'It was created, or came into the selection, or was there when the watch began.',
    },
    MODIFIED: { description: 'It changed.' },
    DELETED: { description: 'It was deleted, or left the selection.' },
    BOOKMARK: {
      description: 'Nothing happened: everything up to this resourceVersion has been delivered.',
    },
  },
});

export const LIST_META_TYPE = new GraphQLObjectType({
  name: 'ListMeta',
  description: 'What a list says of itself.',
  fields: {
    resourceVersion: {
      type: nonNullString,
      description:
        'The moment that the list shows. A watch from here misses nothing and repeats nothing.',
    },
    continue: {
      type: GraphQLString,
      description:
        'Set when `limit` cut the list: pass it as `continue` to read on in the same snapshot.',
    },
    remainingItemCount: {
      type: INT64_SCALAR,
      description: 'How many objects follow those of this page, where that is known.',
    },
  },
});

/** The interfaces of what has no one kind; made once a schema because they resolve types by its kinds. */
export interface SharedInterfaces {
  readonly object: GraphQLInterfaceType;
  readonly watchEvent: GraphQLInterfaceType;
}
