/**
 * The audit of a link: a chain in which each event's hash is over the hash before it and the event itself. Events are written in the batch of
 * what they tell of, and sealed right after. How many are sealed and the hash of the last stand on the link's own row.
 *
 * What is personal in it can be erased: the events keep their hashes, and an `Erased` event after them holds a hash of what is left of those
 * that were changed (`erasure.ts`, decision 0013).
 */
import { sha256 } from "../auth/key-format.ts";
import { batch, type Statement } from "../db/batch.ts";
import { database, tenantDatabase, type TenantDatabase } from "../db/database.ts";
import {
	insertEvent,
	listEvents,
	readSeal,
	unsealedLinks,
	writeSeals,
	type Actor,
	type EventRow,
	type EventType,
} from "./audit-store.ts";
import type { Trace } from "../http/trace.ts";

/** Events that are read at a time. */
const PAGE = 500;
/** Links that one sweep seals. */
const SWEEP = 100;

/** Something that happened to a link. `data` holds no secret: no token, no code, no address in full. */
export type LinkEvent = {
	type: EventType;
	/** Milliseconds since 1970. */
	at: number;
	actor: Actor;
	channel?: "Email" | "Sms" | "Url";
	trace?: Trace;
	data?: Record<string, string>;
};

export const recipient: Actor = { type: "Recipient", id: null };
export const system: Actor = { type: "System", id: null };

/** What the verifier found. `brokenAt` is the number of the first event that is not as it was sealed. */
export type Verdict =
	| { valid: true; count: number; head: string | null }
	| { valid: false; brokenAt: number; why: string };

/** Writes an event by itself and seals it. */
export async function recordEvent(tenant: TenantDatabase, linkId: number, event: LinkEvent): Promise<void> {
	await batch(tenant.db, [eventStatement(tenant, linkId, event)]);
	await sealEvents(tenant, linkId);
}

/**
 * The statement that writes an event, for a caller's own batch; call `sealEvents` after it. With `onlyIfChanged` it writes only when the
 * statement right before it changed a row. A parenthesised SELECT of numbers writes it for each of these links.
 */
export function eventStatement(
	tenant: TenantDatabase,
	links: number | Statement,
	{ type, at, actor, channel, trace, data }: LinkEvent,
	{ onlyIfChanged = false } = {},
): Statement {
	const { ip = null, userAgent = null, country = null } = trace ?? {};
	const row = {
		type,
		at,
		actorType: actor.type,
		actorId: actor.id,
		channel: channel ?? null,
		ip,
		userAgent,
		country,
		data: data ? JSON.stringify(data) : null,
	};
	return insertEvent(tenant, links, row, { onlyIfChanged });
}

/** Gives the events that have none their hashes, in order. What is hashed is the same for everybody, so several at once write the same. */
export async function sealEvents(tenant: TenantDatabase, linkId: number): Promise<void> {
	const seal = await readSeal(tenant, linkId);
	if (!seal) return;
	let { count, head } = seal;
	for (;;) {
		// oxlint-disable-next-line no-await-in-loop -- each page follows the one before it
		const rows = await listEvents(tenant, linkId, count, PAGE);
		const hashes: [number, string][] = [];
		for (const row of rows) {
			// A gap is nobody's to close: the verifier tells of it.
			if (row.n !== count + 1) break;
			// oxlint-disable-next-line no-await-in-loop -- each hash is over the one before it
			head = await hashOf(tenant, linkId, head, row);
			count = row.n;
			hashes.push([row.n, head]);
		}
		// oxlint-disable-next-line no-await-in-loop -- as above
		if (hashes.length > 0) await writeSeals(tenant, linkId, hashes, { count, head });
		if (hashes.length < PAGE) return;
	}
}

/** Reads a link's audit from the beginning and says whether it is as it was sealed. Events that wait for their seal are not judged. */
export async function verifyAudit(tenant: TenantDatabase, linkId: number): Promise<Verdict> {
	const seal = await readSeal(tenant, linkId);
	if (!seal) return { valid: false, brokenAt: 1, why: "The link is gone." };
	let count = 0;
	let head: string | null = null;
	/** Events that are not as they were sealed, and that no later one has answered for yet. */
	let changed: Changed = nothing;
	while (count < seal.count) {
		// oxlint-disable-next-line no-await-in-loop -- each page follows the one before it
		const rows = await listEvents(tenant, linkId, count, PAGE);
		for (const row of rows) {
			if (count >= seal.count) break;
			if (row.n !== count + 1) return broken(changed.from ?? count + 1, "An event was removed, or moved.");
			// oxlint-disable-next-line no-await-in-loop -- each hash is over the one before it
			const isAsSealed = row.hash === (await hashOf(tenant, linkId, head, row));
			if (isAsSealed && row.type === "Erased") {
				const problem = problemOf(changed, row);
				if (problem) return problem;
				changed = nothing;
				// oxlint-disable-next-line no-await-in-loop -- as above
			} else if (!isAsSealed) changed = await withRemains(changed, row);
			head = row.hash;
			count = row.n;
		}
		if (rows.length === 0) return broken(changed.from ?? count + 1, "Events were removed from the end.");
	}
	if (changed.from !== null) return broken(changed.from, "The event is not as it was written.");
	if (head !== seal.head) return broken(count, "The chain does not end as the link's row says.");
	return { valid: true, count, head };
}

/** Events that are not as they were sealed: the first of them, and a hash over what each of them is now. */
export type Changed = { from: number | null; remains: string | null };
export const nothing: Changed = { from: null, remains: null };

/** The same with one more. */
export async function withRemains({ from, remains }: Changed, row: EventRow): Promise<Changed> {
	return { from: from ?? row.n, remains: await sha256(JSON.stringify([remains, ...valuesOf(row), row.hash])) };
}

/** What an erasure says of the events before it, in the words of its own: see `Changed`. `brokenAt`: they were not as sealed even then. */
export type Remains = { remains: string; brokenAt?: string };

function problemOf(changed: Changed, { n, data }: EventRow): Verdict | undefined {
	const { remains, brokenAt } = JSON.parse(data ?? "{}") as Partial<Remains>;
	if (brokenAt !== undefined) return broken(Number(brokenAt), "It was not as it was written when it was erased.");
	if (remains === (changed.remains ?? "")) return undefined;
	return broken(changed.from ?? n, "The event is not as its erasure left it.");
}

/** Seals what calls left that were lost half-way: for the sweep. */
export async function sealLeftovers(env: Env): Promise<void> {
	const links = await unsealedLinks(database(env), SWEEP);
	await Promise.all(links.map(({ tenantId, linkId }) => sealEvents(tenantDatabase(env, tenantId), linkId)));
}

function broken(brokenAt: number, why: string): Verdict {
	return { valid: false, brokenAt, why };
}

/** SHA-256 over the hash before and the row, each value in its place. */
async function hashOf(
	{ tenantId }: TenantDatabase,
	linkId: number,
	before: string | null,
	row: EventRow,
): Promise<string> {
	return sha256(JSON.stringify([before, tenantId, linkId, ...valuesOf(row)]));
}

function valuesOf({ n, type, at, actorType, actorId, channel, ip, userAgent, country, data }: EventRow): unknown[] {
	return [n, type, at, actorType, actorId, channel, ip, userAgent, country, data];
}
