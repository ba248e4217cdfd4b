import { sql } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { connectionIds } from "./subject-store.ts";

/** Deletes some connections of a contact with their histories. */
export async function deleteConnections(
	{ tenantId, db }: TenantDatabase,
	contactUid: string,
	take: number,
): Promise<{ connections: number; events: number }> {
	const ids = sql`(SELECT id FROM (${connectionIds(tenantId, contactUid)}) ORDER BY id LIMIT ${take})`;
	const [events, connections] = await batch<[unknown, unknown]>(db, [
		sql`DELETE FROM connection_event WHERE tenant_id = ${tenantId} AND connection_id IN ${ids} RETURNING version`,
		sql`DELETE FROM connection WHERE tenant_id = ${tenantId} AND id IN ${ids} RETURNING id`,
	]);
	return { connections: connections.length, events: events.length };
}

/** Deletes a contact and when it agreed to text messages; nothing while something else still says who it was. */
export async function deletePerson(
	{ tenantId, db }: TenantDatabase,
	{ contactId, contactUid }: { contactId: number; contactUid: string },
): Promise<{ contacts: number; consents: number }> {
	const isAlone = sql`NOT EXISTS (SELECT 1 FROM link WHERE tenant_id = ${tenantId} AND contact_id = ${contactId} AND erased_at IS NULL)
		AND NOT EXISTS (${connectionIds(tenantId, contactUid)})`;
	const own = sql`tenant_id = ${tenantId} AND contact_id = ${contactId} AND ${isAlone}`;
	const [consents, contacts] = await batch<[unknown, unknown]>(db, [
		sql`DELETE FROM sms_consent WHERE ${own} RETURNING version`,
		sql`DELETE FROM contact WHERE ${own} RETURNING contact_id`,
	]);
	return { consents: consents.length, contacts: contacts.length };
}

/** How many of some destinations are on the list of those that are not written to again. */
export async function countSuppressions(
	{ tenantId, db }: TenantDatabase,
	destinations: readonly (readonly [channel: string, hash: string])[],
): Promise<number> {
	const rows = await db.all(sql`SELECT 1 FROM json_each(${JSON.stringify(destinations)}) d CROSS JOIN suppression s
		ON s.tenant_id = ${tenantId} AND s.channel = d.value ->> 0 AND s.destination_hash = d.value ->> 1`);
	return rows.length;
}

/** Takes the four fields off a visitor's room; it is the room of nobody then, and not found by them. */
export async function forgetVisitorRoom(
	{ tenantId, db }: TenantDatabase,
	{ roomId, userId, name }: { roomId: string; userId: string; name: string },
): Promise<number> {
	const rows =
		await db.all(sql`UPDATE visitor_room SET user_id = 'erased-' || room_id, portfolio_name = ${name}, is_active = 0
		WHERE tenant_id = ${tenantId} AND room_id = ${roomId} AND user_id = ${userId} RETURNING room_id`);
	return rows.length;
}
