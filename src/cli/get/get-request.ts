import type { SelectorOptions } from '../arguments/options.ts';
import type { OutputFormat } from '../arguments/output-format.ts';
import type { ResourceSelection } from '../arguments/resource-arguments.ts';
import type { GlobalOptions } from '../command.ts';

export interface GetOptions extends SelectorOptions, GlobalOptions {
  readonly output?: string;
  readonly watch?: boolean;
  readonly watchOnly?: boolean;
  readonly outputWatchEvents?: boolean;
  readonly headers: boolean;
  readonly showLabels?: boolean;
  readonly labelColumns?: readonly string[];
  readonly showManagedFields?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly sortBy?: string;
}

/** What one `get` asks for. */
export interface GetRequest {
  readonly selections: readonly ResourceSelection[];
  readonly options: GetOptions;
  readonly format: OutputFormat;
}
