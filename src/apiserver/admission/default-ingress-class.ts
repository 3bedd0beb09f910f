import { defaultOf } from '../../scheme/default-class.ts';
import type { Ingress } from '../../scheme/generated/types/networking-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';

const INGRESS_CLASSES: GroupResource = { group: 'networking.k8s.io', resource: 'ingressclasses' };
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

/** Ingresses that name no class get the cluster's default one. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  reads: [INGRESS_CLASSES],
  handles: concerning('ingresses.networking.k8s.io', ['CREATE']),
  admit({ object, state }) {
    const ingress = object as Ingress;
    if (ingress.spec?.ingressClassName !== undefined) return;
    if (ingress.metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return;
    const classes = state.cache(INGRESS_CLASSES).list().items;
    const ingressClassName = defaultOf(classes, [DEFAULT_ANNOTATION])?.metadata.name;
    if (ingressClassName) ingress.spec = { ...ingress.spec, ingressClassName };
  },
};
