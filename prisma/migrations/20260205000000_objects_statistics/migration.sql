-- Heartbeats change a tenth of `objects` in a minute or less, and for that much autovacuum would look at thirty thousand of its
-- pages again, one second's work, to learn what no plan depends on: statements here go by the primary key, and `commit_writes`
-- is told to. How many rows there are vacuum says as well, which comes by as before.
alter table objects set (autovacuum_analyze_scale_factor = 10);
