ALTER TABLE "case_assignments" ALTER COLUMN "person" SET DATA TYPE text collate "C";--> statement-breakpoint
ALTER TABLE "case_outsiders" ALTER COLUMN "person" SET DATA TYPE text collate "C";--> statement-breakpoint
ALTER TABLE "deadlines" ALTER COLUMN "name" SET DATA TYPE text collate "C";--> statement-breakpoint
ALTER TABLE "deadlines" ALTER COLUMN "ref" SET DATA TYPE text collate "C";--> statement-breakpoint
ALTER TABLE "people" ALTER COLUMN "id" SET DATA TYPE text collate "C";--> statement-breakpoint
ALTER TABLE "sealed_parts" ALTER COLUMN "part" SET DATA TYPE text collate "C";--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "head_mac" text;--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "macs_from" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "history" ADD COLUMN "mac" text;