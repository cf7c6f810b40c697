CREATE TABLE "accesses" (
	"case_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"first_seq" integer NOT NULL,
	"last_seq" integer NOT NULL,
	CONSTRAINT "accesses_case_id_at_id_pk" PRIMARY KEY("case_id","at","id")
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"size" bigint PRIMARY KEY NOT NULL,
	"root_hash" text NOT NULL,
	"note" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "digests" (
	"case_id" uuid NOT NULL,
	"ref" text NOT NULL,
	"kind" text NOT NULL,
	"digest" "bytea" NOT NULL,
	CONSTRAINT "digests_case_id_ref_kind_digest_pk" PRIMARY KEY("case_id","ref","kind","digest")
);
--> statement-breakpoint
CREATE TABLE "keychain" (
	"name" text PRIMARY KEY NOT NULL,
	"proof" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_leaves" (
	"index" bigint PRIMARY KEY NOT NULL,
	"case_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_nodes" (
	"level" integer NOT NULL,
	"index" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "log_nodes_level_index_pk" PRIMARY KEY("level","index")
);
--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "erase_due_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "digests_alike" ON "digests" USING btree ("digest");--> statement-breakpoint
CREATE UNIQUE INDEX "log_leaves_of_a_case" ON "log_leaves" USING btree ("case_id","seq");--> statement-breakpoint
CREATE INDEX "cases_to_erase" ON "cases" USING btree ("erase_due_at") WHERE "cases"."erase_due_at" is not null;