import { allows } from "../auth/permissions.ts";
import type { Principal } from "../auth/principal.ts";
import type { TenantDatabase } from "../db/database.ts";
import { Failure } from "../http/failure.ts";
import { dashed, newGuid, parseGuid } from "../rooms/room-id.ts";
import type {
	Connection,
	ConnectionEvent,
	ConnectionEventsQuery,
	ConnectionListQuery,
	ConnectionRequest,
	Guard,
} from "./schema.ts";
import {
	changeConnection,
	findConnection,
	findContactUid,
	findParties,
	hasContactType,
	insertConnection,
	listConnections,
	listEvents,
	type ConnectionRow,
	type EventRow,
	type Happening,
	type NamedRow,
} from "./store.ts";
import { asked, blockedFromTheStart, decide, type Action, type Decision } from "./transitions.ts";

/** Tries of a change that others keep coming before; each of them made one of theirs, and few states allow many. */
const TRIES = 10;

/** Who acts, and for whom it may: for every contact of the tenant, or for its own, if it has one. */
export type Standing = { userId: string } & (
	| { isAdministrator: true }
	| { isAdministrator: false; ownUid: string | undefined }
);

/** What an action came to. Not changed is a success too: it was so already. */
export type Outcome = { connection: Connection; isChanged: boolean };

/** What a principal may do with connections. A token says who its contact is by GUID or by number. */
export async function standingOf(db: TenantDatabase, principal: Principal): Promise<Standing> {
	const { userId, roles, contactId = "" } = principal;
	if (allows(roles, "connections:administer")) return { userId, isAdministrator: true };
	const isNumber = /^\d{1,15}$/.test(contactId);
	const ownUid = isNumber ? await findContactUid(db, Number(contactId)) : parseGuid(contactId);
	return { userId, isAdministrator: false, ownUid };
}

/** Asks for a connection, or accepts the request that came the other way; or blocks somebody, whether connected or not. */
export async function requestConnection(
	db: TenantDatabase,
	standing: Standing,
	action: "request" | "block",
	body: ConnectionRequest,
): Promise<Outcome> {
	const actor = actorOf(standing, body.contactId);
	const { toContactId: other, roleId } = body;
	if (actor === other)
		throw wrongField("ToContactId", "NotEqual", "'To Contact Id' must not be the contact that asks.");
	const pairKey = pairKeyOf(actor, other);
	return retried(async (now) => {
		const { row, contacts, hasRole } = await findParties(db, { roleId, pairKey, contactUids: [actor, other], now });
		if (!contacts.has(actor) || !contacts.has(other)) throw new Failure("NotFound", "There is no such contact.");
		if (!hasRole) throw new Failure("NotFound", "There is no such role.");
		const contactTypeId = await typeOf(db, body.contactTypeId ?? contacts.get(other) ?? row?.contactTypeId);
		const happening = {
			type: "Requested" as const,
			contactUid: actor,
			userId: standing.userId,
			reason: body.reason ?? null,
		};
		if (row) return applied(db, row, action, { ...happening, createdAt: now }, contactTypeId);
		const state = action === "block" ? blockedFromTheStart(actor, other, now) : asked(actor, other, now);
		const fresh = { ...state, id: newId(now), roleId, pairKey, contactTypeId };
		const inserted = await insertConnection(db, fresh, { ...happening, type: state.status, createdAt: now });
		return inserted && { connection: connectionOf(inserted, now), isChanged: true };
	});
}

/** Does something with a connection, which must be the one that the guard describes. */
export async function actOn(
	db: TenantDatabase,
	standing: Standing,
	id: string,
	action: Exclude<Action, "request">,
	guard: Guard,
): Promise<Outcome> {
	return retried(async (now) => {
		const row = visible(standing, await findConnection(db, id, now));
		checkGuard(row, guard);
		const contactUid = standing.isAdministrator ? guard.contactId : (standing.ownUid ?? "");
		const happening = { type: row.status, contactUid, userId: standing.userId, reason: guard.reason ?? null };
		return applied(db, row, action, { ...happening, createdAt: now });
	});
}

