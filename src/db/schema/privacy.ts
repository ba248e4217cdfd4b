/** What was erased of people and companies: that it was, by whom and how much. Nothing of whoever it was but a number. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** An erasure, in as many calls as it takes: where the next one goes on, and what the calls so far have done. */
export const erasure = sqliteTable(
	"erasure",
	{
		tenantId: text("tenant_id").notNull(),
		id: text().notNull(),
		subject: text({ enum: ["Contact", "Customer"] }).notNull(),
		/** The contact's number, the customer's id: neither is given twice. */
		subjectId: text("subject_id").notNull(),
		startedAt: integer("started_at").notNull(),
		/** The user who asked first. */
		startedBy: text("started_by").notNull(),
		completedAt: integer("completed_at"),
		/** Until then a call is at it, and others only look. */
		leaseUntil: integer("lease_until").notNull().default(0),
		/** By kind. */
		counts: text({ mode: "json" }).$type<Record<string, number>>().notNull(),
		place: text({ mode: "json" }).$type<{ contact: number; link: number; index: number }>().notNull(),
	},
	(t) => [
		primaryKey({ columns: [t.tenantId, t.id] }),
		index("erasure_subject").on(t.tenantId, t.subject, t.subjectId, t.id),
		uniqueIndex("erasure_open")
			.on(t.tenantId, t.subject, t.subjectId)
			.where(sql`completed_at IS NULL`),
	],
);
