import { Failure } from "../http/failure.ts";
import { endVisits } from "../portal/visits.ts";
import { eventStatement, sealEvents } from "./audit.ts";
import type { Outcome } from "./change.ts";
import { linkFor } from "./link.ts";
import { canonical, isBuiltIn } from "./resource-type.ts";
import { revocable, revokeLinks, type Revoked } from "./revoke-store.ts";
import type { RevokeManyBody } from "./schema.ts";
import { actorOf, ownOnly, type Staff } from "./staff.ts";

/** Links of one transaction, and transactions of one request. */
const PORTION = 1000;
const PORTIONS = 10;
/** Links whose audit is sealed and whose sockets are looked for at once; what is beyond, the sweep seals. */
const AT_ONCE = 50;

/** Revokes a link, for good: its sessions end and what stands open by it closes at once. */
export async function revoke(staff: Staff, uid: string, reason: string | undefined): Promise<Outcome> {
	const row = await linkFor(staff, uid);
	const count = await revokeAll(staff, [row], reason);
	return { row: await linkFor(staff, uid), isChanged: count > 0 };
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
		const links = await revocable(staff.tenant, range, PORTION);
		// oxlint-disable-next-line no-await-in-loop -- as above
		if (links.length > 0) revoked += await revokeAll(staff, links, reason);
		if (links.length < PORTION) return { revoked, hasMore: false };
	}
	return { revoked, hasMore: true };
}

async function revokeAll(staff: Staff, links: readonly Revoked[], reason: string | undefined): Promise<number> {
	const { env, tenant, principal, trace, context } = staff;
	const at = Date.now();
	const data = reason === undefined ? {} : { data: { reason } };
	const event = { type: "Revoked", at, actor: actorOf(staff), trace, ...data } as const;
	const ids = links.map(({ id }) => id);
	const count = await revokeLinks(tenant, ids, { at, by: principal.userId }, (which) =>
		eventStatement(tenant, which, event),
	);
	// Also of links that were revoked before: a call that was lost may have left something open.
	const open = links.filter(({ resourceType }) => isBuiltIn(resourceType));
	for (let first = 0; first < open.length; first += AT_ONCE) {
		const some = open.slice(first, first + AT_ONCE);
		// oxlint-disable-next-line no-await-in-loop -- so many rooms at a time
		await Promise.all(some.map((link) => endVisits(env, tenant.tenantId, link)));
	}
	context.waitUntil(Promise.all(ids.slice(0, AT_ONCE).map((id) => sealEvents(tenant, id))));
	return count;
}

function nothingNamed(): Failure {
	const message = "Say which links: 'Recipient Contact Id', 'Resource Uid' or 'Created By User Id'.";
	const fields = [{ errorCode: "NotEmpty", fieldName: "RecipientContactId", message }];
	return new Failure("ValidationFailed", message, { fields });
}
