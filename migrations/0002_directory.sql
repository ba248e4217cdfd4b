CREATE TABLE `account` (
	`id` integer PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`uid` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`parent_uid` text,
	`ancestor_uids` text NOT NULL,
	`details` text NOT NULL,
	`customer_count` integer DEFAULT 0 NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at` integer NOT NULL,
	`updated_by` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `account_uid` ON `account` (`tenant_id`,`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `account_name` ON `account` (`tenant_id`,`name_key`,`id`);--> statement-breakpoint
CREATE TABLE `customer` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` text NOT NULL,
	`uid` text NOT NULL,
	`account_id` integer NOT NULL,
	`parent_id` integer,
	`path` text NOT NULL,
	`child_count` integer DEFAULT 0 NOT NULL,
	`descendant_count` integer DEFAULT 0 NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`reference_id` text NOT NULL,
	`is_staging` integer NOT NULL,
	`customer_state` text NOT NULL,
	`tag_ids` text NOT NULL,
	`data` text,
	`schedule` text,
	`integration_data` text,
	`override_billing_settings` integer NOT NULL,
	`billing_settings` text,
	`override_app_settings` integer NOT NULL,
	`app_settings` text,
	`version` integer DEFAULT 1 NOT NULL,
	`index_seq` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at` integer NOT NULL,
	`updated_by` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `customer_uid` ON `customer` (`tenant_id`,`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `customer_path` ON `customer` (`tenant_id`,`path`);--> statement-breakpoint
CREATE INDEX `customer_name` ON `customer` (`tenant_id`,`name_key`);--> statement-breakpoint
CREATE INDEX `customer_created` ON `customer` (`tenant_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `customer_updated` ON `customer` (`tenant_id`,`updated_at`);--> statement-breakpoint
CREATE INDEX `customer_reference` ON `customer` (`tenant_id`,`reference_id`);--> statement-breakpoint
CREATE INDEX `customer_parent` ON `customer` (`tenant_id`,`parent_id`,`name_key`);--> statement-breakpoint
CREATE INDEX `customer_account` ON `customer` (`tenant_id`,`account_id`,`name_key`);--> statement-breakpoint
CREATE TABLE `customer_unindexed` (
	`tenant_id` text NOT NULL,
	`customer_id` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `customer_id`)
);
--> statement-breakpoint
CREATE TABLE `directory` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`customer_count` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tag` (
	`id` integer PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`uid` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`color` text NOT NULL,
	`customer_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tag_uid` ON `tag` (`tenant_id`,`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `tag_name` ON `tag` (`tenant_id`,`name_key`);