export async function readConnection(db: TenantDatabase, standing: Standing, id: string): Promise<Connection> {
	const now = Date.now();
	return connectionOf(visible(standing, await findConnection(db, id, now)), now);
}

/** Connections, the newest first: the tenant's or a contact's for staff, one's own for everybody else. */
export async function connectionsOf(
	db: TenantDatabase,
	standing: Standing,
	{ status, contactId, countPerPage, cursor }: ConnectionListQuery,
): Promise<{ connections: Connection[]; hasMorePages: boolean; cursor: string | null }> {
	const now = Date.now();
	const contactUid = standing.isAdministrator ? contactId : standing.ownUid;
	if (!standing.isAdministrator && contactUid === undefined)
		return { connections: [], hasMorePages: false, cursor: null };
	// Somebody who asks for another contact's connections means those with itself.
	const isPair = contactUid !== undefined && contactId !== undefined && contactId !== contactUid;
	const pairKey = isPair ? pairKeyOf(contactUid, contactId) : undefined;
	const found = await listConnections(db, { contactUid, pairKey, status, before: cursor, take: countPerPage }, now);
	const rows = found.slice(0, countPerPage);
	const last = rows.at(-1);
	return {
		connections: rows.map((row) => connectionOf(row, now)),
		hasMorePages: found.length > rows.length,
		cursor: last ? dashed(last.id) : null,
	};
}

/** What happened to a connection, the oldest first. */
export async function historyOf(
	db: TenantDatabase,
	standing: Standing,
	id: string,
	{ after, take }: ConnectionEventsQuery,
): Promise<{ events: ConnectionEvent[]; hasMore: boolean }> {
	visible(standing, await findConnection(db, id, Date.now()));
	const rows = await listEvents(db, id, after, take);
	return { events: rows.slice(0, take).map((row) => eventOf(row, standing)), hasMore: rows.length > take };
}

/** Runs what came too late anew, on what came before it. */
async function retried(attempt: (now: number) => Promise<Outcome | undefined>): Promise<Outcome> {
	for (let tries = 0; tries < TRIES; tries += 1) {
		// oxlint-disable-next-line no-await-in-loop -- each try reads what the one before it met
		const outcome = await attempt(Date.now());
		if (outcome) return outcome;
	}
	throw new Failure("Busy", "Others keep changing this connection; try again.");
}

/** Decides and writes; undefined when the row changed between. What asks anew says of which type the contact is; nothing else does. */
async function applied(
	db: TenantDatabase,
	row: NamedRow,
	action: Action,
	happening: Happening,
	askedTypeId = row.contactTypeId,
): Promise<Outcome | undefined> {
	const now = happening.createdAt;
	const decision = decide(row, action, happening.contactUid, now);
	if (decision.kind === "done") return { connection: connectionOf(row, now), isChanged: false };
	if (decision.kind !== "change") throw refusal(decision, row);
	const contactTypeId = decision.event === "Requested" ? askedTypeId : row.contactTypeId;
	const to = { ...decision.to, contactTypeId };
	const changed = await changeConnection(db, row, to, { ...happening, type: decision.event });
	return changed && { connection: connectionOf(changed, now), isChanged: true };
}

const texts = {
	ConnectionNotPending: "This connection is not waiting for an answer.",
	ConnectionNotAccepted: "These contacts are not connected.",
	ConnectionNotBlocked: "This connection is not blocked.",
	ConnectionContactMismatch: "This is for the other contact of the connection to do.",
	/** What somebody reads who may not ask, whatever the reason. */
	ConnectionNotAllowed: "This contact cannot be connected with.",
};

function refusal(decision: Extract<Decision, { kind: "refused" | "wait" }>, { status }: ConnectionRow): Failure {
	if (decision.kind === "refused") {
		const { code } = decision;
		return new Failure(code, texts[code], code === "ConnectionNotAllowed" ? {} : { meta: { currentStatus: status } });
	}
	const seconds = Math.ceil((decision.until - Date.now()) / 1000);
	return new Failure("CooldownActive", "This contact was asked not long ago.", {
		headers: { "Retry-After": String(seconds) },
		meta: { currentStatus: status, cooldownUntil: iso(decision.until) },
	});
}

