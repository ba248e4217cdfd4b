import { and, desc, eq, sql, type SQL } from "drizzle-orm";
import type { Statement } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { delivery, suppression } from "../db/schema.ts";
import type { Channel } from "./message.ts";

export type DeliveryRow = typeof delivery.$inferSelect;
export type NewDelivery = Pick<DeliveryRow, "id" | "kind" | "channel" | "masked" | "expiresAt" | "createdAt"> & {
	linkId: number | SQL | null;
	payload: string;
};
/** Deliveries of a link that are shown. */
const SHOWN = 200;

/** Puts a message on its way, when `condition` holds at that point of the batch. */
export function insertDelivery({ tenantId }: TenantDatabase, row: NewDelivery, condition: SQL = sql`1`): Statement {
	return sql`INSERT INTO delivery
			(tenant_id, id, link_id, kind, channel, masked, payload, status, next_at, expires_at, created_at)
		SELECT ${tenantId}, ${row.id}, ${row.linkId}, ${row.kind}, ${row.channel}, ${row.masked}, ${row.payload}, 'Queued',
			${row.createdAt}, ${row.expiresAt}, ${row.createdAt}
		WHERE ${condition} RETURNING id`;
}

/** Deliveries of a link, the newest first. */
export async function listDeliveries({ tenantId, db }: TenantDatabase, linkId: number): Promise<DeliveryRow[]> {
	return db
		.select()
		.from(delivery)
		.where(and(eq(delivery.tenantId, tenantId), eq(delivery.linkId, linkId)))
		.orderBy(desc(delivery.createdAt), desc(delivery.id))
		.limit(SHOWN);
}

/** True when a provider said never to write to this destination again. */
export async function isSuppressed(
	{ tenantId, db }: TenantDatabase,
	channel: Channel,
	destinationHash: string,
): Promise<boolean> {
	const rows = await db
		.select({ reason: suppression.reason })
		.from(suppression)
		.where(
			and(
				eq(suppression.tenantId, tenantId),
				eq(suppression.channel, channel),
				eq(suppression.destinationHash, destinationHash),
			),
		);
	return rows.length > 0;
}
