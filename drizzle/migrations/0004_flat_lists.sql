CREATE TABLE "unlogged_heads" (
	"case_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	CONSTRAINT "unlogged_heads_case_id_seq_pk" PRIMARY KEY("case_id","seq")
);
--> statement-breakpoint
DROP INDEX "case_assignments_of_a_person";--> statement-breakpoint
DROP INDEX "cases_newest_first";--> statement-breakpoint
DROP INDEX "deadlines_soonest_first";--> statement-breakpoint
ALTER TABLE "case_assignments" ADD COLUMN "opened_at" timestamp (3) with time zone;--> statement-breakpoint
-- Written by hand: who is assigned already gets it from the case.
UPDATE "case_assignments" "a" SET "opened_at" = "c"."opened_at" FROM "cases" "c" WHERE "c"."case_id" = "a"."case_id";--> statement-breakpoint
ALTER TABLE "case_assignments" ALTER COLUMN "opened_at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "overdue" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "case_assignments_in_order" ON "case_assignments" USING btree ("person","opened_at","case_id");--> statement-breakpoint
CREATE INDEX "cases_in_order" ON "cases" USING btree ("opened_at","case_id");--> statement-breakpoint
CREATE INDEX "cases_by_status" ON "cases" USING btree ("status","opened_at","case_id");--> statement-breakpoint
CREATE INDEX "cases_by_overdue" ON "cases" USING btree ("overdue","opened_at","case_id");--> statement-breakpoint
CREATE INDEX "cases_by_opener" ON "cases" USING btree ("opened_by","opened_at","case_id");--> statement-breakpoint
CREATE INDEX "cases_open_by_machine" ON "cases" USING btree ("machine_id","machine_version") WHERE "cases"."status" = 'open';--> statement-breakpoint
CREATE INDEX "deadlines_in_order" ON "deadlines" USING btree ("due_at","case_id","name","ref");