/**
 * Rooms as the lists see them. `chat` and `chat_member` are projections: the room object owns them, `seq` is the position of its log
 * they were made at, and an older one never overwrites a newer one.
 */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { flag } from "./columns.ts";

/** Which room a visitor's four fields lead to: at most one that is active. */
export const visitorRoom = sqliteTable(
	"visitor_room",
	{
		tenantId: text("tenant_id").notNull(),
		/** 24 hex digits */
		roomId: text("room_id").notNull(),
		orgId: text("org_id").notNull(),
		userId: text("user_id").notNull(),
		productName: text("product_name").notNull(),
		portfolioName: text("portfolio_name").notNull(),
		eventId: text("event_id").notNull(),
		isLogin: flag("is_login"),
		isActive: flag("is_active").default(true),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [
		primaryKey({ columns: [t.tenantId, t.roomId] }),
		uniqueIndex("visitor_room_active")
			.on(t.tenantId, t.orgId, t.userId, t.productName, t.portfolioName)
			.where(sql`is_active = 1`),
		index("visitor_room_list").on(t.tenantId, t.orgId, t.productName, t.createdAt),
	],
);

/** QR links registered through `create_master_link`. */
export const masterLink = sqliteTable(
	"master_link",
	{
		tenantId: text("tenant_id").notNull(),
		id: text().notNull(),
		orgId: text("org_id").notNull(),
		productName: text("product_name").notNull(),
		qrIds: text("qr_ids", { mode: "json" }).$type<string[]>().notNull(),
		links: text({ mode: "json" }).$type<string[]>().notNull(),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.orgId, t.id] })],
);

export const chat = sqliteTable(
	"chat",
	{
		tenantId: text("tenant_id").notNull(),
		chatId: text("chat_id").notNull(),
		kind: text({ enum: ["Group", "Visitor"] }).notNull(),
		name: text().notNull(),
		createdBy: text("created_by").notNull(),
		createdByName: text("created_by_name").notNull(),
		createdAt: integer("created_at").notNull(),
		isArchived: flag("is_archived"),
		isActive: flag("is_active"),
		memberCount: integer("member_count").notNull(),
		messageCount: integer("message_count").notNull(),
		lastActivityAt: integer("last_activity_at").notNull(),
		seq: integer().notNull(),
	},
	(t) => [
		primaryKey({ columns: [t.tenantId, t.chatId] }),
		index("chat_activity").on(t.tenantId, t.isArchived, t.lastActivityAt),
		index("chat_kind_activity").on(t.tenantId, t.kind, t.isArchived, t.lastActivityAt),
	],
);

export const chatMember = sqliteTable(
	"chat_member",
	{
		tenantId: text("tenant_id").notNull(),
		chatId: text("chat_id").notNull(),
		userId: text("user_id").notNull(),
		memberId: text("member_id").notNull(),
		name: text().notNull(),
		isActive: flag("is_active"),
		isArchived: flag("is_archived"),
		lastReadIndex: integer("last_read_index").notNull(),
		lastChatMessageId: text("last_chat_message_id"),
		seq: integer().notNull(),
	},
	(t) => [
		primaryKey({ columns: [t.tenantId, t.chatId, t.userId] }),
		index("chat_member_user").on(t.tenantId, t.userId, t.isActive),
		index("chat_member_id").on(t.tenantId, t.memberId),
	],
);
