/** Messages to people outside the chat, on their way and after. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A message to a person. The row is the truth; the queue carries its id only. */
export const delivery = sqliteTable(
	"delivery",
	{
		tenantId: text("tenant_id").notNull(),
		id: text().notNull(),
		/** The link it belongs to, whose audit hears of its fate. */
		linkId: integer("link_id"),
		kind: text({ enum: ["Link", "Code", "Notice"] }).notNull(),
		channel: text({ enum: ["Email", "Sms"] }).notNull(),
		/** The destination as it may be shown: `a•••@example.com`, `•••• 1234`. */
		masked: text().notNull(),
		/** Destination and content, encrypted; null once nothing has to be sent any more. */
		payload: text(),
		status: text({ enum: ["Queued", "Sending", "Sent", "Failed", "Abandoned"] }).notNull(),
		attempts: integer().notNull().default(0),
		/** Not before this. */
		nextAt: integer("next_at").notNull(),
		/** While it is `Sending`: when another may take it over. */
		leaseUntil: integer("lease_until"),
		/** After this it is abandoned: a code that arrives late is worse than none. */
		expiresAt: integer("expires_at"),
		provider: text(),
		/** The provider's id of the message. */
		providerId: text("provider_id"),
		errorCode: text("error_code"),
		createdAt: integer("created_at").notNull(),
		endedAt: integer("ended_at"),
	},
	(t) => [
		primaryKey({ columns: [t.tenantId, t.id] }),
		index("delivery_link").on(t.tenantId, t.linkId, t.createdAt),
		index("delivery_created").on(t.tenantId, t.createdAt),
		index("delivery_due")
			.on(t.nextAt)
			.where(sql`status IN ('Queued', 'Sending')`),
	],
);

/** Destinations a provider said never to write to again. */
export const suppression = sqliteTable(
	"suppression",
	{
		tenantId: text("tenant_id").notNull(),
		channel: text({ enum: ["Email", "Sms"] }).notNull(),
		/** SHA-256 of the destination, in hex. */
		destinationHash: text("destination_hash").notNull(),
		reason: text().notNull(),
		createdAt: integer("created_at").notNull(),
	},
	(t) => [primaryKey({ columns: [t.tenantId, t.channel, t.destinationHash] })],
);
