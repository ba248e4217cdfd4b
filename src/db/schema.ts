/**
 * D1 on one page. The tenant comes first in every key and index; only `tenant`, `api_key` and `org` are found without one, because they
 * say which tenant a caller belongs to. `chat` and `chat_member` are projections: the room object owns them, `seq` is the position of
 * its log they were made at, and an older one never overwrites a newer one. Times are milliseconds since 1970.
 */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

const id = () => text().primaryKey();
const flag = (name: string) => integer(name, { mode: "boolean" }).notNull();

export const tenant = sqliteTable("tenant", {
	id: id(),
	name: text().notNull(),
	/** JSON list of the origins whose pages may open sockets; null is any. */
	allowedOrigins: text("allowed_origins", { mode: "json" }).$type<string[]>(),
	createdAt: integer("created_at").notNull(),
});

export const apiKey = sqliteTable(
	"api_key",
	{
		id: id(),
		tenantId: text("tenant_id").notNull(),
		holder: text().notNull(),
		roles: text({ mode: "json" }).$type<string[]>().notNull(),
		/** SHA-256 of the secret, in hex. */
		secretHash: text("secret_hash").notNull(),
		createdAt: integer("created_at").notNull(),
		expiresAt: integer("expires_at"),
		revokedAt: integer("revoked_at"),
	},
	(t) => [index("api_key_holder").on(t.tenantId, t.holder)],
);

/** A workspace of a tenant, in the visitor dialect. */
export const org = sqliteTable(
	"org",
	{
		id: id(),
		tenantId: text("tenant_id").notNull(),
		allowUnauthenticatedStaff: flag("allow_unauthenticated_staff").default(false),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [index("org_tenant").on(t.tenantId)],
);

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

/** What many customers share: billing, a place for the logo. */
export const account = sqliteTable(
	"account",
	{
		id: integer().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		uid: text().notNull(),
		name: text().notNull(),
		/** The name folded: how it is sorted. */
		nameKey: text("name_key").notNull(),
		parentUid: text("parent_uid"),
		/** Uids from the root to the parent. */
		ancestorUids: text("ancestor_uids", { mode: "json" }).$type<string[]>().notNull(),
		/** The members of AccountInfo that nothing is looked up by. */
		details: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
		customerCount: integer("customer_count").notNull().default(0),
		version: integer().notNull().default(1),
		createdAt: integer("created_at").notNull(),
		createdBy: text("created_by").notNull(),
		updatedAt: integer("updated_at").notNull(),
		updatedBy: text("updated_by").notNull(),
	},
	(t) => [
		uniqueIndex("account_uid").on(t.tenantId, t.uid),
		uniqueIndex("account_name").on(t.tenantId, t.nameKey, t.id),
	],
);

export const tag = sqliteTable(
	"tag",
	{
		id: integer().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		uid: text().notNull(),
		name: text().notNull(),
		nameKey: text("name_key").notNull(),
		color: text().notNull(),
		customerCount: integer("customer_count").notNull().default(0),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [uniqueIndex("tag_uid").on(t.tenantId, t.uid), uniqueIndex("tag_name").on(t.tenantId, t.nameKey)],
);

/** How many customers a tenant has: known without counting them. */
export const directory = sqliteTable("directory", {
	tenantId: text("tenant_id").primaryKey(),
	customerCount: integer("customer_count").notNull(),
});

/**
 * The tree as paths: a customer's path is its parent's and its own id in eight hex digits, so that a subtree is one range and the
 * ancestors are the path's beginnings. Each index ends in the rowid, which is `id`: the tie-break of every order.
 */
export const customer = sqliteTable(
	"customer",
	{
		/** Never used twice: the search index would take the new one for an older state of the old one. */
		id: integer().primaryKey({ autoIncrement: true }),
		tenantId: text("tenant_id").notNull(),
		uid: text().notNull(),
		accountId: integer("account_id").notNull(),
		parentId: integer("parent_id"),
		path: text().notNull(),
		childCount: integer("child_count").notNull().default(0),
		descendantCount: integer("descendant_count").notNull().default(0),
		name: text().notNull(),
		/** The name folded (case, accents): how it is searched and sorted. */
		nameKey: text("name_key").notNull(),
		referenceId: text("reference_id").notNull(),
		isStaging: flag("is_staging"),
		customerState: text("customer_state").notNull(),
		/** Ids of its tags between commas: `,3,17,`. */
		tagIds: text("tag_ids").notNull(),
		data: text({ mode: "json" }),
		schedule: text({ mode: "json" }),
		integrationData: text("integration_data", { mode: "json" }),
		overrideBillingSettings: flag("override_billing_settings"),
		billingSettings: text("billing_settings", { mode: "json" }),
		overrideAppSettings: flag("override_app_settings"),
		appSettings: text("app_settings", { mode: "json" }),
		version: integer().notNull().default(1),
		/** Grows with every change that the search index must know; see `customer_unindexed`. */
		indexSeq: integer("index_seq").notNull(),
		createdAt: integer("created_at").notNull(),
		createdBy: text("created_by").notNull(),
		updatedAt: integer("updated_at").notNull(),
		updatedBy: text("updated_by").notNull(),
	},
	(t) => [
		uniqueIndex("customer_uid").on(t.tenantId, t.uid),
		uniqueIndex("customer_path").on(t.tenantId, t.path),
		index("customer_name").on(t.tenantId, t.nameKey),
		index("customer_created").on(t.tenantId, t.createdAt),
		index("customer_updated").on(t.tenantId, t.updatedAt),
		index("customer_reference").on(t.tenantId, t.referenceId),
		index("customer_parent").on(t.tenantId, t.parentId, t.nameKey),
		index("customer_account").on(t.tenantId, t.accountId, t.nameKey),
	],
);

/** Customers whose entry in the search index is not what it should be yet. Written with the change, erased when the index has it. */
export const customerUnindexed = sqliteTable(
	"customer_unindexed",
	{
		tenantId: text("tenant_id").notNull(),
		customerId: integer("customer_id").notNull(),
		seq: integer().notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.customerId] })],
);

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
