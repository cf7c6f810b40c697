ALTER TABLE "history" ADD COLUMN "snapshot" text;--> statement-breakpoint
CREATE INDEX "history_snapshots" ON "history" USING btree ("case_id","seq") WHERE "history"."snapshot" is not null;