/** The contact that a request is made for. */
function actorOf(standing: Standing, contactId: string | undefined): string {
	const actor = contactId ?? (standing.isAdministrator ? undefined : standing.ownUid);
	if (actor === undefined) throw wrongField("ContactId", "NotEmpty", "'Contact Id' must not be empty.");
	if (!standing.isAdministrator && actor !== standing.ownUid)
		throw new Failure("NotFound", "There is no such contact.");
	return actor;
}

async function typeOf(db: TenantDatabase, contactTypeId: string | null | undefined): Promise<string> {
	if (!contactTypeId) throw wrongField("ContactTypeId", "NotEmpty", "'Contact Type Id' must not be empty.");
	if (!(await hasContactType(db, contactTypeId))) throw new Failure("NotFound", "There is no such contact type.");
	return contactTypeId;
}

function visible(standing: Standing, row: NamedRow | undefined): NamedRow {
	if (row && (standing.isAdministrator || isEnd(row, standing.ownUid))) return row;
	throw new Failure("NotFound", "There is no such connection.");
}

function checkGuard(row: ConnectionRow, { contactId, contactTypeId = row.contactTypeId, roleId }: Guard): void {
	if (!isEnd(row, contactId))
		throw new Failure("ConnectionContactMismatch", "This connection is not one of this contact.");
	if (contactTypeId !== row.contactTypeId)
		throw new Failure("ConnectionTypeMismatch", "This connection is with a contact of another type.");
	if (roleId !== row.roleId) throw new Failure("ConnectionRoleMismatch", "This connection is in another role.");
}

/** An id that sorts by the millisecond it was made in, as the list of connections does: GUIDs in general sort by the second. */
function newId(now: number): string {
	const guid = newGuid(now);
	return guid.slice(0, 8) + (now % 1000).toString(16).padStart(3, "0") + guid.slice(11);
}

/** One key for two contacts, whichever is named first. */
function pairKeyOf(one: string, other: string): string {
	return one < other ? one + other : other + one;
}

function isEnd(row: ConnectionRow, contactUid: string | undefined): boolean {
	return contactUid === row.requesterUid || contactUid === row.addresseeUid;
}

function wrongField(fieldName: string, errorCode: string, message: string): Failure {
	return new Failure("ValidationFailed", message, { fields: [{ errorCode, fieldName, message }] });
}

function connectionOf(row: NamedRow, now: number): Connection {
	const isOverdue = row.status === "Requested" && row.expiresAt !== null && row.expiresAt <= now;
	return {
		connectionId: dashed(row.id),
		contactId: dashed(row.requesterUid),
		contactName: row.requesterName,
		toContactId: dashed(row.addresseeUid),
		toContactName: row.addresseeName,
		contactTypeId: dashed(row.contactTypeId),
		contactTypeName: row.contactTypeName,
		roleId: dashed(row.roleId),
		roleName: row.roleName,
		status: isOverdue ? "Expired" : row.status,
		blockedByContactIds: row.blockedBy.map((uid) => dashed(uid)),
		reason: row.reason,
		dateRequested: iso(row.requestedAt),
		dateResponded: isoOrNull(row.respondedAt),
		dateEnded: isoOrNull(row.endedAt),
		cooldownUntil: isoOrNull(row.cooldownUntil),
		expiresAt: isoOrNull(row.expiresAt),
		version: row.version,
	};
}

/** Which user of the tenant it was is for its staff. */
function eventOf(row: EventRow, { isAdministrator }: Standing): ConnectionEvent {
	return {
		version: row.version,
		type: row.type,
		status: row.status,
		contactId: row.contactUid && dashed(row.contactUid),
		userId: isAdministrator ? row.userId : null,
		reason: row.reason,
		dateCreated: iso(row.createdAt),
	};
}

function iso(time: number): string {
	return new Date(time).toISOString();
}

function isoOrNull(time: number | null): string | null {
	return time === null ? null : iso(time);
}
