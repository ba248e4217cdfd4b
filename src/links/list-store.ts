import { sql, type SQL } from "drizzle-orm";
import { desc } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import { link } from "../db/schema.ts";
import type { LinkStatus } from "./link.ts";
import type { LinkRow } from "./store.ts";

export type LinkFilter = {
	contactId: number | undefined;
	resourceUid: string | undefined;
	createdBy: string | undefined;
	resourceType: string | undefined;
	status: LinkStatus | undefined;
};
export type LinkPlace = { createdAt: number; id: number };
export type LinkWindow = { after: LinkPlace | undefined; offset: number; take: number };

/**
 * Rows that a list reads of its index at most. A status depends on the clock and has none of its own, so a walk for a rare one would not end;
 * it stops here and goes on with the cursor.
 */
export const SPAN = 10_000;

/** Links, the newest first, one more than asked for when there are more; and where the walk was broken off, if it was. */
export async function listLinks(
	tenant: TenantDatabase,
	filter: LinkFilter,
	{ after, offset, take }: LinkWindow,
	now: number,
): Promise<{ rows: LinkRow[]; brokenOffAt: LinkPlace | undefined }> {
	const { index, rest } = conditions(tenant, filter, now);
	const beyond = after ? sql`AND (created_at, id) < (${after.createdAt}, ${after.id})` : sql``;
	const walk = sql`FROM link WHERE ${index} ${beyond} ORDER BY created_at DESC, id DESC`;
	const ids = sql`(SELECT id FROM (SELECT * ${walk} LIMIT ${SPAN}) WHERE ${rest} LIMIT ${take + 1} OFFSET ${offset})`;
	// The plus keeps the planner from walking the tenant's links to find the few of this page.
	const rows = await tenant.db
		.select()
		.from(link)
		.where(sql`+${link.tenantId} = ${tenant.tenantId} AND ${link.id} IN ${ids}`)
		.orderBy(desc(link.createdAt), desc(link.id));
	if (rows.length > take) return { rows, brokenOffAt: undefined };
	const [brokenOffAt] = await tenant.db.all<LinkPlace>(
		sql`SELECT created_at AS createdAt, id ${walk} LIMIT 1 OFFSET ${SPAN - 1}`,
	);
	return { rows, brokenOffAt };
}

/** How many links match, of the newest that a walk reads. */
export async function countLinks(tenant: TenantDatabase, filter: LinkFilter, now: number): Promise<number> {
	const { index, rest } = conditions(tenant, filter, now);
	const [row] = await tenant.db.all<{ count: number }>(
		sql`SELECT count(*) AS count FROM (SELECT * FROM link WHERE ${index} ORDER BY created_at DESC, id DESC LIMIT ${SPAN}) WHERE ${rest}`,
	);
	return row?.count ?? 0;
}

/** The conditions that an index answers, in its order, and those that are looked at row by row. */
function conditions({ tenantId }: TenantDatabase, filter: LinkFilter, now: number): { index: SQL; rest: SQL } {
	const { contactId, resourceUid, createdBy, resourceType, status } = filter;
	const parts: SQL[] = [];
	if (contactId !== undefined) parts.push(sql`contact_id = ${contactId}`);
	if (resourceUid !== undefined) parts.push(sql`resource_uid = ${resourceUid}`);
	if (createdBy !== undefined) parts.push(sql`created_by = ${createdBy}`);
	const [indexed, ...others] = parts;
	if (resourceType !== undefined) others.push(sql`resource_type = ${resourceType}`);
	if (status !== undefined) others.push(isOf(status, now));
	return {
		index: sql.join([sql`tenant_id = ${tenantId}`, ...(indexed ? [indexed] : [])], sql` AND `),
		rest: others.length === 0 ? sql`1` : sql.join(others, sql` AND `),
	};
}

/** `statusOf` in SQL. */
function isOf(status: LinkStatus, now: number): SQL {
	const isSpent = sql`coalesce(view_count >= max_views, 0)`;
	return sql`${status} = CASE WHEN revoked_at IS NOT NULL THEN 'Revoked' WHEN expires_at <= ${now} THEN 'Expired'
		WHEN ${isSpent} THEN 'Exhausted' WHEN locked_at IS NOT NULL THEN 'Locked' ELSE 'Active' END`;
}
