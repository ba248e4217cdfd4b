import { and, eq, sql, type SQL } from "drizzle-orm";
import { batch, type Statement } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { link, tenant } from "../db/schema.ts";

export type LinkRow = typeof link.$inferSelect;
export type NewLink = Pick<
	LinkRow,
	| "uid"
	| "resourceType"
	| "resourceUid"
	| "tier"
	| "otpChannel"
	| "deliveryChannels"
	| "contactId"
	| "recipientEmail"
	| "recipientPhone"
	| "recipientName"
	| "recipientType"
	| "smsConsent"
	| "createdBy"
	| "createdByName"
	| "createdByAgentId"
	| "createdAt"
	| "expiresAt"
	| "maxViews"
>;

async function findLink({ tenantId, db }: TenantDatabase, linkId: number): Promise<LinkRow | undefined> {
	const [row] = await db
		.select()
		.from(link)
		.where(and(eq(link.id, linkId), eq(link.tenantId, tenantId)))
		.limit(1);
	return row;
}

export async function findLinkByUid({ tenantId, db }: TenantDatabase, uid: string): Promise<LinkRow | undefined> {
	const [row] = await db
		.select()
		.from(link)
		.where(and(eq(link.tenantId, tenantId), eq(link.uid, uid)))
		.limit(1);
	return row;
}

/** What the tenant is called, if it has a name. */
export async function findTenantName({ tenantId, db }: TenantDatabase): Promise<string | undefined> {
	const [row] = await db.select({ name: tenant.name }).from(tenant).where(eq(tenant.id, tenantId)).limit(1);
	return row?.name;
}

/** The number of a contact that is there: without one a link would be for nobody, which its table refuses. */
function contactOf({ tenantId }: TenantDatabase, contactId: number): SQL {
	return sql`(SELECT contact_id FROM contact WHERE contact_id = ${contactId} AND tenant_id = ${tenantId})`;
}

/**
 * Makes a link and what belongs to it in one transaction. With a `claim` (the statement that fulfils an idempotency key) only when that changed
 * a row; what follows must ask whether the link is there. Nothing is made when the contact has gone meanwhile.
 */
export async function insertLink(
	tenant: TenantDatabase,
	row: NewLink,
	claim: Statement | undefined,
	following: readonly Statement[],
): Promise<LinkRow | undefined> {
	const values = sql`${tenant.tenantId}, ${row.uid}, ${row.resourceType}, ${row.resourceUid}, ${row.tier}, ${row.otpChannel},
		${row.deliveryChannels}, ${contactOf(tenant, row.contactId)}, ${row.recipientEmail}, ${row.recipientPhone}, ${row.recipientName},
		${row.recipientType}, ${Number(row.smsConsent)}, ${row.createdBy}, ${row.createdByName}, ${row.createdByAgentId},
		${row.createdAt}, ${row.expiresAt}, ${row.maxViews}`;
	const insert = sql`INSERT INTO link (tenant_id, uid, resource_type, resource_uid, tier, otp_channel, delivery_channels, contact_id,
			recipient_email, recipient_phone, recipient_name, recipient_type, sms_consent, created_by, created_by_name,
			created_by_agent_id, created_at, expires_at, max_views)
		SELECT ${values} WHERE ${claim ? sql`changes() > 0` : sql`1`}`;
	try {
		await batch(tenant.db, [...(claim ? [claim] : []), insert, ...following]);
	} catch (error) {
		if (String(error).includes("NOT NULL constraint failed: link.contact_id")) return undefined;
		throw error;
	}
	return findLinkByUid(tenant, row.uid);
}

/** What staff may change of a link. */
export type LinkChange = Partial<
	Pick<
		LinkRow,
		"expiresAt" | "maxViews" | "recipientEmail" | "recipientPhone" | "smsConsent" | "otpChannel" | "deliveryChannels"
	>
>;

/**
 * Changes a link that is still as it was read and not revoked, as the last of a transaction: what goes before asks the same (`unchanged`).
 * `after` asks whether this changed a row. Undefined when it did not.
 */
export async function updateLink(
	tenant: TenantDatabase,
	{ id, version }: Pick<LinkRow, "id" | "version">,
	change: LinkChange,
	{ before = [], after = [] }: { before?: readonly Statement[]; after?: readonly Statement[] },
): Promise<LinkRow | undefined> {
	const columns: Record<keyof LinkChange, string> = {
		expiresAt: "expires_at",
		maxViews: "max_views",
		recipientEmail: "recipient_email",
		recipientPhone: "recipient_phone",
		smsConsent: "sms_consent",
		otpChannel: "otp_channel",
		deliveryChannels: "delivery_channels",
	};
	const sets = Object.entries(change).map(
		([name, value]): SQL =>
			sql`${sql.raw(columns[name as keyof LinkChange])} = ${typeof value === "boolean" ? Number(value) : value}`,
	);
	const rows = await batch<{ id: number }[]>(tenant.db, [
		...before,
		sql`UPDATE link SET ${sql.join([...sets, sql`version = version + 1`], sql`, `)}
			WHERE id = ${id} AND tenant_id = ${tenant.tenantId} AND version = ${version} AND revoked_at IS NULL RETURNING id`,
		...after,
	]);
	return rows[before.length]?.length ? findLink(tenant, id) : undefined;
}

/** Forgets the wrong codes of a link that they locked; false when nothing was locked. */
export async function unlockLink(tenant: TenantDatabase, id: number, event: Statement): Promise<boolean> {
	const [changed] = await batch<[{ id: number }, never]>(tenant.db, [
		sql`UPDATE link SET locked_at = NULL, otp_failures = 0, version = version + 1
			WHERE id = ${id} AND tenant_id = ${tenant.tenantId} AND locked_at IS NOT NULL AND revoked_at IS NULL RETURNING id`,
		event,
	]);
	return changed.length > 0;
}
