import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import { batch, type Statement } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { link } from "../db/schema.ts";
import type { LinkRow } from "./store.ts";

/** The first link of a contact after a number: of all, or of those that are not erased. */
export async function nextLink(
	{ tenantId, db }: TenantDatabase,
	contactId: number,
	after: number,
	which: "all" | "unerased",
): Promise<LinkRow | undefined> {
	const isWanted = which === "all" ? undefined : isNull(link.erasedAt);
	const [row] = await db
		.select()
		.from(link)
		.where(and(eq(link.tenantId, tenantId), eq(link.contactId, contactId), isWanted, gt(link.id, after)))
		.orderBy(asc(link.id))
		.limit(1);
	return row;
}

/** Some tokens of a link. */
export async function someTokens({ tenantId, db }: TenantDatabase, linkId: number, take: number): Promise<string[]> {
	const rows = await db.all<{ hash: string }>(
		sql`SELECT token_hash AS hash FROM link_token WHERE tenant_id = ${tenantId} AND link_id = ${linkId} LIMIT ${take}`,
	);
	return rows.map(({ hash }) => hash);
}

/** Deletes tokens of a link, and what an idempotency key would answer with again. */
export async function deleteTokens(
	{ tenantId, db }: TenantDatabase,
	{ uid, createdBy }: Pick<LinkRow, "uid" | "createdBy">,
	hashes: readonly string[],
): Promise<void> {
	await batch(db, [
		sql`DELETE FROM link_token WHERE tenant_id = ${tenantId}
			AND token_hash IN (SELECT value FROM json_each(${JSON.stringify(hashes)}))`,
		sql`DELETE FROM link_request WHERE tenant_id = ${tenantId} AND user_id = ${createdBy} AND link_uid = ${uid}`,
	]);
}

/** A link that is not erased and has so many events, as a parenthesised SELECT of its number: for the statement of the next event. */
export function unerased({ tenantId }: TenantDatabase, linkId: number, events: number): Statement {
	return sql`(SELECT id FROM link WHERE id = ${linkId} AND tenant_id = ${tenantId} AND erased_at IS NULL
		AND ${events} = (SELECT coalesce(max(n), 0) FROM link_event WHERE tenant_id = ${tenantId} AND link_id = ${linkId}))`;
}

/**
 * Erases what a link and its first `events` events say of the recipient, if `erased` (the statement of the event that tells of it) writes its
 * row. What goes of events is what `withoutPerson` says.
 */
export async function eraseLinkRow(
	{ tenantId, db }: TenantDatabase,
	linkId: number,
	{ events, erased, name, now }: { events: number; erased: Statement; name: string; now: number },
): Promise<boolean> {
	const own = sql`tenant_id = ${tenantId} AND link_id = ${linkId} AND n <= ${events} AND EXISTS (SELECT 1 FROM link_event e
		WHERE e.tenant_id = ${tenantId} AND e.link_id = ${linkId} AND e.n = ${events + 1} AND e.type = 'Erased' AND e.at = ${now})`;
	const [, changed] = await batch<[never, { id: number }, never, never]>(db, [
		erased,
		sql`UPDATE link SET recipient_email = NULL, recipient_phone = NULL, recipient_name = ${name}, recipient_type = NULL,
				version = version + 1, erased_at = ${now}
			WHERE id = ${linkId} AND tenant_id = ${tenantId} AND erased_at IS NULL AND changes() > 0 RETURNING id`,
		sql`UPDATE link_event SET ip = NULL, user_agent = NULL, country = NULL WHERE ${own} AND actor_type = 'Recipient'`,
		sql`UPDATE link_event SET data = NULL WHERE ${own} AND type = 'Revoked'`,
	]);
	return changed.length > 0;
}
