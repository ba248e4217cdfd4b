import { eq, sql } from "drizzle-orm";
import type { Statement } from "../db/batch.ts";
import type { Database, TenantDatabase } from "../db/database.ts";
import { linkToken } from "../db/schema.ts";

export type TokenPlace = { tenantId: string; linkId: number; tokenHash: string };
export type TokenChannel = (typeof linkToken.$inferSelect)["channel"];

/** A token by its hash: the one look-up without a tenant, since it finds out which tenant is meant. */
export async function findToken(db: Database, tokenHash: string): Promise<TokenPlace | undefined> {
	const [row] = await db
		.select({ tenantId: linkToken.tenantId, linkId: linkToken.linkId, tokenHash: linkToken.tokenHash })
		.from(linkToken)
		.where(eq(linkToken.tokenHash, tokenHash))
		.limit(1);
	return row;
}

/**
 * A link that is as it was read and not revoked, for the statements of a batch: whether there is one, and its number as a parenthesised SELECT,
 * which is empty else. Before the batch changes the link itself.
 */
export function unchanged(
	{ tenantId }: TenantDatabase,
	{ uid, version }: { uid: string; version: number },
): { condition: Statement; linkId: Statement } {
	const own = sql`FROM link WHERE tenant_id = ${tenantId} AND uid = ${uid} AND version = ${version} AND revoked_at IS NULL`;
	return { condition: sql`EXISTS (SELECT 1 ${own})`, linkId: sql`(SELECT id ${own})` };
}

/** Gives a link another token, for a batch; nothing when there is no such link. */
export function insertToken(
	{ tenantId }: TenantDatabase,
	linkId: Statement,
	{ tokenHash, channel, createdAt }: { tokenHash: string; channel: TokenChannel; createdAt: number },
): Statement {
	return sql`INSERT INTO link_token (token_hash, tenant_id, link_id, channel, created_at)
		SELECT ${tokenHash}, ${tenantId}, id, ${channel}, ${createdAt} FROM link WHERE id IN ${linkId}`;
}

/** Voids the tokens that a link has so far, for a batch: what they opened is over, too. */
export function revokeTokens({ tenantId }: TenantDatabase, linkId: Statement, now: number): Statement {
	return sql`UPDATE link_token SET revoked_at = ${now}
		WHERE tenant_id = ${tenantId} AND link_id IN ${linkId} AND revoked_at IS NULL`;
}
