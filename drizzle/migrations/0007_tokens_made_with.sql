ALTER TABLE "tokens" ADD COLUMN "made_with" uuid;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_made_with_tokens_id_fk" FOREIGN KEY ("made_with") REFERENCES "public"."tokens"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tokens_made_with" ON "tokens" USING btree ("made_with");