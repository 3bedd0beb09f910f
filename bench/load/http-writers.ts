// Clients that each create ConfigMaps through one of the doors, one object a request.
import { formatRequest, RawHttpConnection, toRequest } from '../raw-http.ts';
import { serveQuestions } from './messages.ts';
import { type LoadWindow, runLoad, type Throughput } from './window.ts';

export interface HttpWritersQuestion extends LoadWindow {
  readonly url: string;
  readonly token: string;
  readonly door: 'graphql' | 'rest';
  readonly clients: number;
  readonly namespace: string;
  readonly prefix: string;
  /** What makes up the object's size. */
  readonly payloadBytes: number;
}

const CREATE = `
  mutation CreateConfigMap($input: CoreV1ConfigMapInput!) {
    createCoreV1ConfigMap(input: $input) { metadata { name resourceVersion } }
  }`;
/** Names are equally long, so that a request is one template with another number in it. */
const NUMBER_DIGITS = 9;
const PLACEHOLDER = '#'.repeat(NUMBER_DIGITS);

const OK = 200;
const CREATED = 201;

function graphqlRequest(question: HttpWritersQuestion, input: object): Buffer {
  return toRequest(question, JSON.stringify({ query: CREATE, variables: { input } }));
}

function restRequest(question: HttpWritersQuestion, input: object): Buffer {
  const path = `/api/v1/namespaces/${question.namespace}/configmaps`;
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', ...input });
  return formatRequest(question, { method: 'POST', path, body });
}

async function write(question: HttpWritersQuestion): Promise<Throughput> {
  const { url, clients, namespace, prefix, payloadBytes } = question;
  const input = {
    metadata: { name: `${prefix}-${PLACEHOLDER}`, namespace },
    data: { payload: 'x'.repeat(payloadBytes) },
  };
  const request = question.door === 'graphql' ? graphqlRequest : restRequest;
  const template = request(question, input).toString('latin1');
  const [before = '', after = ''] = template.split(PLACEHOLDER);
  const connections = await Promise.all(
    Array.from({ length: clients }, () => RawHttpConnection.open(url)),
  );
  const expected = question.door === 'graphql' ? OK : CREATED;
  const workers = connections.map((connection) => async (n: number) => {
    const number = String(n).padStart(NUMBER_DIGITS, '0');
    const { status, body } = await connection.send(before + number + after);
    if (status !== expected || body.includes('"errors"')) {
      throw new Error(`a create was answered by ${status} ${body.toString()}`);
    }
  });
  try {
    return await runLoad(question, workers);
  } finally {
    for (const connection of connections) connection.close();
  }
}

serveQuestions(write);
