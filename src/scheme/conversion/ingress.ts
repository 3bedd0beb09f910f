import type {
  HTTPIngressRuleValue,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressSpec,
} from '../generated/types/networking-v1.ts';
import type {
  HTTPIngressRuleValue as BetaHttp,
  Ingress as BetaIngress,
  IngressBackend as BetaIngressBackend,
  IngressRule as BetaIngressRule,
  IngressSpec as BetaIngressSpec,
} from '../generated/types/networking-v1beta1.ts';
import type { ApiObject } from '../object.ts';
import type { Conversion } from './conversion.ts';
import { lossless } from './lossless.ts';

/** The Ingress of networking.k8s.io/v1beta1 and of extensions/v1beta1, whose backends name a service flatly. */
export const INGRESS_CONVERSION: Conversion = lossless('networking.v1beta1', {
  toStorage(object) {
    const { spec, ...ingress } = object as unknown as BetaIngress;
    return { ...ingress, ...(spec ? { spec: toStoredSpec(spec) } : {}) } as ApiObject;
  },
  fromStorage(stored) {
    const { spec, ...ingress } = stored as Ingress;
    return { ...ingress, ...(spec ? { spec: fromStoredSpec(spec) } : {}) } as unknown as ApiObject;
  },
});

function toStoredSpec({ backend, rules, ...spec }: BetaIngressSpec): IngressSpec {
  return {
    ...spec,
    ...(backend ? { defaultBackend: toStoredBackend(backend) } : {}),
    ...(rules ? { rules: rules.map(toStoredRule) } : {}),
  };
}

function toStoredRule({ http, ...rule }: BetaIngressRule): IngressRule {
  return http ? { ...rule, http: toStoredHttp(http) } : rule;
}

function toStoredHttp({ paths, ...http }: BetaHttp): HTTPIngressRuleValue {
  // A path type that is missing here is missing there: defaulting has filled it, or validation says so.
  return {
    ...http,
    ...(paths
      ? { paths: paths.map((path) => ({ ...path, backend: toStoredBackend(path.backend) })) }
      : {}),
  } as HTTPIngressRuleValue;
}

function toStoredBackend(backend: BetaIngressBackend | undefined): IngressBackend {
  const { serviceName, servicePort, ...rest } = backend ?? {};
  if (serviceName === undefined && servicePort === undefined) return rest;
  const port = typeof servicePort === 'string' ? { name: servicePort } : { number: servicePort };
  return {
    ...rest,
    service: {
      ...(serviceName === undefined ? {} : { name: serviceName }),
      ...(servicePort === undefined ? {} : { port }),
    } as NonNullable<IngressBackend['service']>,
  };
}

function fromStoredSpec({ defaultBackend, rules, ...spec }: IngressSpec): BetaIngressSpec {
  return {
    ...spec,
    ...(defaultBackend ? { backend: fromStoredBackend(defaultBackend) } : {}),
    ...(rules ? { rules: rules.map(fromStoredRule) } : {}),
  };
}

function fromStoredRule({ http, ...rule }: IngressRule): BetaIngressRule {
  if (!http) return rule;
  const paths = http.paths.map((path) => ({ ...path, backend: fromStoredBackend(path.backend) }));
  return { ...rule, http: { ...http, paths } };
}

function fromStoredBackend({ service, ...rest }: IngressBackend): BetaIngressBackend {
  if (!service) return rest;
  const { name, port } = service;
  const servicePort = port?.name || port?.number;
  return {
    ...rest,
    ...(name === undefined ? {} : { serviceName: name }),
    ...(servicePort === undefined ? {} : { servicePort }),
  };
}
