/** What the server is tuned for. */
export interface ServerSettingsOptions {
  readonly port: number;
  /** False trades the data for speed: a crash of the machine may corrupt it. For tests only. */
  readonly durable: boolean;
  readonly maxConnections: number;
}

/**
 * Settings for a laptop that gives PostgreSQL a quarter of a gigabyte, with many small commits and few hot tables. On
 * the command line rather than in postgresql.conf, so that a start always runs with the settings of its own version.
 */
export function serverSettings(options: ServerSettingsOptions): string[] {
  const settings: Record<string, string> = {
    port: String(options.port),
    max_connections: String(options.maxConnections),
    // Loopback with a random password. No socket file: its path is limited to 107 bytes, and checkouts lie deep.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '256MB',
    // Compiling a query costs more than the short queries here ever win back.
    jit: 'off',
    // Parallel workers would take cores from the control plane on a small machine.
    max_parallel_workers_per_gather: '0',
    ...walSettings,
    ...vacuumSettings,
    // The server's own words must be matchable whatever the user's language.
    lc_messages: 'C',
    log_line_prefix: '%m [%p] ',
    ...durability(options.durable),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** No replica follows this server, so the log carries only what recovery needs, and checkpoints are far apart. */
const walSettings = {
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_buffers: '16MB',
  min_wal_size: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
};

/** Objects and queue rows are updated in place all the time: vacuum early, in short rounds, and not throttled. */
const vacuumSettings = {
  autovacuum_naptime: '15s',
  autovacuum_max_workers: '2',
  autovacuum_vacuum_scale_factor: '0.1',
  autovacuum_analyze_scale_factor: '0.1',
  autovacuum_vacuum_cost_delay: '0',
};

function durability(durable: boolean): Record<string, string> {
  const value = durable ? 'on' : 'off';
  return { fsync: value, synchronous_commit: value, full_page_writes: value };
}
