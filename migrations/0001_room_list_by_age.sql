DROP INDEX `visitor_room_list`;--> statement-breakpoint
CREATE INDEX `visitor_room_list` ON `visitor_room` (`tenant_id`,`org_id`,`product_name`,`created_at`);