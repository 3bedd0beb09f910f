-- What the scheduler decided about each Pod: one row a decision; attempts that end alike are one. Decisions are no API objects:
-- they have no resourceVersion and no watch. They are written in batches beside the scheduler's work.
create table scheduling_decisions (
  cluster_id integer not null,
  -- The Pod that this was, even if another has its name now.
  pod_uid text collate "C" not null,
  -- When it was decided first. Milliseconds since the epoch.
  time_ms bigint not null,
  -- Which attempt that was.
  attempt integer not null,
  -- When it was decided last.
  last_ms bigint not null,
  -- The decision, without its detail.
  decision json not null,
  -- What the plugins said about the nodes: for some decisions only.
  detail json,
  primary key (cluster_id, pod_uid, time_ms, attempt)
);

-- For retention alone: rows arrive nearly in the order of time, so that a summary a range of pages is enough.
create index scheduling_decisions_last_idx on scheduling_decisions using brin (last_ms);
