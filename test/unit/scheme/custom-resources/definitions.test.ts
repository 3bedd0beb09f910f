import { describe, expect, test } from '@jest/globals';
import { formatFieldError } from '../../../../src/scheme/field-error.ts';
import { customResourceDefinitionStrategy } from '../../../../src/scheme/groups/apiextensions/custom-resource-definition.ts';
import { versionOf, WIDGET_SPEC } from '../../../support/custom-resources.ts';
import {
  type Change,
  definitionWith,
  field,
  judge,
  ROOT,
  refuses,
  V,
  version,
} from '../../../support/definition-judge.ts';

const DNS_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

test('a definition that breaks no rule is admitted', () => {
  expect(judge(() => undefined)).toEqual([]);
});

refuses('names', [
  [
    'make its name',
    (d) => {
      d.metadata.name = 'other';
    },
    'metadata.name: Invalid value: "other": must be spec.names.plural+"."+spec.group',
  ],
  [
    'are in a group with a dot',
    (d) => {
      d.spec.group = 'example';
      d.metadata.name = 'widgets.example';
    },
    'spec.group: Invalid value: "example": should be a domain with at least one dot',
  ],
  [
    'need a group',
    (d) => {
      d.spec.group = '';
      d.metadata.name = 'widgets.';
    },
    'spec.group: Required value',
  ],
  [
    'need a scope',
    (d) => {
      d.spec.scope = '';
    },
    'spec.scope: Required value',
  ],
  [
    'know two scopes',
    (d) => {
      d.spec.scope = 'Galaxy';
    },
    'spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"',
  ],
  [
    'are labels',
    (d) => {
      d.spec.names.singular = 'A_b';
    },
    `spec.names.singular: Invalid value: "A_b": ${DNS_1035}`,
  ],
  [
    'have kinds in mixed case',
    (d) => {
      d.spec.names.kind = 'A_b';
    },
    `spec.names.kind: Invalid value: "A_b": may have mixed case, but should otherwise match: ${DNS_1035}`,
  ],
  [
    'have a list kind of their own',
    (d) => {
      d.spec.names.listKind = 'Widget';
    },
    'spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same',
  ],
  [
    'have short names that are labels',
    (d) => {
      d.spec.names.shortNames = ['w', 'W'];
    },
    `spec.names.shortNames[1]: Invalid value: "W": ${DNS_1035}`,
  ],
  [
    'have categories that are labels',
    (d) => {
      d.spec.names.categories = [''];
    },
    `spec.names.categories[0]: Invalid value: "": ${DNS_1035}`,
  ],
  [
    'in a group of the community need a word on their review',
    (d) => {
      d.spec.group = 'x.k8s.io';
      d.metadata.name = 'widgets.x.k8s.io';
    },
    'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
  ],
  [
    'in a group of the community may be unapproved',
    (d) => {
      d.spec.group = 'x.k8s.io';
      d.metadata.name = 'widgets.x.k8s.io';
      d.metadata.annotations = { 'api-approved.kubernetes.io': 'unapproved, a test' };
    },
  ],
]);

