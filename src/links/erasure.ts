/** What a link says of its recipient goes; that there was one, and what happened to it, stays and can be verified. See decision 0013. */
import { Failure } from "../http/failure.ts";
import { ERASED } from "../rooms/erasure.ts";
import { eventStatement, nothing, sealEvents, verifyAudit, withRemains, type Changed, type Remains } from "./audit.ts";
import { listEvents, type EventRow } from "./audit-store.ts";
import { deleteTokens, eraseLinkRow, nextLink, someTokens, unerased } from "./erasure-store.ts";
import type { LinkRow } from "./link.ts";
import type { Staff } from "../auth/staff.ts";
import { actorOf } from "./staff.ts";
import type { TenantDatabase } from "../db/database.ts";
import { forgetLocators } from "./tokens.ts";

/** Tokens that go at once: each is a call to KV. */
const TOKENS = 50;
/** Events that are read at a time. */
const PAGE = 500;
/** Tries of an erasure that events keep coming before. */
const TRIES = 10;

/** The first link of a contact after a number of which something is left; with `isRepeated` also of those that were erased. */
export async function nextToErase(
	tenant: TenantDatabase,
	contactId: number,
	after: number,
	isRepeated: boolean,
): Promise<LinkRow | undefined> {
	return nextLink(tenant, contactId, after, isRepeated ? "all" : "unerased");
}

/** Deletes some of a link's tokens, in KV first, so that none is left there alone. Answers how many went, and whether there may be more. */
export async function eraseTokens(
	{ env, tenant }: Pick<Staff, "env" | "tenant">,
	link: LinkRow,
): Promise<{ erased: number; hasMore: boolean }> {
	const hashes = await someTokens(tenant, link.id, TOKENS);
	await forgetLocators(env, hashes);
	await deleteTokens(tenant, link, hashes);
	return { erased: hashes.length, hasMore: hashes.length === TOKENS };
}

/**
 * Erases what a revoked link and its audit say of the recipient: name and addresses, where requests came from, why it was revoked (a text of
 * somebody's own). Answers how many events were changed. Whatever the audit was before, it stays: one that was not intact is not mended.
 */
export async function eraseRecipient(staff: Staff, { id }: LinkRow): Promise<number> {
	const { tenant, trace } = staff;
	for (let tries = 0; tries < TRIES; tries += 1) {
		// oxlint-disable-next-line no-await-in-loop -- each try reads what the one before it met
		await sealEvents(tenant, id);
		// oxlint-disable-next-line no-await-in-loop -- as above
		const [verdict, found] = await Promise.all([verifyAudit(tenant, id), changesOf(tenant, id)]);
		const { events, changed, count } = found;
		const data: Remains & { events: string } = {
			events: String(count),
			remains: changed.remains ?? "",
			...(verdict.valid ? {} : { brokenAt: String(verdict.brokenAt) }),
		};
		const now = Date.now();
		const event = { type: "Erased", at: now, actor: actorOf(staff), trace, data } as const;
		const erased = eventStatement(tenant, unerased(tenant, id, events), event);
		// oxlint-disable-next-line no-await-in-loop -- as above
		if (await eraseLinkRow(tenant, id, { events, erased, name: ERASED, now })) {
			await sealEvents(tenant, id); // oxlint-disable-line no-await-in-loop -- the last turn
			return count;
		}
	}
	throw new Failure("Busy", "The audit of a link keeps growing; try again.");
}

/** How many events a link has, how many of them an erasure changes, and what is then left of these. */
async function changesOf(
	tenant: TenantDatabase,
	linkId: number,
): Promise<{ events: number; count: number; changed: Changed }> {
	let [events, count, changed] = [0, 0, nothing];
	for (;;) {
		// oxlint-disable-next-line no-await-in-loop -- each page follows the one before it
		const rows = await listEvents(tenant, linkId, events, PAGE);
		for (const row of rows) {
			events = row.n;
			const rest = withoutPerson(row);
			if (rest === row) continue;
			count += 1;
			// oxlint-disable-next-line no-await-in-loop -- each hash is over the one before it
			changed = await withRemains(changed, rest);
		}
		if (rows.length < PAGE) return { events, count, changed };
	}
}

/** An event without what it says of the recipient, as `eraseLinkRow` leaves it; the same one when it says nothing. */
function withoutPerson(row: EventRow): EventRow {
	const isTraced = row.actorType === "Recipient" && (row.ip ?? row.userAgent ?? row.country) !== null;
	const isExplained = row.type === "Revoked" && row.data !== null;
	if (!isTraced && !isExplained) return row;
	const trace = isTraced ? { ip: null, userAgent: null, country: null } : {};
	return { ...row, ...trace, ...(isExplained ? { data: null } : {}) };
}
