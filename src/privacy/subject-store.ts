import { sql, type SQL } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";

export type PersonRow = { contactUid: string; email: string | null; phone: string | null };

export async function findPerson({ tenantId, db }: TenantDatabase, contactId: number): Promise<PersonRow | undefined> {
	const [row] = await db.all<PersonRow>(
		sql`SELECT contact_uid AS contactUid, email, phone FROM contact WHERE contact_id = ${contactId} AND tenant_id = ${tenantId}`,
	);
	return row;
}

/** The first contact of a customer after a number. */
export async function nextContact(
	{ tenantId, db }: TenantDatabase,
	customerUid: string,
	after: number,
): Promise<number | undefined> {
	const [row] = await db.all<{ contactId: number }>(sql`SELECT contact_id AS contactId FROM contact
		WHERE tenant_id = ${tenantId} AND customer_uid = ${customerUid} AND contact_id > ${after} ORDER BY contact_id LIMIT 1`);
	return row?.contactId;
}

/** Whether a link that was made for a contact still says so. */
export async function hasLinks({ tenantId, db }: TenantDatabase, contactId: number): Promise<boolean> {
	const rows = await db.all(
		sql`SELECT 1 FROM link WHERE tenant_id = ${tenantId} AND contact_id = ${contactId} AND erased_at IS NULL LIMIT 1`,
	);
	return rows.length > 0;
}

/** A place where somebody is or was a member: the first after a place, in the order of chats and user ids. */
export type Place = { chatId: string; userId: string };

/**
 * Places of a person: chats that links led it to (`guestPrefix` and the link's uid is its user id there), and those where one of its user ids
 * is a member's. Of links that are erased nothing is asked for.
 */
export async function nextPlace(
	{ tenantId, db }: TenantDatabase,
	{ contactId, visitorIds, guestPrefix }: { contactId: number; visitorIds: readonly string[]; guestPrefix: string },
	after: Place,
): Promise<Place | undefined> {
	const [row] = await db.all<Place>(sql`SELECT chatId, userId FROM (
			SELECT resource_uid AS chatId, ${guestPrefix} || uid AS userId FROM link
			WHERE tenant_id = ${tenantId} AND contact_id = ${contactId} AND resource_type = 'Chat' AND view_count > 0
				AND erased_at IS NULL
			UNION SELECT m.chat_id, m.user_id FROM json_each(${JSON.stringify(visitorIds)}) v
				CROSS JOIN chat_member m ON m.tenant_id = ${tenantId} AND m.user_id = v.value)
		WHERE (chatId, userId) > (${after.chatId}, ${after.userId}) ORDER BY chatId, userId LIMIT 1`);
	return row;
}

/** The ids of a contact's connections, whichever side it is on, as a SELECT. */
export function connectionIds(tenantId: string, contactUid: string): SQL {
	return sql`SELECT id FROM connection WHERE tenant_id = ${tenantId} AND requester_uid = ${contactUid}
		UNION ALL SELECT id FROM connection WHERE tenant_id = ${tenantId} AND addressee_uid = ${contactUid}`;
}
