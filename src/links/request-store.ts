import { and, eq, sql } from "drizzle-orm";
import type { Statement } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { linkRequest } from "../db/schema.ts";

export type RequestRow = typeof linkRequest.$inferSelect;
export type RequestKey = Pick<RequestRow, "userId" | "key">;

/** Takes a key for a request: one that nobody has, that is older than `forgotten`, or whose request has been on its way since before `lost`. */
export async function claimRequest(
	{ tenantId, db }: TenantDatabase,
	{ userId, key }: RequestKey,
	requestHash: string,
	{ now, forgotten, lost }: { now: number; forgotten: number; lost: number },
): Promise<boolean> {
	const claim = { requestHash, linkUid: "", answer: "", createdAt: now };
	const rows = await db
		.insert(linkRequest)
		.values({ tenantId, userId, key, ...claim })
		.onConflictDoUpdate({
			target: [linkRequest.tenantId, linkRequest.userId, linkRequest.key],
			set: claim,
			setWhere: sql`created_at <= ${forgotten} OR (answer = '' AND created_at <= ${lost})`,
		})
		.returning({ key: linkRequest.key });
	return rows.length > 0;
}

export async function findRequest(tenant: TenantDatabase, request: RequestKey): Promise<RequestRow | undefined> {
	const [row] = await tenant.db.select().from(linkRequest).where(isAt(tenant, request)).limit(1);
	return row;
}

/** Writes what was answered, for the batch of what the request does; changes nothing when somebody else has taken the key since. */
export function fulfilRequest(
	{ tenantId }: TenantDatabase,
	{ userId, key }: RequestKey,
	claimedAt: number,
	{ linkUid, answer }: { linkUid: string; answer: string },
): Statement {
	return sql`UPDATE link_request SET link_uid = ${linkUid}, answer = ${answer}
		WHERE tenant_id = ${tenantId} AND user_id = ${userId} AND key = ${key} AND created_at = ${claimedAt} AND answer = ''`;
}

/** Gives a key back whose request came to nothing. */
export async function releaseRequest(tenant: TenantDatabase, request: RequestKey, claimedAt: number): Promise<void> {
	await tenant.db
		.delete(linkRequest)
		.where(and(isAt(tenant, request), eq(linkRequest.createdAt, claimedAt), eq(linkRequest.answer, "")));
}

function isAt({ tenantId }: TenantDatabase, { userId, key }: RequestKey) {
	return and(eq(linkRequest.tenantId, tenantId), eq(linkRequest.userId, userId), eq(linkRequest.key, key));
}
