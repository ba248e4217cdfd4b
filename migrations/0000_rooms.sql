CREATE TABLE `api_key` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`holder` text NOT NULL,
	`roles` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE INDEX `api_key_holder` ON `api_key` (`tenant_id`,`holder`);--> statement-breakpoint
CREATE TABLE `chat` (
	`tenant_id` text NOT NULL,
	`chat_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`created_by` text NOT NULL,
	`created_by_name` text NOT NULL,
	`created_at` integer NOT NULL,
	`is_archived` integer NOT NULL,
	`is_active` integer NOT NULL,
	`member_count` integer NOT NULL,
	`message_count` integer NOT NULL,
	`last_activity_at` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `chat_id`)
);
--> statement-breakpoint
CREATE INDEX `chat_activity` ON `chat` (`tenant_id`,`is_archived`,`last_activity_at`);--> statement-breakpoint
CREATE INDEX `chat_kind_activity` ON `chat` (`tenant_id`,`kind`,`is_archived`,`last_activity_at`);--> statement-breakpoint
CREATE TABLE `chat_member` (
	`tenant_id` text NOT NULL,
	`chat_id` text NOT NULL,
	`user_id` text NOT NULL,
	`member_id` text NOT NULL,
	`name` text NOT NULL,
	`is_active` integer NOT NULL,
	`is_archived` integer NOT NULL,
	`last_read_index` integer NOT NULL,
	`last_chat_message_id` text,
	`seq` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `chat_id`, `user_id`)
);
--> statement-breakpoint
CREATE INDEX `chat_member_user` ON `chat_member` (`tenant_id`,`user_id`,`is_active`);--> statement-breakpoint
CREATE TABLE `master_link` (
	`tenant_id` text NOT NULL,
	`id` text NOT NULL,
	`org_id` text NOT NULL,
	`product_name` text NOT NULL,
	`qr_ids` text NOT NULL,
	`links` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `org_id`, `id`)
);
--> statement-breakpoint
CREATE TABLE `org` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`allow_unauthenticated_staff` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `org_tenant` ON `org` (`tenant_id`);--> statement-breakpoint
CREATE TABLE `tenant` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`allowed_origins` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `visitor_room` (
	`tenant_id` text NOT NULL,
	`room_id` text NOT NULL,
	`org_id` text NOT NULL,
	`user_id` text NOT NULL,
	`product_name` text NOT NULL,
	`portfolio_name` text NOT NULL,
	`event_id` text NOT NULL,
	`is_login` integer NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `room_id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `visitor_room_active` ON `visitor_room` (`tenant_id`,`org_id`,`user_id`,`product_name`,`portfolio_name`) WHERE is_active = 1;--> statement-breakpoint
CREATE INDEX `visitor_room_list` ON `visitor_room` (`tenant_id`,`org_id`,`product_name`,`room_id`);