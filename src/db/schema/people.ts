/** People, and what they are to each other. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { flag } from "./columns.ts";

/** What a tenant calls its kinds of people and their ties: the types of contacts and the roles of connections. */
export const term = sqliteTable(
	"term",
	{
		tenantId: text("tenant_id").notNull(),
		id: text().notNull(),
		kind: text({ enum: ["ContactType", "ConnectionRole"] }).notNull(),
		name: text().notNull(),
		/** The name folded: no two of a kind differ in case or accents only. */
		nameKey: text("name_key").notNull(),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.id] }), uniqueIndex("term_name").on(t.tenantId, t.kind, t.nameKey)],
);

/** A person. Each index ends in the rowid, which is `contact_id`: the tie-break of the order by name. A number is never given twice. */
export const contact = sqliteTable(
	"contact",
	{
		contactId: integer("contact_id").primaryKey({ autoIncrement: true }),
		tenantId: text("tenant_id").notNull(),
		contactUid: text("contact_uid").notNull(),
		name: text().notNull(),
		/** The name folded (case, accents): how it is searched and sorted. */
		nameKey: text("name_key").notNull(),
		email: text(),
		/** The address in lower case: how it is found. */
		emailKey: text("email_key"),
		/** E.164 */
		phone: text(),
		smsConsent: flag("sms_consent"),
		contactTypeId: text("contact_type_id"),
		customerUid: text("customer_uid"),
		/** Grows with every change: the one that was made on an older version is made anew. */
		version: integer().notNull(),
		createdAt: integer("created_at").notNull(),
		updatedAt: integer("updated_at").notNull(),
	},
	(t) => [
		uniqueIndex("contact_uid").on(t.tenantId, t.contactUid),
		index("contact_name").on(t.tenantId, t.nameKey),
		index("contact_email").on(t.tenantId, t.emailKey, t.nameKey),
		index("contact_phone").on(t.tenantId, t.phone, t.nameKey),
		index("contact_type").on(t.tenantId, t.contactTypeId, t.nameKey),
		index("contact_customer").on(t.tenantId, t.customerUid, t.nameKey),
	],
);

/** Each time a contact's consent to text messages changed, and for which number: what a regulator asks for. */
export const smsConsent = sqliteTable(
	"sms_consent",
	{
		tenantId: text("tenant_id").notNull(),
		contactId: integer("contact_id").notNull(),
		/** The contact's version that the change made. */
		version: integer().notNull(),
		isGranted: flag("is_granted"),
		phone: text(),
		source: text().notNull(),
		changedBy: text("changed_by").notNull(),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.contactId, t.version] })],
);

/**
 * What two contacts are to each other in a role: one row for the pair, whoever asks. `pair_key` is both uids, the smaller first. What is
 * Requested past `expires_at` has expired; whoever touches it next writes that down.
 */
export const connection = sqliteTable(
	"connection",
	{
		tenantId: text("tenant_id").notNull(),
		id: text().notNull(),
		roleId: text("role_id").notNull(),
		pairKey: text("pair_key").notNull(),
		requesterUid: text("requester_uid").notNull(),
		addresseeUid: text("addressee_uid").notNull(),
		contactTypeId: text("contact_type_id").notNull(),
		status: text({
			enum: ["Requested", "Accepted", "Declined", "Cancelled", "Removed", "Blocked", "Expired"],
		}).notNull(),
		/** Uids of who has blocked the other: one, or both. */
		blockedBy: text("blocked_by", { mode: "json" }).$type<string[]>().notNull(),
		reason: text(),
		/** Grows with every change: what was decided on an older version is decided anew. */
		version: integer().notNull(),
		requestedAt: integer("requested_at").notNull(),
		respondedAt: integer("responded_at"),
		endedAt: integer("ended_at"),
		cooldownUntil: integer("cooldown_until"),
		expiresAt: integer("expires_at"),
	},
	(t) => [
		primaryKey({ columns: [t.tenantId, t.id] }),
		uniqueIndex("connection_pair").on(t.tenantId, t.roleId, t.pairKey),
		index("connection_status").on(t.tenantId, t.status, t.id),
		index("connection_requester").on(t.tenantId, t.requesterUid, t.id),
		index("connection_requester_status").on(t.tenantId, t.requesterUid, t.status, t.id),
		index("connection_addressee").on(t.tenantId, t.addresseeUid, t.id),
		index("connection_addressee_status").on(t.tenantId, t.addresseeUid, t.status, t.id),
		index("connection_type").on(t.tenantId, t.contactTypeId),
		index("connection_expiry")
			.on(t.tenantId, t.expiresAt)
			.where(sql`status = 'Requested'`),
	],
);

/** The history of connections: one row a change, numbered by the version that it made. */
export const connectionEvent = sqliteTable(
	"connection_event",
	{
		tenantId: text("tenant_id").notNull(),
		connectionId: text("connection_id").notNull(),
		version: integer().notNull(),
		type: text({
			enum: ["Requested", "Accepted", "Declined", "Cancelled", "Removed", "Blocked", "Unblocked", "Expired"],
		}).notNull(),
		status: text({
			enum: ["Requested", "Accepted", "Declined", "Cancelled", "Removed", "Blocked", "Expired"],
		}).notNull(),
		/** The contact that did it, or for which it was done; null when time did it. */
		contactUid: text("contact_uid"),
		/** The user whose credential was sent. */
		userId: text("user_id").notNull(),
		reason: text(),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.connectionId, t.version] })],
);
