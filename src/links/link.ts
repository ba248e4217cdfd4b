import type { TenantDatabase } from "../db/database.ts";
import { findLink, type LinkRow } from "./store.ts";

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

/** A link by its number; undefined when the tenant has none of it. */
export async function readLink(tenant: TenantDatabase, linkId: number): Promise<LinkRow | undefined> {
	return findLink(tenant, linkId);
}
