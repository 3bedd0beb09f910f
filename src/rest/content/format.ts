import { stringify } from 'yaml';

/** How values are written. Lists are written in pieces, so that a long one is never in memory as a whole. */
export interface Format {
  readonly mediaType: string;
  /** Formats with equal keys write equal texts. */
  readonly key: string;
  /** Whether frames of a watch can be told apart in it. */
  readonly isStreamable: boolean;
  write(value: object): string;
  /** Everything of a list before its first item. `head` has at least one field. */
  listStart(head: object, field: string): string;
  listItem(item: object, isFirst: boolean): string;
  listEnd(isEmpty: boolean): string;
}

/** JSON as programs read it. */
export const JSON_FORMAT: Format = {
  mediaType: 'application/json',
  key: 'json',
  isStreamable: true,
  // Kubernetes' answers end in a line feed, by which terminals and line readers know the end.
  write: (value) => `${JSON.stringify(value)}\n`,
  listStart: (head, field) => `${JSON.stringify(head).slice(0, -1)},"${field}":[`,
  listItem: (item, isFirst) => (isFirst ? '' : ',') + JSON.stringify(item),
  listEnd: () => ']}\n',
};

const INDENT = 2;

/** JSON as people read it. */
export const PRETTY_JSON_FORMAT: Format = {
  mediaType: 'application/json',
  key: 'pretty',
  isStreamable: true,
  write: (value) => `${JSON.stringify(value, null, INDENT)}\n`,
  listStart: (head, field) =>
    `${JSON.stringify(head, null, INDENT).slice(0, -2)},\n  "${field}": [`,
  listItem: (item, isFirst) => {
    const text = JSON.stringify(item, null, INDENT).replaceAll('\n', '\n    ');
    return `${isFirst ? '' : ','}\n    ${text}`;
  },
  listEnd: (isEmpty) => (isEmpty ? ']\n}\n' : '\n  ]\n}\n'),
};

/** Kubernetes' YAML has no anchors, and breaks no lines that were none. */
const YAML_OPTIONS = { aliasDuplicateObjects: false, lineWidth: 0 } as const;

export const YAML_FORMAT: Format = {
  mediaType: 'application/yaml',
  key: 'yaml',
  // Nothing in a YAML stream says that a document is complete before the next one begins.
  isStreamable: false,
  write: (value) => stringify(value, YAML_OPTIONS),
  listStart: (head, field) => `${stringify(head, YAML_OPTIONS)}${field}:`,
  listItem: (item, isFirst) => (isFirst ? '\n' : '') + stringify([item], YAML_OPTIONS),
  listEnd: (isEmpty) => (isEmpty ? ' []\n' : ''),
};
