/** In the shape of the Gateway API's definitions: two versions, rules in CEL, unions, defaults deep inside. */
import type {
  CustomResourceDefinition,
  JSONSchemaProps,
} from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import { defineResource } from './define-resource.ts';
import {
  conditions,
  int32,
  keyed,
  list,
  map,
  object,
  rootSchema,
  text,
  words,
} from './schema-words.ts';

const DNS = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const name = { ...text, minLength: 1, maxLength: 253 };
const hostname = { ...text, minLength: 1, maxLength: 253, pattern: `^([*][.])?${DNS.slice(1)}` };
const sectionName = { ...text, minLength: 1, maxLength: 253, pattern: DNS };
const port = { ...int32, minimum: 1, maximum: 65_535 };
const group = { ...text, maxLength: 253, default: 'gateway.networking.k8s.io' };
const kind = (fallback: string): JSONSchemaProps => ({
  ...text,
  minLength: 1,
  maxLength: 63,
  default: fallback,
});

const listener = object(
  {
    name: sectionName,
    hostname,
    port,
    protocol: { ...text, minLength: 1, maxLength: 255 },
    tls: object(
      {
        mode: { ...words('Terminate', 'Passthrough'), default: 'Terminate' },
        certificateRefs: {
          ...list(
            object(
              { group: { ...group, default: '' }, kind: kind('Secret'), name, namespace: text },
              ['name'],
            ),
          ),
          maxItems: 64,
        },
        options: { ...map({ ...text, maxLength: 4096 }), maxProperties: 16 },
      },
      [],
      {
        'x-kubernetes-validations': [
          {
            rule: "self.mode != 'Terminate' || (has(self.certificateRefs) && size(self.certificateRefs) > 0) || (has(self.options) && size(self.options) > 0)",
            message: 'a terminating listener needs certificates or options',
          },
        ],
      },
    ),
    allowedRoutes: object(
      {
        kinds: { ...list(object({ group, kind: text }, ['kind'])), maxItems: 8 },
        namespaces: object({ from: { ...words('All', 'Selector', 'Same'), default: 'Same' } }, [], {
          default: { from: 'Same' },
        }),
      },
      [],
      { default: { namespaces: { from: 'Same' } } },
    ),
  },
  ['name', 'port', 'protocol'],
);

const gatewaySpec = object(
  {
    gatewayClassName: name,
    addresses: {
      ...list(
        object({ type: { ...text, default: 'IPAddress' }, value: { ...text, maxLength: 253 } }),
      ),
      maxItems: 16,
    },
    listeners: {
      ...keyed(listener, 'name'),
      minItems: 1,
      maxItems: 64,
      'x-kubernetes-validations': [
        {
          rule: "self.all(each, !(each.protocol in ['HTTP', 'TCP', 'UDP']) || !has(each.tls))",
          message: 'tls is for encrypted protocols alone',
        },
        {
          rule: 'self.all(each, self.exists_one(other, other.port == each.port && other.protocol == each.protocol && (has(other.hostname) == has(each.hostname)) && (!has(each.hostname) || other.hostname == each.hostname)))',
          message: 'port, protocol and hostname together must be of one listener',
        },
      ],
    },
  },
  ['gatewayClassName', 'listeners'],
);

const gatewayStatus = object(
  {
    addresses: list(object({ type: text, value: text }, ['value'])),
    conditions,
    listeners: keyed(
      object({ name: sectionName, attachedRoutes: int32, conditions }, [
        'name',
        'attachedRoutes',
        'conditions',
      ]),
      'name',
    ),
  },
  [],
  {
    default: {
      conditions: [
        {
          type: 'Accepted',
          status: 'Unknown',
          reason: 'Pending',
          message: 'Waiting for controller',
          lastTransitionTime: '1970-01-01T00:00:00Z',
        },
      ],
    },
  },
);

const gatewayVersion = {
  additionalPrinterColumns: [
    { name: 'Class', type: 'string', jsonPath: '.spec.gatewayClassName' },
    { name: 'Address', type: 'string', jsonPath: '.status.addresses[*].value' },
    {
      name: 'Programmed',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Programmed")].status',
    },
  ],
  schema: rootSchema({ spec: gatewaySpec, status: gatewayStatus }, ['spec']),
};