refuses('versions', [
  [
    'need one that is stored',
    version((v) => {
      v.storage = false;
    }),
    'spec.versions: Invalid value: ["v1"]: must have exactly one version marked as storage version',
  ],
  [
    'have no two that are stored',
    (d) => {
      d.spec.versions.push(versionOf('v2', WIDGET_SPEC));
    },
    'spec.versions: Invalid value: ["v1","v2"]: must have exactly one version marked as storage version',
  ],
  [
    'have names of their own',
    (d) => {
      d.spec.versions.push(versionOf('v1', WIDGET_SPEC, { storage: false }));
    },
    'spec.versions: Invalid value: ["v1","v1"]: must contain unique version names',
  ],
  [
    'have names that are labels',
    version((v) => {
      v.name = '1';
    }),
    `${V}.name: Invalid value: "1": ${DNS_1035}`,
  ],
  [
    'need a schema',
    version((v) => {
      delete v.schema;
    }),
    `${ROOT}: Required value: schemas are required`,
  ],
  [
    'warn only when they are deprecated',
    version((v) => {
      v.deprecationWarning = 'x';
    }),
    `${V}.deprecationWarning: Invalid value: "x": can only be set for deprecated versions`,
  ],
  [
    'warn in something',
    version((v) => {
      v.deprecated = true;
      v.deprecationWarning = '';
    }),
    `${V}.deprecationWarning: Invalid value: "": must not be an empty string`,
  ],
  [
    'warn in what can be printed',
    version((v) => {
      v.deprecated = true;
      v.deprecationWarning = 'a\nb';
    }),
    `${V}.deprecationWarning: Invalid value: "a\\nb": must only contain printable UTF-8 characters; non-printable character found at index 1`,
  ],
  [
    'warn briefly',
    version((v) => {
      v.deprecated = true;
      v.deprecationWarning = 'x'.repeat(257);
    }),
    `${V}.deprecationWarning: Invalid value: "${'x'.repeat(257)}": must be <= 256 characters long`,
  ],
  [
    'do not keep all unknown fields by one word',
    (d) => {
      d.spec.preserveUnknownFields = true;
    },
    'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
  ],
]);

refuses('scale', [
  [
    'counts in the spec and in the status',
    version((v) => {
      v.subresources = {
        scale: {
          specReplicasPath: '.spec.replicas',
          statusReplicasPath: '.status.replicas',
          labelSelectorPath: '.status.selector',
        },
      };
    }),
  ],
  [
    'needs its paths',
    version((v) => {
      v.subresources = { scale: { specReplicasPath: '', statusReplicasPath: '' } };
    }),
    `${V}.subresources.scale.specReplicasPath: Required value`,
    `${V}.subresources.scale.statusReplicasPath: Required value`,
  ],
  [
    'has its paths where they belong',
    version((v) => {
      v.subresources = {
        scale: {
          specReplicasPath: '.status.a',
          statusReplicasPath: '.spec.a',
          labelSelectorPath: '.metadata.a',
        },
      };
    }),
    `${V}.subresources.scale.specReplicasPath: Invalid value: ".status.a": should be a json path under .spec`,
    `${V}.subresources.scale.statusReplicasPath: Invalid value: ".spec.a": should be a json path under .status`,
    `${V}.subresources.scale.labelSelectorPath: Invalid value: ".metadata.a": should be a json path under either .spec or .status`,
  ],
  [
    'has simple paths',
    version((v) => {
      v.subresources = {
        scale: { specReplicasPath: 'spec.a', statusReplicasPath: '.status.a[0]' },
      };
    }),
    `${V}.subresources.scale.specReplicasPath: Invalid value: "spec.a": must be a simple json path starting with .`,
    `${V}.subresources.scale.statusReplicasPath: Invalid value: ".status.a[0]": must be a json path in the dot notation`,
  ],
]);

refuses('columns', [
  [
    'have a name, a type and a path',
    version((v) => {
      v.additionalPrinterColumns = [{ name: '', type: '', jsonPath: '' }];
    }),
    `${V}.additionalPrinterColumns[0].name: Required value`,
    `${V}.additionalPrinterColumns[0].type: Required value: must be one of boolean,date,integer,number,string`,
    `${V}.additionalPrinterColumns[0].jsonPath: Required value`,
  ],
  [
    'know some types and formats',
    version((v) => {
      v.additionalPrinterColumns = [{ name: 'A', type: 'object', format: 'odd', jsonPath: 'a' }];
    }),
    `${V}.additionalPrinterColumns[0].type: Invalid value: "object": must be one of boolean,date,integer,number,string`,
    `${V}.additionalPrinterColumns[0].format: Invalid value: "odd": must be one of byte,date,date-time,double,float,int32,int64,password`,
    `${V}.additionalPrinterColumns[0].jsonPath: Invalid value: "a": must be a simple json path starting with .`,
  ],
]);

