ALTER TABLE `link` RENAME COLUMN "otpChannel" TO "otp_channel";--> statement-breakpoint
ALTER TABLE `link` ADD `audit_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `link` ADD `audit_head` text;