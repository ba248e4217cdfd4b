import { sql, type SQL } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { Database, TenantDatabase } from "../db/database.ts";
import type { linkEvent } from "../db/schema.ts";

export type EventType = (typeof linkEvent.$inferSelect)["type"];
export type Actor = { type: "User" | "Recipient" | "System"; id: string | null };

/** An event with the texts that its hash is made of: `data` is JSON as it is stored. */
export type EventRow = {
	n: number;
	type: EventType;
	at: number;
	actorType: Actor["type"];
	actorId: string | null;
	channel: "Email" | "Sms" | "Url" | null;
	ip: string | null;
	userAgent: string | null;
	country: string | null;
	data: string | null;
	hash: string | null;
};

/** How far a link's audit is sealed: the number of its events, and the hash of the last. */
export type Seal = { count: number; head: string | null };

/**
 * The INSERT of an event as the next of its link, or of each link of a parenthesised SELECT. With `onlyIfChanged`, only when the statement
 * before it in the batch changed a row. Where its recipient comes from is not noted of a link that was erased.
 */
export function insertEvent(
	{ tenantId }: TenantDatabase,
	links: number | SQL,
	event: Omit<EventRow, "n" | "hash">,
	{ onlyIfChanged }: { onlyIfChanged: boolean },
): SQL {
	const { type, at, actorType, actorId, channel, ip, userAgent, country, data } = event;
	const traced = (value: string | null) =>
		sql`iif(${actorType} = 'Recipient' AND link.erased_at IS NOT NULL, NULL, ${value})`;
	return sql`INSERT INTO link_event
			(tenant_id, link_id, n, type, at, actor_type, actor_id, channel, ip, user_agent, country, data)
		SELECT ${tenantId}, link.id,
			(SELECT coalesce(max(n), 0) + 1 FROM link_event WHERE tenant_id = ${tenantId} AND link_id = link.id),
			${type}, ${at}, ${actorType}, ${actorId}, ${channel}, ${traced(ip)}, ${traced(userAgent)}, ${traced(country)}, ${data}
		FROM link WHERE +link.tenant_id = ${tenantId} AND link.id IN ${typeof links === "number" ? sql`(${links})` : links}
			AND ${onlyIfChanged ? sql`changes() > 0` : sql`1`}`;
}

/** Events of a link beyond a number, in their order. */
export async function listEvents(
	{ tenantId, db }: TenantDatabase,
	linkId: number,
	after: number,
	take: number,
): Promise<EventRow[]> {
	return db.all<EventRow>(sql`
		SELECT n, type, at, actor_type AS actorType, actor_id AS actorId, channel, ip, user_agent AS userAgent, country, data, hash
		FROM link_event WHERE tenant_id = ${tenantId} AND link_id = ${linkId} AND n > ${after} ORDER BY n LIMIT ${take}`);
}

export async function readSeal({ tenantId, db }: TenantDatabase, linkId: number): Promise<Seal | undefined> {
	const [row] = await db.all<Seal>(
		sql`SELECT audit_count AS count, audit_head AS head FROM link WHERE id = ${linkId} AND tenant_id = ${tenantId}`,
	);
	return row;
}

/** Writes the hashes of events that have none, and how far they go. Whoever comes second with the same hashes changes nothing. */
export async function writeSeals(
	{ tenantId, db }: TenantDatabase,
	linkId: number,
	hashes: readonly (readonly [n: number, hash: string])[],
	seal: Seal,
): Promise<void> {
	await batch(db, [
		sql`UPDATE link_event SET hash = seal.value ->> 1 FROM json_each(${JSON.stringify(hashes)}) AS seal
			WHERE tenant_id = ${tenantId} AND link_id = ${linkId} AND n = seal.value ->> 0 AND hash IS NULL`,
		sql`UPDATE link SET audit_count = ${seal.count}, audit_head = ${seal.head}
			WHERE id = ${linkId} AND tenant_id = ${tenantId} AND audit_count < ${seal.count}`,
	]);
}

/** Links of any tenant with events that were not sealed: what a call left that was lost half-way. */
export async function unsealedLinks(db: Database, take: number): Promise<{ tenantId: string; linkId: number }[]> {
	return db.all(sql`SELECT DISTINCT tenant_id AS tenantId, link_id AS linkId
		FROM link_event INDEXED BY link_event_unsealed WHERE hash IS NULL LIMIT ${take}`);
}
