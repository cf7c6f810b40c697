-- Sealed bytes are random to whoever lacks the key: trying to compress them costs time, and gains nothing.
alter table stored_answers alter column sealed set storage external;
--> statement-breakpoint
alter table sealed_parts alter column sealed set storage external;
