-- The feed shows the entries of all cases in one order, which has to hold whenever a transaction commits: by
-- the number of the transaction that wrote them. Those below the oldest that still runs have all ended.
-- A database that was put back begins to count anew, or lower: the epoch, raised by the next start (store/
-- feed-order.ts), sets what is written from then on behind every number that was ever given out.
create function feed_epoch() returns bigint language sql immutable parallel safe as $$ select 0::bigint $$;
--> statement-breakpoint
-- Of which cluster, timeline and database the epoch is.
create function feed_origin() returns text language sql immutable parallel safe as $$ select ''::text $$;
--> statement-breakpoint
create function feed_moment() returns bigint language sql volatile as
  $$ select public.feed_epoch() + pg_current_xact_id()::text::bigint $$;
--> statement-breakpoint
-- Nothing is written below this any more. Transactions that only read have no number, and hold up nothing.
create function feed_horizon() returns bigint language sql stable as
  $$ select public.feed_epoch() + pg_snapshot_xmin(pg_current_snapshot())::text::bigint $$;
--> statement-breakpoint
alter table history add column moment bigint;
--> statement-breakpoint
-- What is there goes before all that comes, by its time; the conversion writes the table, and fires no trigger.
alter table history alter column moment type bigint
  using (extract(epoch from at) * 1000)::bigint - 17592186044416;
--> statement-breakpoint
alter table history alter column moment set not null, alter column moment set default feed_moment();
--> statement-breakpoint
create index history_in_order on history (moment, case_id, seq);
--> statement-breakpoint
-- How far so many entries after a moment go, whosever they are: whoever sees few of them does not walk
-- them all at once. It tells a moment, which is nothing of any case, and never parts one.
create function feed_reach(after bigint, looks int) returns bigint
  language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(
    (select moment + 1 from history where moment > after and moment < feed_horizon()
     order by moment offset looks - 1 limit 1),
    feed_horizon()) $$;
