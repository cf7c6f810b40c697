-- The history is append only, whoever asks: the database is the last guard.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the history is append only' using errcode = 'insufficient_privilege';
end $$;
--> statement-breakpoint
create trigger history_is_append_only before update or delete on history
  for each row execute function refuse_change();
--> statement-breakpoint
create trigger history_is_never_emptied before truncate on history
  for each statement execute function refuse_change();
--> statement-breakpoint
-- A trigger fires under session_replication_role = replica only where it is told to.
alter table history enable always trigger history_is_append_only;
--> statement-breakpoint
alter table history enable always trigger history_is_never_emptied;
--> statement-breakpoint
-- The server owns nothing; this is all that it may do.
grant select, insert, update on people, tokens, cases to recourse_server;
--> statement-breakpoint
grant select, insert on history, codenames to recourse_server;
--> statement-breakpoint
grant select, insert, update, delete on case_outsiders, case_assignments, deadlines, stored_answers to recourse_server;
--> statement-breakpoint
-- Content is written once, and may be taken away.
grant select, insert, delete on sealed_parts, removed_names to recourse_server;
