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
CREATE TABLE "case_assignments" (
	"case_id" uuid NOT NULL,
	"person" text NOT NULL,
	CONSTRAINT "case_assignments_case_id_person_pk" PRIMARY KEY("case_id","person")
);
--> statement-breakpoint
CREATE TABLE "case_outsiders" (
	"case_id" uuid NOT NULL,
	"person" text NOT NULL,
	CONSTRAINT "case_outsiders_case_id_person_pk" PRIMARY KEY("case_id","person")
);
--> statement-breakpoint
CREATE TABLE "cases" (
	"case_id" uuid PRIMARY KEY NOT NULL,
	"codename" text NOT NULL,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"head_seq" integer NOT NULL,
	"head_hash" text NOT NULL,
	"stages" jsonb NOT NULL,
	"snapshot" jsonb NOT NULL,
	"machine_id" text NOT NULL,
	"machine_version" text NOT NULL,
	"opened_by" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"data_key" "bytea",
	"erase_due_at" timestamp (3) with time zone,
	CONSTRAINT "cases_closed_have_a_time" CHECK (("cases"."status" = 'closed') = ("cases"."closed_at" is not null)),
	CONSTRAINT "cases_status_is_known" CHECK ("cases"."status" in ('open', 'closed')),
	CONSTRAINT "cases_version_within_head" CHECK ("cases"."version" between 1 and "cases"."head_seq")
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"size" bigint PRIMARY KEY NOT NULL,
	"root_hash" text NOT NULL,
	"note" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "codenames" (
	"codename" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deadlines" (
	"case_id" uuid NOT NULL,
	"name" text NOT NULL,
	"ref" text NOT NULL,
	"stage" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"pending" boolean NOT NULL,
	CONSTRAINT "deadlines_case_id_name_ref_pk" PRIMARY KEY("case_id","name","ref")
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
CREATE TABLE "history" (
	"case_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"outcome" text NOT NULL,
	"type" text NOT NULL,
	"facts" jsonb NOT NULL,
	"parts" jsonb NOT NULL,
	"by" jsonb,
	"at" timestamp (3) with time zone NOT NULL,
	"version" integer NOT NULL,
	"stages" jsonb NOT NULL,
	"snapshot_hash" text NOT NULL,
	"violations" jsonb NOT NULL,
	"machine_id" text NOT NULL,
	"machine_version" text NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "history_case_id_seq_pk" PRIMARY KEY("case_id","seq"),
	CONSTRAINT "history_seq_from_one" CHECK ("history"."seq" >= 1),
	CONSTRAINT "history_outcome_is_known" CHECK ("history"."outcome" in ('accepted', 'refused', 'elapsed')),
	CONSTRAINT "history_only_time_acts_alone" CHECK (("history"."by" is not null) = ("history"."outcome" <> 'elapsed') or "history"."type" in ('case.erase', 'machine.carryOver')),
	CONSTRAINT "history_refusals_say_why" CHECK (("history"."outcome" = 'refused') = (jsonb_array_length("history"."violations") > 0))
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
CREATE TABLE "people" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"roles" text[] NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "people_id_is_a_handle" CHECK ("people"."id" ~ '^[a-z][a-z0-9-]{1,31}$'),
	CONSTRAINT "people_roles_are_known" CHECK ("people"."roles" <@ array['responder', 'lead', 'coordinator', 'organizer', 'ombud', 'auditor', 'admin']),
	CONSTRAINT "people_ombud_alone" CHECK (not 'ombud' = any("people"."roles") or cardinality("people"."roles") = 1)
);
--> statement-breakpoint
CREATE TABLE "removed_names" (
	"case_id" uuid NOT NULL,
	"ref" text NOT NULL,
	"digest" "bytea" NOT NULL,
	CONSTRAINT "removed_names_case_id_ref_digest_pk" PRIMARY KEY("case_id","ref","digest")
);
--> statement-breakpoint
CREATE TABLE "sealed_parts" (
	"case_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"part" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	CONSTRAINT "sealed_parts_case_id_seq_part_pk" PRIMARY KEY("case_id","seq","part")
);
--> statement-breakpoint
CREATE TABLE "stored_answers" (
	"case_id" uuid NOT NULL,
	"person" text NOT NULL,
	"method" text NOT NULL,
	"path" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "stored_answers_case_id_person_method_path_key_pk" PRIMARY KEY("case_id","person","method","path","key")
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" text NOT NULL,
	"label" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "case_assignments_of_a_person" ON "case_assignments" USING btree ("person");--> statement-breakpoint
CREATE INDEX "cases_newest_first" ON "cases" USING btree ("opened_at" DESC NULLS LAST,"case_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "cases_by_codename" ON "cases" USING btree ("codename");--> statement-breakpoint
CREATE INDEX "cases_to_erase" ON "cases" USING btree ("erase_due_at") WHERE "cases"."erase_due_at" is not null;--> statement-breakpoint
CREATE INDEX "deadlines_soonest_first" ON "deadlines" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "deadlines_to_fire" ON "deadlines" USING btree ("due_at") WHERE "deadlines"."pending";--> statement-breakpoint
CREATE INDEX "digests_alike" ON "digests" USING btree ("digest");--> statement-breakpoint
CREATE UNIQUE INDEX "log_leaves_of_a_case" ON "log_leaves" USING btree ("case_id","seq");--> statement-breakpoint
CREATE INDEX "stored_answers_by_age" ON "stored_answers" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "tokens_of_a_person" ON "tokens" USING btree ("person_id");