export const gateways: CustomResourceDefinition = defineResource({
  group: 'gateway.networking.k8s.io',
  names: { plural: 'gateways', kind: 'Gateway', shortNames: ['gtw'], categories: ['gateway-api'] },
  versions: [
    { name: 'v1', ...gatewayVersion },
    { name: 'v1beta1', ...gatewayVersion },
  ],
});

const parentReference = object(
  { group, kind: kind('Gateway'), name, namespace: text, sectionName, port },
  ['name'],
);

const header = object(
  {
    name: { ...text, minLength: 1, maxLength: 256 },
    value: { ...text, minLength: 1, maxLength: 4096 },
  },
  ['name', 'value'],
);
const headerFilter = object({
  set: keyed(header, 'name'),
  add: keyed(header, 'name'),
  remove: { ...list(text), 'x-kubernetes-list-type': 'set' },
});
const backend = object(
  {
    group: { ...group, default: '' },
    kind: kind('Service'),
    name,
    namespace: text,
    port,
    weight: { ...int32, minimum: 0, maximum: 1_000_000, default: 1 },
  },
  ['name'],
  {
    'x-kubernetes-validations': [
      {
        rule: "self.group != '' || self.kind != 'Service' || has(self.port)",
        message: 'a Service is referred to with its port',
      },
    ],
  },
);

const filter = object(
  {
    type: words(
      'RequestHeaderModifier',
      'ResponseHeaderModifier',
      'RequestRedirect',
      'URLRewrite',
      'RequestMirror',
      'ExtensionRef',
    ),
    requestHeaderModifier: headerFilter,
    responseHeaderModifier: headerFilter,
    requestRedirect: object({
      scheme: words('http', 'https'),
      hostname,
      port,
      statusCode: { type: 'integer', enum: [301, 302], default: 302 },
    }),
    urlRewrite: object({ hostname }),
    requestMirror: object({ backendRef: backend }, ['backendRef']),
    extensionRef: object({ group: text, kind: text, name }, ['group', 'kind', 'name']),
  },
  ['type'],
  {
    'x-kubernetes-validations': [
      {
        rule: "(self.type == 'RequestRedirect') == has(self.requestRedirect)",
        message: 'requestRedirect goes with its type',
        fieldPath: '.requestRedirect',
      },
    ],
  },
);

const match = object(
  {
    path: object(
      {
        type: { ...words('Exact', 'PathPrefix', 'RegularExpression'), default: 'PathPrefix' },
        value: { ...text, maxLength: 1024, default: '/' },
      },
      [],
      {
        default: { type: 'PathPrefix', value: '/' },
        'x-kubernetes-validations': [
          {
            rule: "self.type == 'RegularExpression' || self.value.startsWith('/')",
            messageExpression: "'the path ' + self.value + ' does not begin with a slash'",
          },
        ],
      },
    ),
    headers: {
      ...keyed(
        object(
          {
            type: { ...words('Exact', 'RegularExpression'), default: 'Exact' },
            name: text,
            value: text,
          },
          ['name', 'value'],
        ),
        'name',
      ),
      maxItems: 16,
    },
    method: words('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'),
  },
  [],
);

const rule = object({
  name: sectionName,
  matches: {
    ...list(match),
    maxItems: 64,
    default: [{ path: { type: 'PathPrefix', value: '/' } }],
  },
  filters: { ...list(filter), maxItems: 16 },
  backendRefs: { ...list(backend), maxItems: 16 },
  timeouts: object({
    request: { ...text, pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' },
    backendRequest: { ...text, pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' },
  }),
});

const routeVersion = {
  additionalPrinterColumns: [
    { name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: rootSchema(
    {
      spec: object({
        parentRefs: { ...list(parentReference), maxItems: 32 },
        hostnames: { ...list(hostname), maxItems: 16 },
        rules: {
          ...list(rule),
          maxItems: 16,
          default: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }],
        },
      }),
      status: object(
        {
          parents: {
            ...list(
              object({ parentRef: parentReference, controllerName: text, conditions }, [
                'parentRef',
                'controllerName',
              ]),
            ),
            maxItems: 32,
          },
        },
        ['parents'],
      ),
    },
    ['spec'],
  ),
};

export const httpRoutes: CustomResourceDefinition = defineResource({
  group: 'gateway.networking.k8s.io',
  names: { plural: 'httproutes', kind: 'HTTPRoute', categories: ['gateway-api'] },
  versions: [
    { name: 'v1', ...routeVersion },
    { name: 'v1beta1', ...routeVersion },
  ],
});
