import { sql, type SQL } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { visitorUserId } from "../rooms/model.ts";
import type { Person } from "./subject.ts";
import { connectionIds } from "./subject-store.ts";

/** A row with its place in the order of its kind. */
export type Held = { place: string } & Record<string, unknown>;

/** What the record holds of a person: a query a kind, each in the order of a `place` that grows as texts do. */
const kinds = {
	Contact: (
		tenantId,
		{ contactId },
	) => sql`SELECT 'x' AS place, contact_id AS contactId, contact_uid AS contactUid, name, email,
			phone, sms_consent = 1 AS smsConsent, contact_type_id AS contactTypeId, customer_uid AS customerId, created_at AS createdAt,
			updated_at AS updatedAt
		FROM contact WHERE tenant_id = ${tenantId} AND contact_id = ${contactId}`,
	SmsConsent: (
		tenantId,
		{ contactId },
	) => sql`SELECT ${padded("version")} AS place, is_granted = 1 AS isGranted, phone, source,
			changed_by AS changedBy, created_at AS createdAt
		FROM sms_consent WHERE tenant_id = ${tenantId} AND contact_id = ${contactId}`,
	Connection: (tenantId, person) => sql`SELECT id AS place, id AS connectionId, requester_uid AS contactId,
			addressee_uid AS toContactId, contact_type_id AS contactTypeId, role_id AS roleId, status, reason,
			requested_at AS requestedAt, responded_at AS respondedAt, ended_at AS endedAt
		FROM connection WHERE tenant_id = ${tenantId} AND id IN (${connections(tenantId, person)})`,
	ConnectionEvent: (
		tenantId,
		person,
	) => sql`SELECT connection_id || ${padded("version")} AS place, connection_id AS connectionId,
			version, type, status, contact_uid AS contactId, reason, created_at AS createdAt
		FROM connection_event WHERE tenant_id = ${tenantId} AND connection_id IN (${connections(tenantId, person)})`,
	Link: (tenantId, { contactId }) => sql`SELECT uid AS place, uid AS customerLinkUID, resource_type AS resourceType,
			resource_uid AS resourceUid, tier AS sensitivityTier, delivery_channels AS deliveryChannels, recipient_name AS recipientName,
			recipient_email AS recipientEmail, recipient_phone AS recipientPhone, recipient_type AS recipientType,
			sms_consent = 1 AS smsConsent, created_by AS createdBy, created_by_name AS createdByName, created_at AS createdAt,
			expires_at AS expiresAt, max_views AS maxViews, view_count AS viewCount, first_viewed_at AS firstViewedAt,
			last_viewed_at AS lastViewedAt, revoked_at AS revokedAt
		FROM link WHERE tenant_id = ${tenantId} AND contact_id = ${contactId}`,
	LinkEvent: (
		tenantId,
		person,
	) => sql`SELECT l.uid || ${padded("t.n")} AS place, l.uid AS customerLinkUID, t.n, t.type, t.at AS at,
			t.actor_type AS actorType, t.channel, t.ip, t.user_agent AS userAgent, t.country, t.data
		${ofLinks("link_event", tenantId, person)}`,
	Delivery: (
		tenantId,
		person,
	) => sql`SELECT t.id AS place, l.uid AS customerLinkUID, t.kind, t.channel, t.masked, t.status,
			t.provider, t.created_at AS createdAt, t.ended_at AS endedAt
		${ofLinks("delivery", tenantId, person)}`,
	PortalSession: (tenantId, person) => sql`SELECT ${padded("t.rowid")} AS place, l.uid AS customerLinkUID, t.level,
			t.created_at AS createdAt, t.expires_at AS expiresAt, t.ended_at AS endedAt
		${ofLinks("portal_session", tenantId, person)}`,
	OneTimeCode: (
		tenantId,
		person,
	) => sql`SELECT ${padded("t.rowid")} AS place, l.uid AS customerLinkUID, t.channel, t.attempts,
			t.created_at AS createdAt, t.expires_at AS expiresAt, t.consumed_at AS consumedAt
		${ofLinks("otp_challenge", tenantId, person)}`,
	VisitorRoom: (tenantId, { visitorIds }) => sql`SELECT r.room_id AS place, r.room_id AS roomId, r.org_id AS orgId,
			r.user_id AS userId, r.product_name AS productName, r.portfolio_name AS portfolioName, r.created_at AS createdAt
		FROM json_each(${JSON.stringify(visitorIds)}) v CROSS JOIN chat_member m ON m.tenant_id = ${tenantId} AND m.user_id = v.value
			CROSS JOIN visitor_room r ON r.tenant_id = ${tenantId} AND r.room_id = substr(m.chat_id, 1, 24)
				AND r.user_id = substr(v.value, ${visitorUserId("").length + 1})`,
} as const satisfies Record<string, (tenantId: string, person: Person) => SQL>;

export type HeldKind = keyof typeof kinds;
export const heldKinds = Object.keys(kinds) as HeldKind[];

/** What is held of a person, of each kind from one on: of that one after a place, and so many rows of each at most. */
export async function listHeld(
	{ tenantId, db }: TenantDatabase,
	person: Person,
	{ from, after, take }: { from: number; after: string; take: number },
): Promise<{ kind: HeldKind; rows: Held[] }[]> {
	const wanted = heldKinds.slice(from);
	const found = await batch<Held[]>(
		db,
		wanted.map((kind, index) => {
			const place = index === 0 ? after : "";
			return sql`SELECT * FROM (${kinds[kind](tenantId, person)}) WHERE place > ${place} ORDER BY place LIMIT ${take}`;
		}),
	);
	return wanted.map((kind, index) => ({ kind, rows: found[index] ?? [] }));
}

/** A number as a text that sorts as it does. */
function padded(column: string): SQL {
	return sql.raw(`printf('%016d', ${column})`);
}

function connections(tenantId: string, { row }: Person): SQL {
	return connectionIds(tenantId, row?.contactUid ?? "");
}

function ofLinks(table: string, tenantId: string, { contactId }: Person): SQL {
	return sql`FROM link l CROSS JOIN ${sql.raw(table)} t ON t.tenant_id = ${tenantId} AND t.link_id = l.id
		WHERE l.tenant_id = ${tenantId} AND l.contact_id = ${contactId}`;
}
