/** `orrery explain-scheduling` in words and tables. */
import type { ExplainSchedulingQuery } from '../generated/operations.ts';
import { ColumnPrinter } from '../output/columns.ts';
import { wholeSeconds } from '../time/cluster-time.ts';
import { formatReasons, formatVictims } from './reasons.ts';

export type ExplainedPod = NonNullable<
  NonNullable<NonNullable<ExplainSchedulingQuery['core']>['v1']>['pod']
>;
type Scheduling = NonNullable<ExplainedPod['scheduling']>;
type Decision = NonNullable<Scheduling['attempts']>[number];
type Detail = NonNullable<Decision['detail']>;
type NodeFacts = Detail['candidates'][number];

/** More columns than these do not fit a terminal. */
const MAX_COLUMNS = 5;
const MICROS_PER_MS = 1_000;

/** Where a Pod went, or why it waits. */
export function explainPod({ metadata, scheduling }: ExplainedPod): string[] {
  const { attempts, schedulerName = '' } = scheduling ?? {};
  const [latest, ...earlier] = attempts ?? [];
  return [
    ...new ColumnPrinter({ padding: 2 }).format([
      ['Pod:', `${metadata.namespace}/${metadata.name}`],
      ['Scheduler:', schedulerName],
      ['Result:', resultOf(scheduling, latest)],
      ...(latest ? factsOf(latest) : []),
    ]),
    ...(latest ? section('', formatReasons(latest.reasons)) : []),
    ...(latest?.detail ? detailOf(latest, latest.detail) : []),
    ...section('Earlier:', formatEarlier(earlier)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return title === '' ? ['', ...lines] : ['', title, ...lines];
}

function resultOf(scheduling: ExplainedPod['scheduling'], latest: Decision | undefined): string {
  if (!scheduling) return 'unknown';
  const { gates, nodeName, state } = scheduling;
  switch (state) {
    case 'GATED':
      return `not looked at: it has the scheduling gates ${gates.join(', ')}`;
    case 'BOUND':
      return latest?.nodeName === nodeName ? `on ${nodeName}` : `on ${nodeName}, ${BY_ANOTHER}`;
    case 'PENDING':
      if (latest) return 'waits for a node';
      return `waits for a node; no decision about it is kept: is there a scheduler "${scheduling.schedulerName}"?`;
  }
}

const BY_ANOTHER = 'by no decision that is kept: it was long ago, or by another hand';

function factsOf(decision: Decision): string[][] {
  const { feasibleNodes, message, nodes, nominatedNodeName, victims } = decision;
  const feasible = feasibleNodes === null ? '' : `, of which ${feasibleNodes} could take it`;
  const room = victims ? ` for which these leave: ${formatVictims(victims)}` : '';
  return [
    ['Decided:', `${whenOf(decision)}, in ${decision.durationMicros / MICROS_PER_MS} ms`],
    ['Nodes:', `${nodes}${feasible}`],
    ...(message === null ? [] : [['Message:', message]]),
    ...(nominatedNodeName === null
      ? []
      : [['Room:', `is being made on ${nominatedNodeName}${room}`]]),
  ];
}

/** `2026-01-31T08:00:00Z, attempt 1`, or from when to when. */
function whenOf({ attempt, lastAttempt, lastTime, time }: Decision): string {
  const from = `${wholeSeconds(time)}, attempt ${attempt}`;
  if (attempt === lastAttempt) return from;
  return `${from}, and again until ${wholeSeconds(lastTime)}, attempt ${lastAttempt}`;
}

function detailOf(decision: Decision, detail: Detail): string[] {
  return [
    ...section('The best nodes by score, * is the chosen one:', formatCandidates(decision, detail)),
    ...section('Some of the nodes that cannot take it:', formatRefused(detail.refused)),
  ];
}

/** A row a plugin, a column a node. */
function formatCandidates({ nodeName }: Decision, { candidates, plugins }: Detail): string[] {
  const shown = withWinner(candidates, nodeName);
  if (shown.length === 0) return [];
  const heading = shown.map((node) => `${node.nodeName === nodeName ? '*' : ''}${node.nodeName}`);
  const rows = plugins.map(({ filterMicros, plugin, scoreMicros, weight }) => [
    plugin,
    weight === 0 ? '-' : String(weight),
    ...shown.map((node) => verdictOf(node, plugin)),
    `${Math.round(filterMicros + scoreMicros)} us`,
  ]);
  const totals = shown.map(({ total }) => String(total ?? ''));
  return new ColumnPrinter().format([
    ['PLUGIN', 'WEIGHT', ...heading, 'TIME'],
    ...rows,
    ['total', '', ...totals],
  ]);
}

function withWinner(
  candidates: readonly NodeFacts[],
  nodeName: string | null,
): readonly NodeFacts[] {
  const best = candidates.slice(0, MAX_COLUMNS);
  if (best.some((node) => node.nodeName === nodeName)) return best;
  const winner = candidates.find((node) => node.nodeName === nodeName);
  return winner ? [...best.slice(0, -1), winner] : best;
}

/** The score from 0 to 100, or whether the node will do. */
function verdictOf({ plugins }: NodeFacts, plugin: string): string {
  const verdict = plugins.find((each) => each.plugin === plugin);
  if (!verdict) return '-';
  if (verdict.reasons) return 'no';
  return verdict.score === null ? 'ok' : String(verdict.score);
}

function formatRefused(refused: readonly NodeFacts[]): string[] {
  if (refused.length === 0) return [];
  const rows = refused.flatMap(({ nodeName, plugins }) =>
    plugins.flatMap(({ plugin, reasons }) =>
      (reasons ?? []).map((reason) => [nodeName, plugin, reason]),
    ),
  );
  return new ColumnPrinter().format([['NODE', 'PLUGIN', 'REASON'], ...rows]);
}

function formatEarlier(decisions: readonly Decision[]): string[] {
  if (decisions.length === 0) return [];
  const rows = decisions.map((decision) => [
    wholeSeconds(decision.time),
    decision.attempt === decision.lastAttempt
      ? String(decision.attempt)
      : `${decision.attempt}-${decision.lastAttempt}`,
    decision.outcome,
    decision.message ?? decision.nodeName ?? '',
  ]);
  return new ColumnPrinter().format([['TIME', 'ATTEMPT', 'OUTCOME', 'WHY'], ...rows]);
}
