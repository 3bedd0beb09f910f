import { describe, expect, test } from '@jest/globals';
import { createDescriptions } from '../../../src/scheme/descriptions/descriptions.ts';
import { FIELD_TEXTS } from '../../../src/scheme/descriptions/field-texts.ts';
import { TYPE_TEXTS } from '../../../src/scheme/descriptions/type-texts.ts';
import { splitWords, withArticle } from '../../../src/scheme/descriptions/words.ts';
import { createScheme } from '../../../src/scheme/scheme.ts';
import type { FieldType } from '../../../src/scheme/structural-schema.ts';

const scheme = createScheme({ strategies: new Map(), runtimeConfig: 'api/all=true' });
const descriptions = createDescriptions(scheme);
const CORE = 'io.k8s.api.core.v1';

/** Says enough to be a sentence, begins like one and ends like one. */
const SENTENCE = /^[A-Z].{8,}[.]$/s;

describe('descriptions', () => {
  test('every type and every field has a sentence', () => {
    const poor: string[] = [];
    for (const { name, fields } of scheme.types()) {
      if (!SENTENCE.test(descriptions.describeType(name))) poor.push(name);
      for (const field of Object.keys(fields)) {
        if (!SENTENCE.test(descriptions.describeField(name, field))) poor.push(`${name}.${field}`);
      }
    }
    expect(poor).toEqual([]);
  });

  test.each([
    ['Pod', 'One or more containers that run together on one node.'],
    [
      'PodAffinityTerm',
      'A pod affinity term, made of labelSelector, matchLabelKeys, mismatchLabelKeys, namespaceSelector and 2 more fields.',
    ],
    ['PodResourceClaimStatus', 'What is observed of a pod resource claim: written by controllers.'],
    ['NodeList', 'A list of node objects, with the resourceVersion that it was read at.'],
    ['NFSVolumeSource', 'Where a volume comes from: an NFS.'],
    ['ConfigMapKeySelector', 'Tells which config map key is meant.'],
    ['PodTemplate', 'What a pod is made from.'],
    ['ContainerStateWaiting', 'A container state waiting, made of message and reason.'],
  ])('the type %s is described', (type, text) => {
    expect(descriptions.describeType(`${CORE}.${type}`)).toBe(text);
  });

  test.each([
    [
      'PodSpec',
      'restartPolicy',
      'When containers that ended are started again. One of Always, Never or OnFailure.',
    ],
    ['Container', 'name', 'The name of the container, unique in its pod. Required.'],
    [
      'Container',
      'ports',
      'Ports that the container listens on. Entries differ in containerPort and protocol.',
    ],
    ['PodStatus', 'podIP', 'The address of the pod. Set by controllers.'],
    ['PodCondition', 'status', 'Whether the aspect holds: True, False or Unknown. Required.'],
    ['NodeList', 'metadata', 'The version that the list was read at, and where to read on.'],
    ['Probe', 'periodSeconds', 'The period of a probe, in seconds.'],
    [
      'EmptyDirVolumeSource',
      'sizeLimit',
      'The size limit of an empty dir volume source. A quantity, such as 500m or 1.5Gi.',
    ],
    [
      'ServicePort',
      'targetPort',
      'The target port of a service port. A number, or a text such as a percentage or a name.',
    ],
    ['ISCSIVolumeSource', 'readOnly', 'Whether "read only" holds for an ISCSI volume source.'],
    [
      'PersistentVolumeClaimSpec',
      'accessModes',
      'The access modes of a persistent volume claim: a list of texts. Each is one of ReadOnlyMany, ReadWriteMany, ReadWriteOnce or ReadWriteOncePod.',
    ],
    ['Secret', 'data', 'Values by key. In base64.'],
    ['Event', 'eventTime', 'The moment of "event" in an event. In UTC, to the microsecond.'],
    ['Event', 'firstTimestamp', 'The moment of "first" in an event. In UTC, to the second.'],
    ['PodSpec', 'runtimeClassName', 'The name of the runtime class that belongs to a pod.'],
    [
      'CSIVolumeSource',
      'nodePublishSecretRef',
      'Which node publish secret a CSI volume source refers to.',
    ],
  ])('the field %s.%s is described', (type, field, text) => {
    expect(descriptions.describeField(`${CORE}.${type}`, field)).toBe(text);
  });

  test('long closed sets are left to the type of the field', () => {
    expect(descriptions.describeField(`${CORE}.Lifecycle`, 'stopSignal')).not.toContain('SIGKILL');
  });

  test('what the scheme does not know is described by its words', () => {
    expect(descriptions.describeType('org.example.v1.RedWidget')).toBe('A red widget.');
    expect(descriptions.describeField('org.example.v1.RedWidget', 'edgeLength')).toBe(
      'The edge length of a red widget.',
    );
  });

  test.each([
    [{ kind: 'boolean' }, 'truth values'],
    [{ kind: 'number' }, 'numbers'],
    [{ kind: 'int-or-string' }, 'numbers or texts'],
    [{ kind: 'any' }, 'JSON values'],
    [{ kind: 'list', items: { kind: 'string' } }, 'lists of texts'],
    [{ kind: 'map', values: { kind: 'string', format: 'quantity' } }, 'maps of quantities'],
    [{ kind: 'ref', name: 'org.example.v1.RedWidget' }, 'red widget entries'],
  ] satisfies [FieldType, string][])('a list of %j says what it lists', (items, words) => {
    const custom = createScheme({ strategies: new Map() });
    const type: FieldType = { kind: 'list', items };
    const types = [{ name: 'org.example.v1.Box', fields: { content: { type } } }];
    custom.setExtension('boxes', { definitions: [], types });
    expect(createDescriptions(custom).describeField('org.example.v1.Box', 'content')).toBe(
      `The content of a box: a list of ${words}.`,
    );
  });

  test('every hand-written text is about something that exists', () => {
    const types = new Set<string>();
    const fields = new Set<string>();
    for (const { name, fields: own } of scheme.types()) {
      const type = name.slice(name.lastIndexOf('.') + 1);
      types.add(type);
      const family = /(?:Condition|List)$/.exec(type)?.[0] ?? type;
      for (const field of Object.keys(own)) {
        for (const key of [field, `${type}.${field}`, `${family}.${field}`]) fields.add(key);
      }
    }
    expect(Object.keys(TYPE_TEXTS).filter((type) => !types.has(type))).toEqual([]);
    expect(Object.keys(FIELD_TEXTS).filter((field) => !fields.has(field))).toEqual([]);
  });
});

describe('words', () => {
  test.each([
    ['nonResourceURLs', 'non resource URLs'],
    ['clusterIP', 'cluster IP'],
    ['apiGroup', 'API group'],
    ['HTTPGetAction', 'HTTP get action'],
    ['x-kubernetes-list-type', 'x kubernetes list type'],
    ['$ref', 'ref'],
    ['fieldsV1', 'fields V 1'],
    ['___', '___'],
  ])('%s is read as %s', (name, words) => {
    expect(splitWords(name).join(' ')).toBe(words);
  });

  test.each([
    ['pod', 'a pod'],
    ['endpoint', 'an endpoint'],
    ['user', 'a user'],
    ['uncounted pod', 'an uncounted pod'],
    ['FC volume', 'an FC volume'],
    ['URL', 'a URL'],
    ['endpoints', 'endpoints'],
    ['class', 'a class'],
    ['status', 'a status'],
  ])('%s with its article is %s', (phrase, expected) => {
    expect(withArticle(phrase)).toBe(expected);
  });
});
