/** What is different between two states of an object, in few words. Pure. */
import { isJsonObject, type JsonObject } from '../output/json-values.ts';

/** Changes with every write, with time alone, or together with something that is shown: they say nothing. */
const NOISE = new RegExp(
  [
    '^metadata\\.(?:resourceVersion|generation|managedFields|deletionGracePeriodSeconds)$',
    '^metadata\\.annotations\\.(?:kubectl\\.kubernetes\\.io/last-applied-configuration|deployment\\.kubernetes\\.io/(?:desired-replicas|max-replicas|revision-history))$',
    '^spec\\.podCIDRs\\b',
    '^status\\.(?:observedGeneration|fullyLabeledReplicas|collisionCount|hostIPs?|podIPs|startTime|qosClass|nodeInfo)\\b',
    '^status\\.conditions\\..*\\.message$',
    '^status\\.(?:initC|c)ontainerStatuses\\..*\\.(?:image|imageID|containerID|started|name|lastState|resources|allocatedResources|user)$',
    '\\.(?:lastTransitionTime|lastUpdateTime|lastHeartbeatTime|lastProbeTime|observedGeneration)$',
  ].join('|'),
);
const MAX_SHOWN = 6;
const MAX_VALUE_LENGTH = 48;

interface Change {
  /** `status.conditions.Ready.status`: members of lists by their names. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** `phase: Pending → Running, Ready=True`; empty when nothing of interest changed. */
export function summarizeChanges(previous: JsonObject, next: JsonObject): string {
  const changes: Change[] = [];
  collect(changes, '', previous, next);
  const texts = [...new Set(changes.map((change) => toText(change, changes)))].filter(Boolean);
  const shown = texts.slice(0, MAX_SHOWN).join(', ');
  return texts.length > MAX_SHOWN ? `${shown}, and ${texts.length - MAX_SHOWN} more` : shown;
}

function collect(changes: Change[], path: string, from: unknown, to: unknown): void {
  if (Object.is(from, to) || NOISE.test(path)) return;
  const [before, after] = [membersOf(from), membersOf(to)];
  // What is all new or all gone is told by its members where they have names, as conditions do.
  if ((before ?? from === undefined) && after && isListing(path)) {
    collectMembers(changes, path, before ?? {}, after);
  } else if (before && after) {
    collectMembers(changes, path, before, after);
  } else if (JSON.stringify(from) !== JSON.stringify(to)) {
    changes.push({ path, from: emptyToNone(from), to: emptyToNone(to) });
  }
}

/** Lists whose members stand for themselves, and the objects in them. */
function isListing(path: string): boolean {
  return /^status\.(?:conditions|containerStatuses|initContainerStatuses)(?:\.[^.]+)?(?:\.state)?$/.test(
    path,
  );
}

function emptyToNone(value: unknown): unknown {
  return value === '' || value === null ? undefined : value;
}

function membersOf(value: unknown): JsonObject | undefined {
  if (Array.isArray(value)) return byName(value);
  return isJsonObject(value) ? value : undefined;
}

function collectMembers(changes: Change[], path: string, from: JsonObject, to: JsonObject): void {
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  for (const key of keys)
    collect(changes, path === '' ? key : `${path}.${key}`, from[key], to[key]);
}

/** The members of a list by what names them: containers by name, conditions by type. Undefined when nothing does. */
function byName(list: readonly unknown[]): JsonObject | undefined {
  const entries = list.map((item) => {
    const name = isJsonObject(item) ? (item.type ?? item.name ?? item.uid ?? item.ip) : undefined;
    return [name, item] as const;
  });
  const isNamed = entries.every(([name]) => typeof name === 'string');
  return isNamed ? (Object.fromEntries(entries) as JsonObject) : undefined;
}

function toText({ path, from, to }: Change, all: readonly Change[]): string {
  if (path === 'metadata.deletionTimestamp') return 'is being deleted';
  const [, type, field] = /^status\.conditions\.(.+)\.([^.]+)$/.exec(path) ?? [];
  if (type !== undefined) return conditionText({ type, field, to }, all);
  const [, container, member] =
    /^status\.(?:initC|c)ontainerStatuses\.([^.]+)\.(.+)$/.exec(path) ?? [];
  if (container !== undefined) return containerText({ container, member: member ?? '', from, to });
  const name = path.replace(/^status\./, '');
  if (from === undefined) return `${name}: ${preview(to)}`;
  return to === undefined ? `${name} removed` : `${name}: ${preview(from)} → ${preview(to)}`;
}

/** `Ready=True`; the reason only where the status is as it was. */
function conditionText(
  { type, field, to }: { type: string; field: string | undefined; to: unknown },
  all: readonly Change[],
): string {
  if (field === 'status') return `${type}=${preview(to)}`;
  const hasStatus = all.some(({ path }) => path === `status.conditions.${type}.status`);
  return field === 'reason' && to !== undefined && !hasStatus ? `${type}: ${preview(to)}` : '';
}

interface ContainerChange {
  readonly container: string;
  readonly member: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** `nginx is running`, `nginx is waiting (ContainerCreating)`, `nginx restarts: 0 → 1`. */
function containerText({ container, member, from, to }: ContainerChange): string {
  if (member === 'restartCount')
    return from === undefined ? '' : `${container} restarts: ${from} → ${to}`;
  const [, state] = /^state\.(waiting|running|terminated)(?:$|\.)/.exec(member) ?? [];
  if (state === undefined || to === undefined) return '';
  const reason = isJsonObject(to) ? to.reason : undefined;
  return `${container} is ${state}${typeof reason === 'string' ? ` (${reason})` : ''}`;
}

function preview(value: unknown): string {
  if (value === undefined) return '<none>';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 3)}...` : text;
}
