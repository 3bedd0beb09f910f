/** A parameter of a request, in its path or in its query. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'boolean' | 'integer' | 'string';
  readonly description: string;
}

const query =
  (type: Parameter['type']) =>
  (name: string, description: string): Parameter => ({ name, in: 'query', type, description });
const text = query('string');
const number = query('integer');
const flag = query('boolean');

const inPath = (name: string, description: string): Parameter => ({
  name,
  in: 'path',
  type: 'string',
  description,
});

export const NAMESPACE = inPath('namespace', 'The namespace of the objects.');
export const PATH = inPath('path', 'The rest of the path of the request that is passed on.');
export const PRETTY = text('pretty', 'Whether the answer is indented, for people to read: "true".');

export const nameOf = (kind: string): Parameter => inPath('name', `The name of the ${kind}.`);

const DRY_RUN = text(
  'dryRun',
  'With "All" the request goes through every stage and is answered as if it had been done, and nothing is stored.',
);
const FIELD_MANAGER = text(
  'fieldManager',
  'Who makes the change: what they set is theirs in managedFields. At most 128 characters.',
);
const FIELD_VALIDATION = text(
  'fieldValidation',
  'What becomes of fields that are unknown or given twice: they are refused with "Strict", warned of with "Warn" (the default), dropped with "Ignore".',
);

/** Of requests that carry an object. */
export const WRITE_PARAMETERS: readonly Parameter[] = [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION];

export const PATCH_PARAMETERS: readonly Parameter[] = [
  ...WRITE_PARAMETERS,
  flag('force', 'Whether a server-side apply takes fields that belong to others.'),
];

export const DELETE_PARAMETERS: readonly Parameter[] = [
  DRY_RUN,
  number(
    'gracePeriodSeconds',
    'How long the object may take to end. Zero deletes it at once; the kind says how long by default.',
  ),
  flag(
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'Whether an object that cannot be read from the store is deleted all the same.',
  ),
  flag('orphanDependents', 'Superseded by propagationPolicy.'),
  text(
    'propagationPolicy',
    'What becomes of the dependents: "Orphan" leaves them, "Background" has them deleted afterwards, "Foreground" before.',
  ),
];

const SELECTORS: readonly Parameter[] = [
  text('fieldSelector', 'Chooses objects by their fields: metadata.name=web. All by default.'),
  text('labelSelector', 'Chooses objects by their labels: app=web,tier!=cache. All by default.'),
];

export const LIST_PARAMETERS: readonly Parameter[] = [
  ...SELECTORS,
  flag('allowWatchBookmarks', 'Whether a watch says now and then how far it has come.'),
  text('continue', 'The token of the part of the list before, to go on with it.'),
  number('limit', 'How many objects the answer has at most; metadata.continue leads to the rest.'),
  text('resourceVersion', 'The version to list at, or to watch from.'),
  text('resourceVersionMatch', 'How a list meets resourceVersion: "Exact", or "NotOlderThan".'),
  flag('sendInitialEvents', 'Whether a watch begins with the objects that there are.'),
  number('timeoutSeconds', 'How long the request may last.'),
  flag('watch', 'Whether changes are sent as they come, instead of a list.'),
];

/** Of the subresources whose requests are options: by name. */
export const SUBRESOURCE_PARAMETERS: Readonly<Record<string, readonly Parameter[]>> = {
  attach: streamsOf('attached'),
  exec: [
    text('command', 'The program and its arguments, one parameter each.'),
    ...streamsOf('connected'),
  ],
  log: [
    container(),
    flag('follow', 'Whether what the container prints next is sent as it comes.'),
    flag('insecureSkipTLSVerifyBackend', 'Whether the kubelet may show any certificate.'),
    number('limitBytes', 'How much is sent at most.'),
    flag('previous', 'Whether the log is that of the container before its last restart.'),
    number('sinceSeconds', 'How old the oldest line may be.'),
    text('stream', 'One of "All", "Stdout" and "Stderr".'),
    number('tailLines', 'How many lines are sent, counted from the end.'),
    flag('timestamps', 'Whether each line begins with the moment when it was printed.'),
  ],
  portforward: [number('ports', 'The ports that connections are passed on to.')],
  proxy: [text('path', 'The path of the request that is passed on.')],
};

function container(): Parameter {
  return text('container', 'The container; may be left out where the Pod has one.');
}

function streamsOf(done: string): readonly Parameter[] {
  return [
    container(),
    flag('stdin', `Whether standard input is ${done}.`),
    flag('stdout', `Whether standard output is ${done}.`),
    flag('stderr', `Whether standard error is ${done}.`),
    flag('tty', 'Whether a terminal is allocated.'),
  ];
}