refuses('selectable fields', [
  [
    'are scalars of the schema',
    version((v) => {
      v.selectableFields = [{ jsonPath: '.spec.colour' }, { jsonPath: '.spec.size' }];
    }),
  ],
  [
    'are there, once',
    version((v) => {
      v.selectableFields = [
        { jsonPath: '.spec.size' },
        { jsonPath: '.spec.size' },
        { jsonPath: '.spec.no' },
      ];
    }),
    `${V}.selectableFields[1].jsonPath: Duplicate value: ".spec.size"`,
    `${V}.selectableFields[2].jsonPath: Invalid value: ".spec.no": is an invalid path: does not refer to a valid field`,
  ],
  [
    'are no objects, and none of the metadata',
    version((v) => {
      v.selectableFields = [{ jsonPath: '.spec' }, { jsonPath: '.metadata.name' }];
    }),
    `${V}.selectableFields[0].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.`,
    `${V}.selectableFields[1].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata`,
  ],
]);

refuses('conversion', [
  [
    'is one of two',
    (d) => {
      d.spec.conversion = { strategy: 'Magic' };
    },
    'spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"',
  ],
  [
    'has a webhook only when it is one',
    (d) => {
      d.spec.conversion = { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } };
    },
    'spec.conversion.webhook: Forbidden: should not be set when strategy is not set to Webhook',
  ],
  [
    'has a client where it is a webhook',
    (d) => {
      d.spec.conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } };
    },
    'spec.conversion.webhook.clientConfig: Required value: required when strategy is set to Webhook',
  ],
  [
    'speaks a version that we do',
    (d) => {
      d.spec.conversion = {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v7'], clientConfig: { url: 'https://a.b' } },
      };
    },
    'spec.conversion.webhook.conversionReviewVersions: Invalid value: ["v7"]: must include at least one of v1',
  ],
  [
    'goes over https',
    (d) => {
      d.spec.conversion = {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'http://a.b' } },
      };
    },
    `spec.conversion.webhook.clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
  ],
  [
    'goes to one place',
    (d) => {
      d.spec.conversion = {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: { url: 'https://a.b', service: { name: 'a', namespace: 'b' } },
        },
      };
    },
    'spec.conversion.webhook.clientConfig: Required value: exactly one of url or service is required',
  ],
]);

describe('an update of a definition', () => {
  const established = definitionWith((d) => {
    d.status = { storedVersions: ['v1'], conditions: [{ type: 'Established', status: 'True' }] };
  });
  const update = (change: Change, current = established): string[] => {
    const next = structuredClone(current);
    change(next);
    return (customResourceDefinitionStrategy.validateUpdate?.(next, current) ?? []).map(
      formatFieldError,
    );
  };

  test('may not move its objects to another scope or kind', () => {
    expect(
      update((d) => {
        d.spec.scope = 'Cluster';
        d.spec.names.kind = 'Gadget';
      }),
    ).toEqual([
      'spec.scope: Invalid value: "Cluster": field is immutable',
      'spec.names.kind: Invalid value: "Gadget": field is immutable',
    ]);
  });

  test('may change scope and kind as long as nothing is served', () => {
    const current = definitionWith(() => undefined);
    expect(
      update((d) => {
        d.spec.scope = 'Cluster';
      }, current),
    ).toEqual([]);
  });

  test('may not drop a version that objects are stored in', () => {
    expect(
      update((d) => {
        d.spec.versions = [versionOf('v2', WIDGET_SPEC)];
      }),
    ).toEqual([
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
    ]);
  });

  test('is not refused for a schema that it leaves as it was', () => {
    const current = definitionWith((d) => {
      field({ type: 'null' })(d);
      d.status = { storedVersions: ['v1'] };
    });
    expect(
      update((d) => {
        d.spec.names.shortNames = ['w'];
      }, current),
    ).toEqual([]);
  });
});
