/**
 * What the fields of Kubernetes' messages are. The generated table has one line a message, `name:name,number,type;…`; a type is
 *
 *   s string, i integer, b boolean, d double, y bytes, t time, u time with microseconds, D duration, q quantity,
 *   o integer or string, r JSON in bytes, or the name of a message;
 *   [ before it a list, { a map by string, ! one whose zero value means something.
 *
 * A field without a name has the members of its type in its place; `=` is the one field of a list that is a message.
 */
import { PROTOBUF_MESSAGES } from './generated/protobuf-messages.ts';

export interface MessageField {
  /** In JSON. '' for one whose members are the message's own, `=` for one that is the whole value. */
  readonly name: string;
  readonly container: 'list' | 'map' | undefined;
  /** One letter, or the name of a message. */
  readonly type: string;
  /** Whether zero is told apart from nothing. */
  readonly keepsZero: boolean;
}

export type Message = ReadonlyMap<number, MessageField>;

const lines = new Map(
  PROTOBUF_MESSAGES.trim()
    .split('\n')
    .map((line) => {
      const end = line.indexOf(':');
      return [line.slice(0, end), line.slice(end + 1)];
    }),
);
const messages = new Map<string, Message>();

/** The message of this name (`core/v1.Pod`); undefined when there is none. */
export function findMessage(name: string): Message | undefined {
  const known = messages.get(name);
  if (known) return known;
  const line = lines.get(name);
  if (line === undefined) return undefined;
  const message = new Map(line.split(';').filter(Boolean).map(parseField));
  messages.set(name, message);
  return message;
}

const CONTAINERS: Readonly<Record<string, 'list' | 'map'>> = { '[': 'list', '{': 'map' };

function parseField(text: string): readonly [number, MessageField] {
  const [name = '', number = '', marked = ''] = text.split(',');
  const keepsZero = marked.startsWith('!');
  const contained = keepsZero ? marked.slice(1) : marked;
  const container = CONTAINERS[contained[0] ?? ''];
  const type = container ? contained.slice(1) : contained;
  return [Number(number), { name, container, type, keepsZero }];
}
