import { and, eq, getTableColumns, sql, type SQL } from "drizzle-orm";
import { batch, type Statement } from "../db/batch.ts";
import type { Database, TenantDatabase } from "../db/database.ts";
import { delivery } from "../db/schema.ts";
import type { DeliveryRow } from "./store.ts";

/** Clocks of two machines differ: what is due within this long is due. */
const SLACK_MS = 2000;

/** How a delivery ends. */
export type Ending = {
	status: "Sent" | "Failed" | "Abandoned";
	provider: string | null;
	providerId: string | null;
	errorCode: string | null;
};

/**
 * Who may end a delivery: the try that is at it; anybody once no try is (`unheld`); or whoever knows that it was sent (`open`), since that is so
 * even when another has taken the message over.
 */
export type Right = { by: "try"; attempts: number } | { by: "unheld" } | { by: "open" };

/** One that is not ended. What belongs to a link that was revoked is not sent. */
export type OpenDelivery = DeliveryRow & { isRevoked: boolean };

/** Whether the link of a delivery was revoked. */
const isRevoked = sql<boolean>`EXISTS (SELECT 1 FROM link
	WHERE link.id = ${delivery.linkId} AND link.tenant_id = ${delivery.tenantId} AND link.revoked_at IS NOT NULL)`;

/**
 * Takes a delivery that is due, or whose last try was lost, for one try that ends at `leaseUntil`; undefined when there is none to take. Of any
 * number of callers at once one gets it.
 */
export async function claim(
	{ tenantId, db }: TenantDatabase,
	id: string,
	now: number,
	leaseUntil: number,
): Promise<DeliveryRow | undefined> {
	const [row] = await db
		.update(delivery)
		.set({ status: "Sending", attempts: sql`attempts + 1`, leaseUntil, nextAt: leaseUntil })
		.where(
			and(
				one(tenantId, id),
				sql`(status = 'Queued' AND next_at <= ${now + SLACK_MS} OR status = 'Sending' AND lease_until <= ${now})`,
				sql`(expires_at IS NULL OR expires_at > ${now}) AND NOT ${isRevoked}`,
			),
		)
		.returning();
	return row;
}

/** A delivery that is not ended; undefined otherwise. */
export async function findOpen({ tenantId, db }: TenantDatabase, id: string): Promise<OpenDelivery | undefined> {
	const [row] = await db
		.select({ ...getTableColumns(delivery), isRevoked: isRevoked.mapWith(Boolean) })
		.from(delivery)
		.where(and(one(tenantId, id), sql`status IN ('Queued', 'Sending')`));
	return row;
}

/** Lets go of a delivery until its next try; false when another has taken it over. */
export async function postpone(
	{ tenantId, db }: TenantDatabase,
	{ id, attempts }: DeliveryRow,
	nextAt: number,
	errorCode: string,
): Promise<boolean> {
	const rows = await db
		.update(delivery)
		.set({ status: "Queued", leaseUntil: null, nextAt, errorCode })
		.where(and(one(tenantId, id), sql`status = 'Sending' AND attempts = ${attempts}`))
		.returning({ id: delivery.id });
	return rows.length > 0;
}

/** Ends a delivery and wipes what it carried, together with `then`, whose first may ask what changed. False when it was not theirs to end. */
export async function end(
	{ tenantId, db }: TenantDatabase,
	id: string,
	{ status, provider, providerId, errorCode }: Ending,
	right: Right,
	now: number,
	then: readonly Statement[],
): Promise<boolean> {
	const update = sql`UPDATE delivery SET status = ${status}, payload = NULL, lease_until = NULL, ended_at = ${now},
			provider = ${provider}, provider_id = ${providerId}, error_code = ${errorCode}
		WHERE tenant_id = ${tenantId} AND id = ${id} AND ${holds(right, now)} RETURNING id`;
	const [ended = []] = await batch<unknown[]>(db, [update, ...then]);
	return ended.length > 0;
}

/** Puts a destination on the list of those that are not written to again. */
export function insertSuppression(
	{ tenantId }: TenantDatabase,
	channel: DeliveryRow["channel"],
	destinationHash: string,
	reason: string,
	now: number,
): Statement {
	return sql`INSERT INTO suppression (tenant_id, channel, destination_hash, reason, created_at)
		VALUES (${tenantId}, ${channel}, ${destinationHash}, ${reason}, ${now}) ON CONFLICT DO NOTHING`;
}

/** Deliveries of any tenant that nobody is at: due for longer than `patience`, or left behind by a try whose lease ended. The oldest first. */
export async function overdue(
	db: Database,
	now: number,
	patience: number,
	take: number,
): Promise<{ tenantId: string; id: string }[]> {
	return db.all(sql`SELECT tenant_id AS tenantId, id FROM delivery INDEXED BY delivery_due
		WHERE status IN ('Queued', 'Sending') AND next_at <= ${now}
			AND (status = 'Sending' OR next_at <= ${now - patience})
		ORDER BY next_at LIMIT ${take}`);
}

function one(tenantId: string, id: string): SQL | undefined {
	return and(eq(delivery.tenantId, tenantId), eq(delivery.id, id));
}

function holds(right: Right, now: number): SQL {
	if (right.by === "try") return sql`status = 'Sending' AND attempts = ${right.attempts}`;
	if (right.by === "open") return sql`status IN ('Queued', 'Sending')`;
	return sql`(status = 'Queued' OR status = 'Sending' AND lease_until <= ${now})`;
}
