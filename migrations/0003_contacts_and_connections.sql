CREATE TABLE `connection` (
	`tenant_id` text NOT NULL,
	`id` text NOT NULL,
	`role_id` text NOT NULL,
	`pair_key` text NOT NULL,
	`requester_uid` text NOT NULL,
	`addressee_uid` text NOT NULL,
	`contact_type_id` text NOT NULL,
	`status` text NOT NULL,
	`blocked_by` text NOT NULL,
	`reason` text,
	`version` integer NOT NULL,
	`requested_at` integer NOT NULL,
	`responded_at` integer,
	`ended_at` integer,
	`cooldown_until` integer,
	`expires_at` integer,
	PRIMARY KEY(`tenant_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `connection_pair` ON `connection` (`tenant_id`,`role_id`,`pair_key`);--> statement-breakpoint
CREATE INDEX `connection_status` ON `connection` (`tenant_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `connection_requester` ON `connection` (`tenant_id`,`requester_uid`,`id`);--> statement-breakpoint
CREATE INDEX `connection_requester_status` ON `connection` (`tenant_id`,`requester_uid`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `connection_addressee` ON `connection` (`tenant_id`,`addressee_uid`,`id`);--> statement-breakpoint
CREATE INDEX `connection_addressee_status` ON `connection` (`tenant_id`,`addressee_uid`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `connection_type` ON `connection` (`tenant_id`,`contact_type_id`);--> statement-breakpoint
CREATE INDEX `connection_expiry` ON `connection` (`tenant_id`,`expires_at`) WHERE status = 'Requested';--> statement-breakpoint
CREATE TABLE `connection_event` (
	`tenant_id` text NOT NULL,
	`connection_id` text NOT NULL,
	`version` integer NOT NULL,
	`type` text NOT NULL,
	`status` text NOT NULL,
	`contact_uid` text,
	`user_id` text NOT NULL,
	`reason` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `connection_id`, `version`)
);
--> statement-breakpoint
CREATE TABLE `contact` (
	`contact_id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` text NOT NULL,
	`contact_uid` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`email` text,
	`email_key` text,
	`phone` text,
	`sms_consent` integer NOT NULL,
	`contact_type_id` text,
	`customer_uid` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `contact_uid` ON `contact` (`tenant_id`,`contact_uid`);--> statement-breakpoint
CREATE INDEX `contact_name` ON `contact` (`tenant_id`,`name_key`);--> statement-breakpoint
CREATE INDEX `contact_email` ON `contact` (`tenant_id`,`email_key`,`name_key`);--> statement-breakpoint
CREATE INDEX `contact_phone` ON `contact` (`tenant_id`,`phone`,`name_key`);--> statement-breakpoint
CREATE INDEX `contact_type` ON `contact` (`tenant_id`,`contact_type_id`,`name_key`);--> statement-breakpoint
CREATE INDEX `contact_customer` ON `contact` (`tenant_id`,`customer_uid`,`name_key`);--> statement-breakpoint
CREATE TABLE `sms_consent` (
	`tenant_id` text NOT NULL,
	`contact_id` integer NOT NULL,
	`version` integer NOT NULL,
	`is_granted` integer NOT NULL,
	`phone` text,
	`source` text NOT NULL,
	`changed_by` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `contact_id`, `version`)
);
--> statement-breakpoint
CREATE TABLE `term` (
	`tenant_id` text NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `term_name` ON `term` (`tenant_id`,`kind`,`name_key`);