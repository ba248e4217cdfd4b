/** Tenants and what says which one a caller belongs to. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { flag, id } from "./columns.ts";

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
		/** Whose opening hours its visitors are shown; null shows none. */
		customerId: text("customer_id"),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [index("org_tenant").on(t.tenantId)],
);
