-- The ids of the keys that objects of this cluster may be encrypted with: what every process that joins must be able to
-- read. Ids tell nothing of the keys but a fingerprint.
alter table clusters add column encryption_keys text[] not null default '{}';
