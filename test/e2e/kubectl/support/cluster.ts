import { expect } from '@jest/globals';
import type { KubeRelease } from '../../../support/kube-tools.ts';
import {
  type KubeClientTools,
  kubeClientTools,
  type ToolResult,
  type ToolRunOptions,
} from '../../../support/kubectl.ts';
import { type ServerProcess, startServer } from '../../../support/server.ts';

/** A whole server and what its tests need, on a machine that may be busy with other tests. */
export const STARTS_WITHIN_MS = 90_000;

export interface ClusterOptions {
  /** Whose kubectl. @default the newest */
  readonly release?: KubeRelease;
  /** More arguments of the server. */
  readonly args?: readonly string[];
}

/** A whole control plane, and a kubectl that talks to it: one for all tests of a file. */
export class KubectlCluster implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly tools: KubeClientTools;

  constructor(server: ServerProcess, tools: KubeClientTools) {
    this.server = server;
    this.tools = tools;
  }

  /** Runs `kubectl LINE`. Words in single quotes are one word. */
  run(line: string, options: ToolRunOptions = {}): Promise<ToolResult> {
    return this.tools.kubectl(wordsOf(line), options);
  }

  /** Expects `kubectl LINE` to succeed without a word of warning, and gives what it prints. */
  async kubectl(line: string, options: ToolRunOptions = {}): Promise<string> {
    const result = await this.run(line, options);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    return result.stdout;
  }

  /** Expects `kubectl LINE` to succeed, and gives what it prints with {@link shapeOf} applied. */
  async shape(line: string, options: ToolRunOptions = {}): Promise<string> {
    return shapeOf(await this.kubectl(line, options));
  }

  /** Expects `kubectl LINE` to fail, and gives what it says on stderr. */
  async refused(line: string, options: ToolRunOptions = {}): Promise<string> {
    const { exitCode, stderr } = await this.run(line, options);
    expect(exitCode).toBe(1);
    return stderr;
  }

  /** Applies a manifest from standard input. */
  apply(manifest: string): Promise<string> {
    return this.kubectl('apply -f -', { stdin: manifest });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tools[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

export async function kubectlCluster(options: ClusterOptions = {}): Promise<KubectlCluster> {
  const { release, args = [] } = options;
  const server = await startServer({ args, readyWithinMs: STARTS_WITHIN_MS });
  const { kubeconfig } = server;
  try {
    const tools = await kubeClientTools({ kubeconfig, ...(release ? { release } : {}) });
    return new KubectlCluster(server, tools);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s']|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll("'", ''));
}

/** What differs from run to run, and what stands for it. The order matters: what is made of others comes first. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>'],
  [/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\b[a-z0-9]+:\/\/[0-9a-f]{64}\b/g, '<container>'],
  [/@sha256:[0-9a-f]{64}\b/g, '@<digest>'],
  [/\b10\.96\.0\.1\b/g, '<api ip>'],
  [/\b10\.(?:9[6-9]|10\d|11[01])\.\d+\.\d+\b/g, '<cluster ip>'],
  [/\b10\.12\d\.\d+\.\d+\b/g, '<pod ip>'],
  [/(?<=[ (])(?:\d+[smh]){1,2}(?=[\s)]|$)/gm, '<age>'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{7,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-<pod>'],
  [/(?<=pod-template-hash=)[a-z0-9]+/g, '<hash>'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{7,10}\b/g, '-<hash>'],
];

/** The text with its columns a blank apart, and with words for what differs from run to run. */
export function shapeOf(text: string): string {
  let shape = text;
  for (const [pattern, word] of VARIABLE) shape = shape.replaceAll(pattern, word);
  return shape
    .split('\n')
    .map((line) => line.trimEnd().replaceAll(/(?<=\S) {2,}/g, ' '))
    .join('\n');
}

/** A Deployment of nginx. */
export function deploymentYaml(name: string, { replicas = 2, image = 'nginx:1.25' } = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: nginx
          image: ${image}
          ports:
            - containerPort: 80
`;
}
