import { sql } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import type { DeliveryRow } from "./store.ts";

export type ErasedDelivery = Pick<DeliveryRow, "id" | "createdAt" | "provider">;

/** What is there to be erased of a link's messages. */
const HAS_SOMETHING = sql`(masked <> '' OR payload IS NOT NULL OR provider_id IS NOT NULL)`;

/**
 * Ends some messages of a link that are on their way and erases where they went, but for those that are being sent at this moment. Answers with
 * those it erased, and how many are being sent.
 */
export async function eraseMessages(
	{ tenantId, db }: TenantDatabase,
	linkId: number,
	now: number,
	take: number,
): Promise<{ erased: ErasedDelivery[]; beingSent: number }> {
	const own = sql`tenant_id = ${tenantId} AND link_id = ${linkId} AND ${HAS_SOMETHING}`;
	const isBeingSent = sql`(status = 'Sending' AND lease_until > ${now})`;
	const isOpen = sql`status IN ('Queued', 'Sending')`;
	const [erased, [left]] = await batch<[ErasedDelivery, { count: number }]>(db, [
		sql`UPDATE delivery SET masked = '', payload = NULL, provider_id = NULL, lease_until = NULL,
				error_code = iif(${isOpen}, 'Erased', error_code), ended_at = coalesce(ended_at, ${now}),
				status = iif(${isOpen}, 'Abandoned', status)
			WHERE tenant_id = ${tenantId} AND id IN
				(SELECT id FROM delivery WHERE ${own} AND NOT ${isBeingSent} LIMIT ${take})
			RETURNING id, created_at AS createdAt, provider`,
		sql`SELECT count(*) AS count FROM delivery WHERE ${own} AND ${isBeingSent}`,
	]);
	return { erased, beingSent: left?.count ?? 0 };
}
