import { sql } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";

/** Milliseconds since 1970, `until` exclusive. */
export type Span = { from: number; until: number };

export type Deliveries = { hour: number; sent: number; failed: number; waiting: number };

/**
 * How many messages were sent in each span, at most `most` of each. A message's id begins with its second, so that the index on ids is one on
 * time too: a week of 168 hours reads as many index entries as it counts, and no row.
 */
export async function messageCounts(
	search: D1Database,
	tenantId: string,
	spans: readonly Span[],
	most: number,
): Promise<number[]> {
	const bounds = spans.map(({ from, until }) => [idAt(from), idAt(until)]);
	const { results } = await search
		.prepare(
			`SELECT (SELECT count(*) FROM (
				SELECT 1 FROM message INDEXED BY message_id
				WHERE tenant_id = ?1 AND message_id >= span.value ->> 0 AND message_id < span.value ->> 1 LIMIT ?3
			)) AS count FROM json_each(?2) span ORDER BY span.key`,
		)
		.bind(tenantId, JSON.stringify(bounds), most)
		.all<{ count: number }>();
	return results.map(({ count }) => count);
}

/** Deliveries by the hour they were made in, and what became of them. */
export async function deliveryCounts({ tenantId, db }: TenantDatabase, { from, until }: Span): Promise<Deliveries[]> {
	return db.all<Deliveries>(sql`
		SELECT created_at / 3600000 * 3600000 AS hour,
			sum(status = 'Sent') AS sent, sum(status IN ('Failed', 'Abandoned')) AS failed,
			sum(status IN ('Queued', 'Sending')) AS waiting
		FROM (SELECT created_at, status FROM delivery
			WHERE tenant_id = ${tenantId} AND created_at >= ${from} AND created_at < ${until}
			ORDER BY created_at DESC LIMIT ${DELIVERIES})
		GROUP BY 1`);
}

/** A bound, as every list has one. */
const DELIVERIES = 20_000;

/** When the newest visitor rooms that take messages and have only their visitor in them were last written in. */
export async function waitingSince({ tenantId, db }: TenantDatabase, most: number): Promise<number[]> {
	const rows = await db.all<{ at: number }>(sql`
		SELECT last_activity_at AS at FROM (
			SELECT last_activity_at, member_count, message_count, is_active FROM chat INDEXED BY chat_kind_activity
			WHERE tenant_id = ${tenantId} AND kind = 'Visitor' AND is_archived = 0
			ORDER BY last_activity_at DESC LIMIT ${most})
		WHERE member_count <= 1 AND message_count > 0 AND is_active = 1`);
	return rows.map(({ at }) => at);
}

function idAt(ms: number): string {
	return Math.floor(ms / 1000)
		.toString(16)
		.padStart(8, "0");
}
