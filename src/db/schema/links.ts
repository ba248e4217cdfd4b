/** Customer links: what they open, the secrets that lead to them, who came, and what happened. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { flag, id } from "./columns.ts";

const tier = () => text({ enum: ["Standard", "Sensitive", "Restricted"] });
const channel = () => text({ enum: ["Email", "Sms", "Url"] });

/** A kind of resource that a tenant registered: the portal leads to its own page, made from the template. */
export const resourceType = sqliteTable(
	"resource_type",
	{
		tenantId: text("tenant_id").notNull(),
		name: text().notNull(),
		title: text().notNull(),
		tier: tier().notNull(),
		urlTemplate: text("url_template").notNull(),
		updatedAt: integer("updated_at").notNull(),
		updatedBy: text("updated_by").notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.name] })],
);

/** What a tenant asks of the links to a kind of resource. */
export const linkPolicy = sqliteTable(
	"link_policy",
	{
		tenantId: text("tenant_id").notNull(),
		resourceType: text("resource_type").notNull(),
		tier: tier().notNull(),
		updatedAt: integer("updated_at").notNull(),
		updatedBy: text("updated_by").notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.resourceType] })],
);

/** Its status is derived from the clock and these columns, never stored. What is consumed (views, failures) changes by conditional updates only. */
export const link = sqliteTable(
	"link",
	{
		id: integer().primaryKey({ autoIncrement: true }),
		tenantId: text("tenant_id").notNull(),
		uid: text().notNull(),
		resourceType: text("resource_type").notNull(),
		resourceUid: text("resource_uid").notNull(),
		/** The tier at its creation; a policy that changes later does not loosen it. */
		tier: tier().notNull(),
		/** The channel codes go by unless the recipient chooses; null without codes. */
		otpChannel: text("otp_channel", { enum: ["Email", "Sms"] }),
		/** `Email`, `Sms`, `Email,Sms` or empty. */
		deliveryChannels: text("delivery_channels").notNull(),
		contactId: integer("contact_id").notNull(),
		recipientEmail: text("recipient_email"),
		/** E.164 */
		recipientPhone: text("recipient_phone"),
		recipientName: text("recipient_name").notNull(),
		recipientType: text("recipient_type"),
		smsConsent: flag("sms_consent"),
		createdBy: text("created_by").notNull(),
		createdByName: text("created_by_name").notNull(),
		createdByAgentId: integer("created_by_agent_id"),
		createdAt: integer("created_at").notNull(),
		expiresAt: integer("expires_at").notNull(),
		maxViews: integer("max_views"),
		viewCount: integer("view_count").notNull().default(0),
		firstViewedAt: integer("first_viewed_at"),
		lastViewedAt: integer("last_viewed_at"),
		/** Wrong codes since it was made or unlocked. */
		otpFailures: integer("otp_failures").notNull().default(0),
		lockedAt: integer("locked_at"),
		revokedAt: integer("revoked_at"),
		revokedBy: text("revoked_by"),
		version: integer().notNull().default(1),
		/** Events that are sealed, and the hash of the last of them: without these, rows removed from the end would not be missed. */
		auditCount: integer("audit_count").notNull().default(0),
		auditHead: text("audit_head"),
		/** When what it says of its recipient was erased. From then on its audit takes up nothing of where a request came from. */
		erasedAt: integer("erased_at"),
	},
	(t) => [
		uniqueIndex("link_uid").on(t.tenantId, t.uid),
		index("link_created").on(t.tenantId, t.createdAt),
		index("link_contact").on(t.tenantId, t.contactId, t.createdAt),
		index("link_resource").on(t.tenantId, t.resourceUid, t.createdAt),
		index("link_creator").on(t.tenantId, t.createdBy, t.createdAt),
	],
);

/** One secret a delivery, so that a new one leaves the older mail valid and each channel can be told apart. */
export const linkToken = sqliteTable(
	"link_token",
	{
		/** SHA-256 of the token, in hex. */
		tokenHash: text("token_hash").primaryKey(),
		tenantId: text("tenant_id").notNull(),
		linkId: integer("link_id").notNull(),
		channel: channel().notNull(),
		createdAt: integer("created_at").notNull(),
		firstOpenedAt: integer("first_opened_at"),
		revokedAt: integer("revoked_at"),
	},
	(t) => [index("link_token_link").on(t.tenantId, t.linkId)],
);

