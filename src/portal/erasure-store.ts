import { sql } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";

/** Some codes that were asked for by a link. */
export async function someChallenges(
	{ tenantId, db }: TenantDatabase,
	linkId: number,
	take: number,
): Promise<string[]> {
	const rows = await db.all<{ id: string }>(
		sql`SELECT id FROM otp_challenge WHERE tenant_id = ${tenantId} AND link_id = ${linkId} LIMIT ${take}`,
	);
	return rows.map(({ id }) => id);
}

/** Deletes codes, and some sessions of the link. Answers how many sessions went. */
export async function deleteVisits(
	{ tenantId, db }: TenantDatabase,
	linkId: number,
	challengeIds: readonly string[],
	sessions: number,
): Promise<number> {
	const [, gone] = await batch<[never, { id: string }]>(db, [
		sql`DELETE FROM otp_challenge WHERE tenant_id = ${tenantId}
			AND id IN (SELECT value FROM json_each(${JSON.stringify(challengeIds)}))`,
		sql`DELETE FROM portal_session WHERE tenant_id = ${tenantId} AND id_hash IN
			(SELECT id_hash FROM portal_session WHERE tenant_id = ${tenantId} AND link_id = ${linkId} LIMIT ${sessions})
			RETURNING id_hash AS id`,
	]);
	return gone.length;
}
