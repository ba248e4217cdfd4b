import { sql, type SQL } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { connectionIds } from "./subject-store.ts";

/** How much the record holds of a contact, by the kinds that reports name. */
export async function countHeld(
	{ tenantId, db }: TenantDatabase,
	contactId: number,
	contactUid: string,
): Promise<{ kind: string; count: number }[]> {
	const links = sql`(SELECT id FROM link WHERE tenant_id = ${tenantId} AND contact_id = ${contactId} AND erased_at IS NULL)`;
	const ofLinks = (table: string, condition: SQL = sql`1`) =>
		sql`${sql.raw(table)} WHERE tenant_id = ${tenantId} AND link_id IN ${links} AND ${condition}`;
	const connections = sql`(${connectionIds(tenantId, contactUid)})`;
	const sources: Record<string, SQL> = {
		Contact: sql`contact WHERE tenant_id = ${tenantId} AND contact_id = ${contactId}`,
		SmsConsent: sql`sms_consent WHERE tenant_id = ${tenantId} AND contact_id = ${contactId}`,
		Connection: connections,
		ConnectionEvent: sql`connection_event WHERE tenant_id = ${tenantId} AND connection_id IN ${connections}`,
		Link: links,
		LinkToken: ofLinks("link_token"),
		PortalSession: ofLinks("portal_session"),
		OneTimeCode: ofLinks("otp_challenge"),
		Delivery: ofLinks("delivery", sql`(masked <> '' OR payload IS NOT NULL OR provider_id IS NOT NULL)`),
		LinkEvent: ofLinks(
			"link_event",
			sql`(actor_type = 'Recipient' AND coalesce(ip, user_agent, country) IS NOT NULL OR type = 'Revoked' AND data IS NOT NULL)`,
		),
	};
	// D1 takes no union of so many.
	const counted = await batch<{ count: number }[]>(
		db,
		Object.values(sources).map((source) => sql`SELECT count(*) AS count FROM ${source}`),
	);
	return Object.keys(sources).map((kind, index) => ({ kind, count: counted[index]?.[0]?.count ?? 0 }));
}
