CREATE TABLE `delivery` (
	`tenant_id` text NOT NULL,
	`id` text NOT NULL,
	`link_id` integer,
	`kind` text NOT NULL,
	`channel` text NOT NULL,
	`masked` text NOT NULL,
	`payload` text,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_at` integer NOT NULL,
	`lease_until` integer,
	`expires_at` integer,
	`provider` text,
	`provider_id` text,
	`error_code` text,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	PRIMARY KEY(`tenant_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `delivery_link` ON `delivery` (`tenant_id`,`link_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `delivery_created` ON `delivery` (`tenant_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `delivery_due` ON `delivery` (`next_at`) WHERE status IN ('Queued', 'Sending');--> statement-breakpoint
CREATE TABLE `suppression` (
	`tenant_id` text NOT NULL,
	`channel` text NOT NULL,
	`destination_hash` text NOT NULL,
	`reason` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `channel`, `destination_hash`)
);
--> statement-breakpoint
CREATE TABLE `link` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` text NOT NULL,
	`uid` text NOT NULL,
	`resource_type` text NOT NULL,
	`resource_uid` text NOT NULL,
	`tier` text NOT NULL,
	`otpChannel` text,
	`delivery_channels` text NOT NULL,
	`contact_id` integer NOT NULL,
	`recipient_email` text,
	`recipient_phone` text,
	`recipient_name` text NOT NULL,
	`recipient_type` text,
	`sms_consent` integer NOT NULL,
	`created_by` text NOT NULL,
	`created_by_name` text NOT NULL,
	`created_by_agent_id` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`max_views` integer,
	`view_count` integer DEFAULT 0 NOT NULL,
	`first_viewed_at` integer,
	`last_viewed_at` integer,
	`otp_failures` integer DEFAULT 0 NOT NULL,
	`locked_at` integer,
	`revoked_at` integer,
	`revoked_by` text,
	`version` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `link_uid` ON `link` (`tenant_id`,`uid`);--> statement-breakpoint
CREATE INDEX `link_created` ON `link` (`tenant_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `link_contact` ON `link` (`tenant_id`,`contact_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `link_resource` ON `link` (`tenant_id`,`resource_type`,`resource_uid`,`created_at`);--> statement-breakpoint
CREATE INDEX `link_creator` ON `link` (`tenant_id`,`created_by`,`created_at`);--> statement-breakpoint
CREATE TABLE `link_event` (
	`tenant_id` text NOT NULL,
	`link_id` integer NOT NULL,
	`n` integer NOT NULL,
	`type` text NOT NULL,
	`at` integer NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text,
	`channel` text,
	`ip` text,
	`user_agent` text,
	`country` text,
	`data` text,
	`hash` text,
	PRIMARY KEY(`tenant_id`, `link_id`, `n`)
);
--> statement-breakpoint
CREATE INDEX `link_event_unsealed` ON `link_event` (`tenant_id`,`link_id`,`n`) WHERE hash IS NULL;--> statement-breakpoint
CREATE TABLE `link_policy` (
	`tenant_id` text NOT NULL,
	`resource_type` text NOT NULL,
	`tier` text NOT NULL,
	`updated_at` integer NOT NULL,
	`updated_by` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `resource_type`)
);
--> statement-breakpoint
CREATE TABLE `link_request` (
	`tenant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`link_uid` text NOT NULL,
	`answer` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `user_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `link_request_age` ON `link_request` (`created_at`);--> statement-breakpoint
CREATE TABLE `link_token` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`link_id` integer NOT NULL,
	`channel` text NOT NULL,
	`created_at` integer NOT NULL,
	`first_opened_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE INDEX `link_token_link` ON `link_token` (`tenant_id`,`link_id`);--> statement-breakpoint
CREATE TABLE `otp_challenge` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`link_id` integer NOT NULL,
	`session_hash` text NOT NULL,
	`channel` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`max_attempts` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`consumed_at` integer
);
--> statement-breakpoint
CREATE INDEX `otp_challenge_session` ON `otp_challenge` (`tenant_id`,`session_hash`,`created_at`);--> statement-breakpoint
CREATE INDEX `otp_challenge_link` ON `otp_challenge` (`tenant_id`,`link_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `otp_challenge_expiry` ON `otp_challenge` (`expires_at`);--> statement-breakpoint
CREATE TABLE `portal_session` (
	`id_hash` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`link_id` integer NOT NULL,
	`token_hash` text NOT NULL,
	`level` integer NOT NULL,
	`counted_at` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `portal_session_link` ON `portal_session` (`tenant_id`,`link_id`);--> statement-breakpoint
CREATE INDEX `portal_session_expiry` ON `portal_session` (`expires_at`);--> statement-breakpoint
CREATE TABLE `resource_type` (
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`tier` text NOT NULL,
	`url_template` text NOT NULL,
	`updated_at` integer NOT NULL,
	`updated_by` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `name`)
);
--> statement-breakpoint
CREATE TABLE `throttle` (
	`tenant_id` text NOT NULL,
	`key` text NOT NULL,
	`window_start` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `key`, `window_start`)
);
--> statement-breakpoint
CREATE INDEX `throttle_expiry` ON `throttle` (`expires_at`);