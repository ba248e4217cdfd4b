import { Failure } from "../http/failure.ts";
import { closeVisits } from "../portal/visits.ts";
import { eventStatement, sealEvents } from "./audit.ts";
import { iso, linkFor, statusOf, type LinkRow } from "./link.ts";
import { HOUR_MS, tooLong, tooManyViews, violation } from "./policy.ts";
import type { LinkPatch } from "./schema.ts";
import type { Staff } from "../auth/staff.ts";
import { actorOf } from "./staff.ts";
import { unlockLink, updateLink } from "./store.ts";
import { tierRules } from "./tiers.ts";

/** Tries of a change that others keep coming before; each of them made one of theirs. */
const TRIES = 10;

/** What a change came to. Not changed is a success too: it was so already. */
export type Outcome = { row: LinkRow; isChanged: boolean };

/** Extends a link, or raises its views, within its tier. `wanted` is the version that the change is meant for, where one was named. */
export async function changeLink(
	staff: Staff,
	uid: string,
	patch: LinkPatch,
	wanted: number | undefined,
): Promise<Outcome> {
	for (let tries = 0; tries < TRIES; tries += 1) {
		// oxlint-disable-next-line no-await-in-loop -- each try reads what the one before it met
		const row = await linkFor(staff, uid);
		if (wanted !== undefined && row.version !== wanted)
			throw new Failure("PreconditionFailed", `The link is at version ${row.version}.`);
		if (row.revokedAt !== null) throw revoked();
		const change = changeOf(row, patch, Date.now());
		if (change.expiresAt === row.expiresAt && change.maxViews === row.maxViews) return { row, isChanged: false };
		// oxlint-disable-next-line no-await-in-loop -- as above
		const changed = await applied(staff, row, change);
		if (changed) return { row: changed, isChanged: true };
	}
	throw new Failure("Busy", "Others keep changing this link; try again.");
}

/** Lets codes be tried again on a link that wrong ones have locked. */
export async function unlock(staff: Staff, uid: string): Promise<Outcome> {
	const { tenant, trace } = staff;
	const row = await linkFor(staff, uid);
	if (row.revokedAt !== null) throw revoked();
	const event = { type: "Unlocked", at: Date.now(), actor: actorOf(staff), trace } as const;
	const statement = eventStatement(tenant, row.id, event, { onlyIfChanged: true });
	const isChanged = await unlockLink(tenant, row.id, statement);
	if (!isChanged) return { row, isChanged };
	staff.context.waitUntil(sealEvents(tenant, row.id));
	return { row: await linkFor(staff, uid), isChanged };
}

/** Why nothing is sent to a link's recipient as it is now; undefined when it works. */
export function inactive(row: LinkRow, now: number): Failure | undefined {
	switch (statusOf(row, now)) {
		case "Active":
			return undefined;
		case "Revoked":
			return revoked();
		case "Expired":
			return new Failure("LinkExpired", "This link has expired: extend it.");
		case "Exhausted":
			return new Failure("LinkExhausted", "This link has been opened as often as it may be: raise its views.");
		default:
			return new Failure("LinkLocked", "Wrong codes have locked this link: unlock it.");
	}
}

/**
 * Until when a link may last by its tier, if that is late enough for what `fieldName` asks. Counted from when it was made, so that no extension
 * outlasts the tier.
 */
export function checkedExpiry(row: LinkRow, expiresAt: number, fieldName: string): number {
	if (expiresAt > row.createdAt + tierRules[row.tier].lifeHours.max * HOUR_MS) throw tooLong(row.tier, fieldName);
	return expiresAt;
}

function revoked(): Failure {
	return new Failure("LinkRevoked", "This link is revoked, which is for good: make a new one.");
}

function changeOf(row: LinkRow, patch: LinkPatch, now: number): Pick<LinkRow, "expiresAt" | "maxViews"> {
	const { expiresAtUtc, expiresInHours, maxViews, reset = [] } = patch;
	const most = tierRules[row.tier].maxViews;
	const expiresAt = expiresAtUtc === undefined ? undefined : Date.parse(expiresAtUtc);
	const until = expiresAt ?? (expiresInHours ? now + expiresInHours * HOUR_MS : row.expiresAt);
	if (until !== row.expiresAt && until <= now)
		throw violation("ExpiresAtUtc", "'Expires At Utc' must be in the future.");
	const views = reset.includes("MaxViews") ? null : maxViews || row.maxViews;
	if (most !== null && (views === null || views > most)) throw tooManyViews(row.tier);
	const fieldName = expiresAt === undefined ? "ExpiresInHours" : "ExpiresAtUtc";
	return { expiresAt: until === row.expiresAt ? until : checkedExpiry(row, until, fieldName), maxViews: views };
}

async function applied(
	staff: Staff,
	row: LinkRow,
	change: Pick<LinkRow, "expiresAt" | "maxViews">,
): Promise<LinkRow | undefined> {
	const { env, tenant, trace, context } = staff;
	const data = { expiresAtUtc: iso(change.expiresAt), maxViews: String(change.maxViews ?? "unlimited") };
	const event = { type: "Extended", at: Date.now(), actor: actorOf(staff), trace, data } as const;
	const statement = eventStatement(tenant, row.id, event, { onlyIfChanged: true });
	const changed = await updateLink(tenant, row, change, { after: [statement] });
	if (!changed) return undefined;
	context.waitUntil(sealEvents(tenant, row.id));
	// Sockets keep to the end that they were opened with: those that would outlast the link have to come back for another.
	const isCutShort = change.expiresAt < Math.min(row.expiresAt, Date.now() + tierRules[row.tier].sessionMs);
	if (isCutShort) await closeVisits(env, tenant.tenantId, row);
	return changed;
}
