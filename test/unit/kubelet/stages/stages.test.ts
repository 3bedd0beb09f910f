/**
 * Each stage against golden files: `<case>.input.json` says what a kubelet sees, `<case>.output.json` what it does then.
 * `UPDATE_GOLDEN=1 npm test -- kubelet/stages` writes the outputs anew; read the difference before you commit it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { pressuresOf } from '../../../../src/kubelet/eviction/pressures.ts';
import { actingShortage, type Shortage } from '../../../../src/kubelet/eviction/shortages.ts';
import { MachineAddresses } from '../../../../src/kubelet/nodes/machine-addresses.ts';
import {
  DEFAULT_KUBELET_SETTINGS,
  type KubeletSettings,
} from '../../../../src/kubelet/settings.ts';
import type { Crash } from '../../../../src/kubelet/simulation/fault-effects.ts';
import type { PodSources } from '../../../../src/kubelet/sources/pod-sources.ts';
import { nextPodStage, type PodContext } from '../../../../src/kubelet/stage.ts';
import { nodeRegister } from '../../../../src/kubelet/stages/node-register.ts';
import { nodeReport } from '../../../../src/kubelet/stages/node-report.ts';
import { POD_STAGES } from '../../../../src/kubelet/stages/pod-stages.ts';
import { seededRandom } from '../../../../src/lib/random.ts';
import type { Node, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { PressureType } from '../../../../src/scheme/groups/simulation/types.ts';

const DIRECTORY = path.resolve('test/unit/kubelet/stages');
const INPUT = '.input.json';

interface StageInput {
  /** Whether the node has no address for a Pod. @default false */
  readonly isWithoutNetwork?: boolean;
  /** RFC 3339. */
  readonly now: string;
  /** The Pod whose next stage is asked for; without one, it is the node's. */
  readonly pod?: Pod;
  readonly node: Node;
  readonly neighbours?: readonly Pod[];
  readonly settings?: Partial<KubeletSettings>;
  /** The images that the node has. @default all */
  readonly images?: readonly string[];
  /** Those of them that no Pod has pulled. @default none */
  readonly preloaded?: readonly string[];
  readonly pullSlowdown?: number;
  /** How long pulls have waited for others. @default 0 */
  readonly waitedMs?: number;
  /** How a fault ends the Pod's containers. */
  readonly crash?: Crash;
  /** The attached volumes that the node's Pods use. @default as the node says */
  readonly volumesInUse?: readonly string[];
  /** What the node runs out of. */
  readonly pressures?: readonly PressureType[];
  /** What the Pod needs beside its spec. @default it needs nothing */
  readonly sources?: {
    readonly attachable?: PodSources['attachable'];
    readonly volumeProblem?: string;
    readonly environmentProblems?: Record<string, string>;
    readonly registries?: readonly string[];
    readonly missingPullSecrets?: readonly string[];
  };
  /** What the kubelet has said of the Pod already. */
  readonly announced?: readonly string[];
  /** How long the kubelet waits before it acts, in milliseconds. @default the stage's delay */
  readonly actAfterMs?: number;
}

function act(input: StageInput): unknown {
  const nowMs = Date.parse(input.now);
  const settings = { ...DEFAULT_KUBELET_SETTINGS, ...input.settings };
  return input.pod
    ? actOnPod(input.pod, input, nowMs, settings)
    : actOnNode(input, nowMs, settings);
}

function actOnPod(pod: Pod, input: StageInput, nowMs: number, settings: KubeletSettings): unknown {
  const { actAfterMs, images, neighbours = [], node, preloaded = [], pullSlowdown = 1 } = input;
  const ctx = (atMs: number): PodContext => ({
    node,
    nowMs: atMs,
    random: seededRandom(1),
    settings,
    shortage: () => shortageOn(node),
    images: {
      has: (image) => images === undefined || images.includes(image),
      isPreloaded: (image) => preloaded.includes(image),
    },
    pullSlowdown,
    pulls: { leftMs: (_image, durationMs) => durationMs, waitedMs: () => input.waitedMs ?? 0 },
    crash: input.crash,
    sources: sourcesOf(input),
    announcedMs: (what) => (input.announced?.includes(what) ? nowMs : undefined),
    neighbours: () => neighbours,
    assignPodIps: () => (input.isWithoutNetwork ? undefined : ['10.128.1.2']),
  });
  const planned = nextPodStage(POD_STAGES, pod, ctx(nowMs));
  if (!planned) return { stage: null };
  const { delayMs, stage } = planned;
  return { stage: stage.name, delayMs, ...stage.next(pod, ctx(nowMs + (actAfterMs ?? delayMs))) };
}

/** What the node has reported lasts, and nobody has measured it. */
function shortageOn(node: Node): Shortage | undefined {
  const machine = { node, pods: [], imageBytes: 0, nowMs: 0 };
  return actingShortage(machine, new Set(pressuresOf(node)));
}

function sourcesOf({ sources = {} }: StageInput): PodSources {
  return {
    volumeProblem: sources.volumeProblem,
    attachable: sources.attachable ?? [],
    environmentProblems: new Map(Object.entries(sources.environmentProblems ?? {})),
    registries: new Set(sources.registries),
    missingPullSecrets: sources.missingPullSecrets ?? [],
  };
}

function actOnNode(
  { images = [], node, pressures, volumesInUse }: StageInput,
  nowMs: number,
  settings: KubeletSettings,
): unknown {
  const addresses = new MachineAddresses(settings);
  const ctx = {
    nowMs,
    settings,
    ipsOf: (podCidrs: readonly string[]) => addresses.of(podCidrs),
    pressuresOf: () => new Set(pressures),
    ...(volumesInUse ? { volumesInUse } : {}),
    imagesOf: () => new Map(images.map((image) => [image, nowMs])),
  };
  const stage = [nodeRegister, nodeReport].find((one) => one.matches(node, ctx));
  return stage ? { stage: stage.name, ...stage.next(node, ctx) } : { stage: null };
}

const readJson = (file: string): unknown => JSON.parse(fs.readFileSync(file, 'utf8'));

function expectGolden(file: string, actual: unknown): void {
  if (process.env.UPDATE_GOLDEN) {
    fs.writeFileSync(file, `${JSON.stringify(actual, null, 2)}\n`);
  }
  expect(JSON.parse(JSON.stringify(actual))).toEqual(readJson(file));
}

describe('lifecycle stages', () => {
  const cases = fs
    .readdirSync(DIRECTORY)
    .filter((file) => file.endsWith(INPUT))
    .map((file) => file.slice(0, -INPUT.length));

  test.each(cases)('%s is as recorded', (name) => {
    const input = readJson(path.join(DIRECTORY, `${name}${INPUT}`)) as StageInput;
    expectGolden(path.join(DIRECTORY, `${name}.output.json`), act(input));
  });

  test('every stage has a recorded case', () => {
    const recorded = new Set(
      cases.map((name) => {
        const output = readJson(path.join(DIRECTORY, `${name}.output.json`));
        return (output as { stage: string | null }).stage;
      }),
    );
    const stages = [...POD_STAGES, nodeRegister, nodeReport].map(({ name }) => name);
    expect(stages.filter((name) => !recorded.has(name))).toEqual([]);
  });
});
