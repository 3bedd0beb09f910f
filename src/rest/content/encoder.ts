import type { ApiObject, ObjectList, WatchEvent } from '../../scheme/object.ts';
import type { Format } from './format.ts';
import type { View } from './view.ts';

/** Answers in one media type: a view of the objects, written in a format. */
export interface Encoder {
  readonly mediaType: string;
  /** Encoders of one resource with equal keys write equal texts. */
  readonly key: string;
  readonly isStreamable: boolean;
  /** Whether the first event of a stream is written differently from the others. */
  readonly marksFirst: boolean;
  /** Texts of one moment are the same; those of another may differ. */
  moment(): number;
  encodeObject(object: ApiObject): string;
  /** A Status, or another answer that is no object of the resource. */
  encodeOther(value: object): string;
  /** In pieces, made as they are read. */
  encodeList(list: ObjectList): Iterable<string>;
  /** One frame of a watch, its line feed included. */
  encodeEvent(event: WatchEvent, isFirst: boolean): string;
  /** A frame that ends a watch: what went wrong. */
  encodeFailure(status: object): string;
}

export function createEncoder(view: View, format: Format): Encoder {
  return {
    mediaType: format.mediaType,
    key: `${format.key}/${view.key}`,
    isStreamable: format.isStreamable,
    marksFirst: view.marksFirst,
    moment: () => view.moment?.() ?? 0,
    encodeObject: (object) => format.write(view.object(object)),
    encodeOther: (value) => format.write(value),
    encodeList: (list) => encodeList(view, format, list),
    encodeEvent: ({ type, object }, isFirst) =>
      format.write({ type, object: view.eventObject(object, isFirst) }),
    encodeFailure: (status) => format.write({ type: 'ERROR', object: status }),
  };
}

function* encodeList(view: View, format: Format, list: ObjectList): Generator<string> {
  const { head, field, item } = view.list(list);
  yield format.listStart(head, field);
  let isFirst = true;
  for (const object of list.items) {
    yield format.listItem(item(object), isFirst);
    isFirst = false;
  }
  yield format.listEnd(isFirst);
}
