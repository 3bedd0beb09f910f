import type { ApiClient } from '../apiserver/client.ts';

/** The API as the kubelet of the node of this name: cheap to ask for again and again. */
export type NodeClients = (nodeName: string) => ApiClient;
