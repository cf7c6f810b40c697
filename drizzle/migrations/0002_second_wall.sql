-- What is written for auditors is append only, as the history is.
create trigger accesses_are_append_only before update or delete on accesses
  for each row execute function refuse_change();
--> statement-breakpoint
create trigger accesses_are_never_emptied before truncate on accesses
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger log_leaves_are_append_only before update or delete on log_leaves
  for each row execute function refuse_change();
--> statement-breakpoint
create trigger log_leaves_are_never_emptied before truncate on log_leaves
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger log_nodes_are_append_only before update or delete on log_nodes
  for each row execute function refuse_change();
--> statement-breakpoint
create trigger log_nodes_are_never_emptied before truncate on log_nodes
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger checkpoints_are_append_only before update or delete on checkpoints
  for each row execute function refuse_change();
--> statement-breakpoint
create trigger checkpoints_are_never_emptied before truncate on checkpoints
  for each statement execute function refuse_change();
--> statement-breakpoint
alter table accesses enable always trigger accesses_are_append_only;
--> statement-breakpoint
alter table accesses enable always trigger accesses_are_never_emptied;
--> statement-breakpoint
alter table log_leaves enable always trigger log_leaves_are_append_only;
--> statement-breakpoint
alter table log_leaves enable always trigger log_leaves_are_never_emptied;
--> statement-breakpoint
alter table log_nodes enable always trigger log_nodes_are_append_only;
--> statement-breakpoint
alter table log_nodes enable always trigger log_nodes_are_never_emptied;
--> statement-breakpoint
alter table checkpoints enable always trigger checkpoints_are_append_only;
--> statement-breakpoint
alter table checkpoints enable always trigger checkpoints_are_never_emptied;
--> statement-breakpoint
grant select, insert on accesses, log_leaves, log_nodes, checkpoints to recourse_server;
--> statement-breakpoint
grant select, insert, delete on digests to recourse_server;
--> statement-breakpoint
grant select, insert, update on keychain to recourse_server;
--> statement-breakpoint
-- Row-level security, behind the visibility predicate: a query that forgot the predicate says on
-- nobody's behalf that it asks, and sees nothing. The identity is set inside the statement itself,
-- by an uncorrelated sub-select, and is gone with its transaction.
create function act_as(identity text) returns boolean language sql volatile as
  $$ select set_config('recourse.identity', identity, true) is not null $$;
--> statement-breakpoint
-- '#engine' is nobody's handle: deadlines, retention and the log act for no person.
create function may_see(the_case uuid, opener text) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select case current_setting('recourse.identity', true)
    when '#engine' then true
    else not exists (
        select from case_outsiders o
        where o.case_id = the_case and o.person = current_setting('recourse.identity', true))
      and exists (
        select from people p
        where p.id = current_setting('recourse.identity', true) and p.active and (
          p.roles && array['lead', 'coordinator', 'organizer', 'auditor']
          or 'ombud' = any(p.roles) and exists (
            select from case_assignments a where a.case_id = the_case and a.person = '#ombud')
          or p.roles && array['responder', 'lead', 'coordinator', 'organizer', 'ombud'] and (
            opener = p.id
            or exists (
              select from case_assignments a where a.case_id = the_case and a.person = p.id))))
  end $$;
--> statement-breakpoint
create function may_see_case(the_case uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce((select may_see(c.case_id, c.opened_by) from cases c where c.case_id = the_case), false) $$;
--> statement-breakpoint
alter table cases enable row level security;
--> statement-breakpoint
alter table history enable row level security;
--> statement-breakpoint
alter table deadlines enable row level security;
--> statement-breakpoint
alter table stored_answers enable row level security;
--> statement-breakpoint
alter table accesses enable row level security;
--> statement-breakpoint
alter table digests enable row level security;
--> statement-breakpoint
alter table sealed_parts enable row level security;
--> statement-breakpoint
alter table removed_names enable row level security;
--> statement-breakpoint
-- The engine is asked for inline, so that its own statements cost no function call a row.
create policy seen on cases using (
  current_setting('recourse.identity', true) = '#engine' or may_see(case_id, opened_by)) with check (true);
--> statement-breakpoint
create policy seen on history for select using (
  current_setting('recourse.identity', true) = '#engine' or may_see_case(case_id));
--> statement-breakpoint
-- Who opens a case writes its first rows in the statement that makes it; nobody sees it before that.
create policy written on history for insert with check (true);
--> statement-breakpoint
create policy seen on deadlines using (
  current_setting('recourse.identity', true) = '#engine' or may_see_case(case_id)) with check (true);
--> statement-breakpoint
create policy seen on stored_answers using (
  current_setting('recourse.identity', true) = '#engine' or may_see_case(case_id)) with check (true);
--> statement-breakpoint
create policy seen on accesses for select using (
  current_setting('recourse.identity', true) = '#engine' or may_see_case(case_id));
--> statement-breakpoint
create policy written on accesses for insert with check (true);
--> statement-breakpoint
create policy seen on digests using (
  current_setting('recourse.identity', true) = '#engine' or may_see_case(case_id)) with check (true);
--> statement-breakpoint
create policy seen on sealed_parts using (
  current_setting('recourse.identity', true) = '#engine' or may_see_case(case_id)) with check (true);
--> statement-breakpoint
create policy seen on removed_names using (
  current_setting('recourse.identity', true) = '#engine' or may_see_case(case_id)) with check (true);
