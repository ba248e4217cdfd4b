CREATE TABLE `erasure` (
	`tenant_id` text NOT NULL,
	`id` text NOT NULL,
	`subject` text NOT NULL,
	`subject_id` text NOT NULL,
	`started_at` integer NOT NULL,
	`started_by` text NOT NULL,
	`completed_at` integer,
	`lease_until` integer DEFAULT 0 NOT NULL,
	`counts` text NOT NULL,
	`place` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `erasure_subject` ON `erasure` (`tenant_id`,`subject`,`subject_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `erasure_open` ON `erasure` (`tenant_id`,`subject`,`subject_id`) WHERE completed_at IS NULL;--> statement-breakpoint
ALTER TABLE `link` ADD `erased_at` integer;