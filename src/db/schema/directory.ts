/** Customers, and what many of them share. */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { flag } from "./columns.ts";

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
