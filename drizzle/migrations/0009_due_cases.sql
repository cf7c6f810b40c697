-- Unlogged by hand, which the generator cannot say: a claim is not worth a write to the disk.
CREATE UNLOGGED TABLE "claims" (
	"case_id" uuid PRIMARY KEY NOT NULL,
	"until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "cases_to_erase";--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "next_due_at" timestamp (3) with time zone;--> statement-breakpoint
-- Written by hand: cases that are there already get it from their deadlines.
UPDATE "cases" "c" SET "next_due_at" = "d"."soonest" FROM (SELECT "case_id", min("due_at") AS "soonest" FROM "deadlines" WHERE "pending" GROUP BY "case_id") "d" WHERE "d"."case_id" = "c"."case_id";--> statement-breakpoint
CREATE INDEX "cases_due_to_erase" ON "cases" USING btree ("machine_id","machine_version","erase_due_at","case_id") WHERE "cases"."erase_due_at" is not null;--> statement-breakpoint
CREATE INDEX "cases_due_to_fire" ON "cases" USING btree ("machine_id","machine_version","next_due_at","case_id") WHERE "cases"."next_due_at" is not null;--> statement-breakpoint
grant select, insert, update, delete on claims to recourse_server;--> statement-breakpoint
alter table claims enable row level security;--> statement-breakpoint
-- Nobody but the engine claims, and no person learns from it which cases there are.
create policy seen on claims using (current_setting('recourse.identity', true) = '#engine');
