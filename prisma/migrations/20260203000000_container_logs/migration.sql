-- What simulated containers print: one row a line. Lines are no API objects: they have no resourceVersion and no watch. The
-- key says which line it is, so that a batch that is sent again, or by a second kubelet, writes it once.
create table container_logs (
  cluster_id integer not null,
  -- The Pod that this was, even if another has its name now.
  pod_uid text collate "C" not null,
  container text collate "C" not null,
  -- The container's restarts before it printed this: each run has a log of its own.
  restart_count integer not null,
  -- When it was printed. Milliseconds since the epoch.
  time_ms bigint not null,
  -- Its place among the lines of the same millisecond.
  number integer not null,
  -- stdout or stderr.
  stream text collate "C" not null,
  text text not null,
  primary key (cluster_id, pod_uid, container, restart_count, time_ms, number)
);

-- For retention alone: rows arrive in the order of time, so that a summary a range of pages is enough.
create index container_logs_time_idx on container_logs using brin (time_ms);
