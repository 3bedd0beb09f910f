import { ColumnPrinter } from '../output/columns.ts';

interface Reason {
  readonly plugin: string;
  readonly reason: string;
  readonly count: number;
  readonly hint: string | null;
}

interface Victim {
  readonly namespace: string | null;
  readonly name: string | null;
  readonly priority: number;
}

/** Why nodes are out of the question, with what would help below. */
export function formatReasons(reasons: readonly Reason[]): string[] {
  if (reasons.length === 0) return [];
  const rows = reasons.map(({ count, plugin, reason }) => [String(count), plugin, reason]);
  const hints = reasons.flatMap(({ hint, reason }) => (hint ? [`  ${reason}: ${hint}`] : []));
  return [
    ...new ColumnPrinter().format([['NODES', 'PLUGIN', 'REASON'], ...rows]),
    ...(hints.length > 0 ? ['', 'What would help:', ...hints] : []),
  ];
}

/** `shop/web-1 (priority 0)`; a Pod that the caller may not get has no name. */
export function formatVictims(victims: readonly Victim[]): string {
  return victims
    .map(({ name, namespace, priority }) => {
      const which = name === null ? 'a Pod that you may not see' : `${namespace}/${name}`;
      return `${which} (priority ${priority})`;
    })
    .join(', ');
}
