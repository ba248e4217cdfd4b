DROP INDEX `link_resource`;--> statement-breakpoint
CREATE INDEX `link_resource` ON `link` (`tenant_id`,`resource_uid`,`created_at`);