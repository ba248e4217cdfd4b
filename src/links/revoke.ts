import { Failure } from "../http/failure.ts";
import { endVisits } from "../portal/visits.ts";
import { eventStatement, sealEvents } from "./audit.ts";
import type { Outcome } from "./change.ts";
import { linkFor } from "./link.ts";
import { canonical } from "./resource-type.ts";
import { revocable, revokeLinks, type Revoked } from "./revoke-store.ts";
import type { RevokeManyBody } from "./schema.ts";
import type { Staff } from "../auth/staff.ts";
import { actorOf, ownOnly } from "./staff.ts";

/** Links of one transaction, and transactions of one request: what stands open by each link that was viewed has to be closed in its room. */
const PORTION = 100;
const PORTIONS = 5;
/** Links whose audit is sealed right away; what is beyond, the sweep seals. */
const SEALED = 50;

/** Revokes a link, for good: its sessions end and what stands open by it closes at once. */
export async function revoke(staff: Staff, uid: string, reason: string | undefined): Promise<Outcome> {
	const row = await linkFor(staff, uid);
	const revoked = await revokeAll(staff, [row.id], reason);
	// Also of a link that was revoked before: the call that did it may have been lost.
	if (revoked.length === 0) await endVisits(staff.env, row.tenantId, row);
	return { row: await linkFor(staff, uid), isChanged: revoked.length > 0 };
}

/** Revokes all links of a recipient, to a resource, or that somebody made; of an agent, among its own. Answers with their number. */
export async function revokeMany(staff: Staff, body: RevokeManyBody): Promise<{ revoked: number; hasMore: boolean }> {
	const { recipientContactId, resourceType, resourceUid, createdByUserId, reason } = body;
	if (!recipientContactId && !resourceUid && createdByUserId === undefined) throw nothingNamed();
	const own = ownOnly(staff);
	if (own !== undefined && createdByUserId !== undefined && createdByUserId !== own)
		return { revoked: 0, hasMore: false };
	const range = {
		contactId: recipientContactId || undefined,
		resourceType: resourceType && canonical(resourceType),
		resourceUid,
		createdBy: own ?? createdByUserId,
	};
	let revoked = 0;
	for (let portion = 0; portion < PORTIONS; portion += 1) {
		// oxlint-disable-next-line no-await-in-loop -- each portion is what the one before it left
		const ids = await revocable(staff.tenant, range, PORTION);
		// oxlint-disable-next-line no-await-in-loop -- as above
		if (ids.length > 0) revoked += (await revokeAll(staff, ids, reason)).length;
		if (ids.length < PORTION) return { revoked, hasMore: false };
	}
	return { revoked, hasMore: true };
}

async function revokeAll(staff: Staff, ids: readonly number[], reason: string | undefined): Promise<Revoked[]> {
	const { env, tenant, principal, trace, context } = staff;
	const at = Date.now();
	const data = reason === undefined ? {} : { data: { reason } };
	const event = { type: "Revoked", at, actor: actorOf(staff), trace, ...data } as const;
	const revoked = await revokeLinks(tenant, ids, { at, by: principal.userId }, (which) =>
		eventStatement(tenant, which, event),
	);
	const viewed = revoked.filter(({ viewCount }) => viewCount > 0);
	await Promise.all(viewed.map((link) => endVisits(env, tenant.tenantId, link)));
	context.waitUntil(Promise.all(ids.slice(0, SEALED).map((id) => sealEvents(tenant, id))));
	return revoked;
}

function nothingNamed(): Failure {
	const message = "Say which links: 'Recipient Contact Id', 'Resource Uid' or 'Created By User Id'.";
	const fields = [{ errorCode: "NotEmpty", fieldName: "RecipientContactId", message }];
	return new Failure("ValidationFailed", message, { fields });
}
