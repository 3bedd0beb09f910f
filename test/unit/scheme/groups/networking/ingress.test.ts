import type {
  Ingress,
  IngressClass,
} from '../../../../../src/scheme/generated/types/networking-v1.ts';
import { ingressStrategy } from '../../../../../src/scheme/groups/networking/ingress.ts';
import { ingressClassStrategy } from '../../../../../src/scheme/groups/networking/ingress-class.ts';
import { judgesStatuses, judgesUpdates, refusesOnCreate } from '../harness.ts';

const WEB: Ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    rules: [
      {
        host: 'web.example.com',
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'web', port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
};

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const WILDCARD =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const PATH = 'spec.rules.0.http.paths.0';
const AT = 'spec.rules[0].http.paths[0]';

refusesOnCreate(ingressStrategy, WEB, [
  [{ spec: {} }, 'spec: Invalid value: []: either `defaultBackend` or `rules` must be specified'],
  [
    { 'spec.rules.0.host': '10.0.0.1' },
    'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
  ],
  [{ 'spec.rules.0.http.paths': [] }, 'spec.rules[0].http.paths: Required value'],
  [{ 'spec.rules.0.host': 'Web' }, `spec.rules[0].host: Invalid value: "Web": ${SUBDOMAIN}`],
  [{ 'spec.rules.0.host': 'a.*.b' }, `spec.rules[0].host: Invalid value: "a.*.b": ${WILDCARD}`],
  [{ [`${PATH}.path`]: 'a' }, `${AT}.path: Invalid value: "a": must be an absolute path`],
  [{ [`${PATH}.path`]: '/a//b' }, `${AT}.path: Invalid value: "/a//b": must not contain '//'`],
  [{ [`${PATH}.path`]: '/a/./b' }, `${AT}.path: Invalid value: "/a/./b": must not contain '/./'`],
  [{ [`${PATH}.path`]: '/a%2Fb' }, `${AT}.path: Invalid value: "/a%2Fb": must not contain '%2F'`],
  [{ [`${PATH}.path`]: '/a/..' }, `${AT}.path: Invalid value: "/a/..": cannot end with '/..'`],
  [
    { [`${PATH}.pathType`]: 'ImplementationSpecific', [`${PATH}.path`]: 'a' },
    `${AT}.path: Invalid value: "a": must be an absolute path`,
  ],
  [
    { [`${PATH}.pathType`]: 'Regex' },
    `${AT}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`,
  ],
  [
    { [`${PATH}.backend`]: {} },
    `${AT}.backend: Invalid value: "": resource or service backend is required`,
  ],
  [
    { [`${PATH}.backend.resource`]: { kind: 'Bucket', name: 'b' } },
    `${AT}.backend: Invalid value: "": cannot set both resource and service backends`,
  ],
  [
    { [`${PATH}.backend`]: { resource: { apiGroup: 'A', kind: '', name: 'a/b' } } },
    `${AT}.backend.resource.apiGroup: Invalid value: "A": ${SUBDOMAIN}`,
    `${AT}.backend.resource.kind: Required value`,
    `${AT}.backend.resource.name: Invalid value: "a/b": may not contain '/'`,
  ],
  [
    { [`${PATH}.backend.service`]: { name: '', port: { number: 1 } } },
    `${AT}.backend.service.name: Required value`,
  ],
  [
    { [`${PATH}.backend.service.port`]: {} },
    `${AT}.backend: Required value: port name or number is required`,
  ],
  [
    { [`${PATH}.backend.service.port`]: { name: 'a', number: 1 } },
    `${AT}.backend: Invalid value: "": cannot set both port name & port number`,
  ],
  [
    { [`${PATH}.backend.service.port`]: { number: 70_000 } },
    `${AT}.backend.service.port.number: Invalid value: 70000: must be between 1 and 65535, inclusive`,
  ],
  [
    { 'spec.tls': [{ hosts: ['A'], secretName: 'B' }] },
    `spec.tls[0].hosts[0]: Invalid value: "A": ${SUBDOMAIN}`,
    `spec.tls[0].secretName: Invalid value: "B": ${SUBDOMAIN}`,
  ],
  [{ 'spec.ingressClassName': 'A' }, `spec.ingressClassName: Invalid value: "A": ${SUBDOMAIN}`],
  [
    {
      'metadata.annotations': { 'kubernetes.io/ingress.class': 'a' },
      'spec.ingressClassName': 'b',
    },
    'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified',
  ],
]);

judgesStatuses(ingressStrategy, WEB, [
  [{ loadBalancer: { ingress: [{ ip: '1.2.3.4' }, { hostname: 'a.b' }] } }],
  [
    { loadBalancer: { ingress: [{ ip: '1.2' }] } },
    'status.loadBalancer.ingress[0].ip: Invalid value: "1.2": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
  [
    { loadBalancer: { ingress: [{ hostname: '1.2.3.4' }] } },
    'status.loadBalancer.ingress[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
  ],
]);

const NGINX: IngressClass = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'nginx' },
  spec: { controller: 'k8s.io/nginx', parameters: { kind: 'Config', name: 'a' } },
};
const P = 'spec.parameters';
const LONG = `a.b/${'c'.repeat(250)}`;

refusesOnCreate(ingressClassStrategy, NGINX, [
  [{ 'spec.controller': undefined }, 'spec.controller: Required value'],
  [
    { 'spec.controller': 'nginx' },
    'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [{ 'spec.controller': LONG }, 'spec.controller: Too long: may not be more than 250 bytes'],
  [
    { 'spec.controller': 'a.b/c d' },
    "spec.controller: Invalid value: \"c d\": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
  ],
  [{ [`${P}.kind`]: '' }, `${P}.kind: Required value`],
  [{ [`${P}.name`]: '' }, `${P}.name: Required value`],
  [
    { [`${P}.scope`]: 'Zone' },
    `${P}.scope: Unsupported value: "Zone": supported values: "Cluster", "Namespace"`,
  ],
  [
    { [`${P}.scope`]: 'Namespace' },
    `${P}.namespace: Required value: \`parameters.scope\` is set to 'Namespace'`,
  ],
  [
    { [`${P}.namespace`]: 'a' },
    `${P}.namespace: Forbidden: \`parameters.scope\` is set to 'Cluster'`,
  ],
]);

judgesUpdates(ingressClassStrategy, NGINX, [
  [
    { 'spec.controller': 'k8s.io/other' },
    'spec.controller: Invalid value: "k8s.io/other": field is immutable',
  ],
  [{ [`${P}.name`]: 'b' }],
]);
