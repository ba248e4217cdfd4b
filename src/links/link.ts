import type { TenantDatabase } from "../db/database.ts";
import { Failure } from "../http/failure.ts";
import type { LinkInfo } from "./schema.ts";
import type { Staff } from "../auth/staff.ts";
import { ownOnly } from "./staff.ts";
import { findLinkByUid, findTenantName, type LinkRow } from "./store.ts";
import { tierRules } from "./tiers.ts";

export type { LinkRow };

export const linkStatuses = ["Active", "Locked", "Exhausted", "Expired", "Revoked"] as const;
export type LinkStatus = (typeof linkStatuses)[number];

/** What has become of a link at a moment (milliseconds since 1970): the first that is true of Revoked, Expired, Exhausted, Locked, else Active. */
export function statusOf(
	link: Pick<LinkRow, "revokedAt" | "expiresAt" | "maxViews" | "viewCount" | "lockedAt">,
	now: number,
): LinkStatus {
	if (link.revokedAt !== null) return "Revoked";
	if (link.expiresAt <= now) return "Expired";
	if (link.maxViews !== null && link.viewCount >= link.maxViews) return "Exhausted";
	return link.lockedAt === null ? "Active" : "Locked";
}

/** A link that somebody of the staff may see: 404 for another's link as for none. */
export async function linkFor(staff: Staff, uid: string): Promise<LinkRow> {
	const row = await findLinkByUid(staff.tenant, uid);
	const own = ownOnly(staff);
	if (row && (own === undefined || row.createdBy === own)) return row;
	throw new Failure("LinkNotFound", "There is no such link.");
}

/** What recipients read of who a link is from. */
export async function tenantNameOf(tenant: TenantDatabase): Promise<string> {
	return (await findTenantName(tenant)) ?? tenant.tenantId;
}

/** A link as staff see it. */
export function presented(row: LinkRow, now = Date.now()): LinkInfo {
	return {
		customerLinkId: row.id,
		customerLinkUID: row.uid,
		tokenHash: null,
		resourceType: row.resourceType,
		resourceUid: row.resourceUid,
		sensitivityTier: row.tier,
		requireOtp: tierRules[row.tier].otp !== null,
		otpChannel: row.otpChannel,
		deliveryChannels: row.deliveryChannels,
		recipientContactId: row.contactId,
		recipientEmail: row.recipientEmail,
		recipientPhone: row.recipientPhone,
		smsConsentSnapshot: row.smsConsent,
		createdByUserId: row.createdBy,
		createdByAgentId: row.createdByAgentId,
		createdAtUtc: iso(row.createdAt),
		expiresAtUtc: iso(row.expiresAt),
		maxViews: row.maxViews,
		viewCount: row.viewCount,
		revokedAtUtc: isoOrNull(row.revokedAt),
		revokedByUserId: row.revokedBy,
		tenantId: row.tenantId,
		recipientDisplayName: row.recipientName,
		recipientType: row.recipientType,
		status: statusOf(row, now),
		createdByName: row.createdByName,
		firstViewedAtUtc: isoOrNull(row.firstViewedAt),
		lastViewedAtUtc: isoOrNull(row.lastViewedAt),
		lockedAtUtc: isoOrNull(row.lockedAt),
		version: row.version,
	};
}

/** Milliseconds since 1970 as the wire has instants. */
export function iso(time: number): string {
	return new Date(time).toISOString();
}

export function isoOrNull(time: number | null): string | null {
	return time === null ? null : iso(time);
}
