import { sql, type SQL } from "drizzle-orm";
import { batch, type Statement } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import type { LinkRow } from "./store.ts";

/** Which links; what is undefined is all. */
export type Range = {
	contactId: number | undefined;
	resourceType: string | undefined;
	resourceUid: string | undefined;
	createdBy: string | undefined;
};
export type Revoked = Pick<LinkRow, "uid" | "resourceType" | "resourceUid" | "viewCount">;

/** The numbers of some links of a range that are not revoked, the newest first. */
export async function revocable(
	{ tenantId, db }: TenantDatabase,
	{ contactId, resourceType, resourceUid, createdBy }: Range,
	take: number,
): Promise<number[]> {
	const conditions: SQL[] = [sql`tenant_id = ${tenantId} AND revoked_at IS NULL`];
	if (contactId !== undefined) conditions.push(sql`contact_id = ${contactId}`);
	if (resourceType !== undefined) conditions.push(sql`resource_type = ${resourceType}`);
	if (resourceUid !== undefined) conditions.push(sql`resource_uid = ${resourceUid}`);
	if (createdBy !== undefined) conditions.push(sql`created_by = ${createdBy}`);
	const rows = await db.all<{ id: number }>(
		sql`SELECT id FROM link WHERE ${sql.join(conditions, sql` AND `)} ORDER BY created_at DESC LIMIT ${take}`,
	);
	return rows.map(({ id }) => id);
}

/** Revokes links and ends their sessions, in one transaction; each link that was not revoked before has its event, and is answered. */
export async function revokeLinks(
	tenant: TenantDatabase,
	ids: readonly number[],
	{ at, by }: { at: number; by: string },
	event: (link: Statement) => Statement,
): Promise<Revoked[]> {
	const { tenantId } = tenant;
	const listed = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
	const [revoked] = await batch<[Revoked, never, never]>(tenant.db, [
		sql`UPDATE link SET revoked_at = ${at}, revoked_by = ${by}, version = version + 1
			WHERE +tenant_id = ${tenantId} AND revoked_at IS NULL AND id IN ${listed}
			RETURNING uid, resource_type AS resourceType, resource_uid AS resourceUid, view_count AS viewCount`,
		// Nobody takes a revocation back, so a link has one such event at most: who has it already was revoked by somebody else.
		event(sql`(SELECT listed.value FROM json_each(${JSON.stringify(ids)}) AS listed WHERE NOT EXISTS
			(SELECT 1 FROM link_event WHERE tenant_id = ${tenantId} AND link_id = listed.value AND type = 'Revoked'))`),
		sql`UPDATE portal_session SET ended_at = ${at}
			WHERE tenant_id = ${tenantId} AND link_id IN ${listed} AND ended_at IS NULL`,
	]);
	return revoked;
}