/** Who opened a link: without a code at level 1, after one at level 2. Its first reveal is the view that counts. */
export const portalSession = sqliteTable(
	"portal_session",
	{
		/** SHA-256 of the session's secret, in hex. */
		idHash: text("id_hash").primaryKey(),
		tenantId: text("tenant_id").notNull(),
		linkId: integer("link_id").notNull(),
		tokenHash: text("token_hash").notNull(),
		level: integer().notNull(),
		countedAt: integer("counted_at"),
		createdAt: integer("created_at").notNull(),
		expiresAt: integer("expires_at").notNull(),
		endedAt: integer("ended_at"),
	},
	(t) => [index("portal_session_link").on(t.tenantId, t.linkId), index("portal_session_expiry").on(t.expiresAt)],
);

/** A one-time code that was asked for. Its MAC lies in KV and erases itself; attempts and consumption are counted here. */
export const otpChallenge = sqliteTable(
	"otp_challenge",
	{
		id: id(),
		tenantId: text("tenant_id").notNull(),
		linkId: integer("link_id").notNull(),
		/** The session that asked; no other can use it. */
		sessionHash: text("session_hash").notNull(),
		channel: channel().notNull(),
		attempts: integer().notNull().default(0),
		maxAttempts: integer("max_attempts").notNull(),
		createdAt: integer("created_at").notNull(),
		expiresAt: integer("expires_at").notNull(),
		/** When it verified, or a newer code took its place. */
		consumedAt: integer("consumed_at"),
	},
	(t) => [
		index("otp_challenge_session").on(t.tenantId, t.sessionHash, t.createdAt),
		index("otp_challenge_link").on(t.tenantId, t.linkId, t.createdAt),
		index("otp_challenge_expiry").on(t.expiresAt),
	],
);

/**
 * The audit of a link, numbered from 1. A row is written with what it tells of and sealed right after: its hash is over the hash before it and
 * itself, so that whoever changes, removes or reorders rows is found out.
 */
export const linkEvent = sqliteTable(
	"link_event",
	{
		tenantId: text("tenant_id").notNull(),
		linkId: integer("link_id").notNull(),
		n: integer().notNull(),
		type: text({
			enum: [
				"Created",
				"DeliveryQueued",
				"DeliverySent",
				"DeliveryFailed",
				"Opened",
				"OtpSent",
				"OtpFailed",
				"OtpVerified",
				"OtpLocked",
				"Viewed",
				"Denied",
				"Extended",
				"Resent",
				"Revoked",
				"Unlocked",
				"NewLinkRequested",
				"Erased",
			],
		}).notNull(),
		at: integer().notNull(),
		actorType: text("actor_type", { enum: ["User", "Recipient", "System"] }).notNull(),
		actorId: text("actor_id"),
		channel: channel(),
		/** An IPv4 address without its last octet, an IPv6 one without its last 80 bits. */
		ip: text(),
		userAgent: text("user_agent"),
		country: text(),
		data: text({ mode: "json" }).$type<Record<string, string>>(),
		hash: text(),
	},
	(t) => [
		primaryKey({ columns: [t.tenantId, t.linkId, t.n] }),
		index("link_event_unsealed")
			.on(t.tenantId, t.linkId, t.n)
			.where(sql`hash IS NULL`),
	],
);

/** How often something costly was done in a window of time: codes of a link, messages to a destination, text messages of a tenant. */
export const throttle = sqliteTable(
	"throttle",
	{
		tenantId: text("tenant_id").notNull(),
		key: text().notNull(),
		windowStart: integer("window_start").notNull(),
		expiresAt: integer("expires_at").notNull(),
		count: integer().notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.key, t.windowStart] }), index("throttle_expiry").on(t.expiresAt)],
);

/** An `Idempotency-Key` that was used: by whom, for which request, and what it made. */
export const linkRequest = sqliteTable(
	"link_request",
	{
		tenantId: text("tenant_id").notNull(),
		userId: text("user_id").notNull(),
		key: text().notNull(),
		/** SHA-256 of the request, in hex. */
		requestHash: text("request_hash").notNull(),
		linkUid: text("link_uid").notNull(),
		/** What was answered, encrypted: the portal's address is in it. Empty while the request is on its way. */
		answer: text().notNull(),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.userId, t.key] }), index("link_request_age").on(t.createdAt)],
);
