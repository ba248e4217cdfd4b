import { readCustomer } from "../customers/customer.ts";
import { invalidCursor, readCursor, writeCursor } from "../http/cursor.ts";
import type { Staff } from "../auth/staff.ts";
import { userIdOf } from "../portal/visits.ts";
import type { Message } from "../rooms/model.ts";
import { roomOf } from "../rooms/rooms.ts";
import { heldKinds, listHeld, type Held, type HeldKind } from "./export-store.ts";
import type { ExportBody, ExportPage, PersonalRecord } from "./schema.ts";
import { customerIfAny, directoryOf, noSuch, personOf, subjectOf, type Person } from "./subject.ts";
import { nextContact, nextPlace, type Place } from "./subject-store.ts";

/** What one call reads at most: queries and steps of rooms, and characters of texts. */
const READS = 60;
const LENGTH = 4 * 1024 * 1024;

/** Where an export goes on: at a contact, at a kind of what is held of it (rooms are the last), after a place of that kind. */
type Position = { contactId: number; kind: number; after: string };

/** A page of all that is held of somebody. Tokens, codes and their hashes are not in it: they open something, and say nothing. */
export async function exportPage(staff: Staff, body: ExportBody): Promise<ExportPage> {
	const { subject, subjectId } = subjectOf(body);
	const page: PersonalRecord[] = [];
	let at: Position | undefined = body.cursor === undefined ? undefined : positionOf(body.cursor);
	if (at && subject === "Contact") at = { ...at, contactId: Number(subjectId) };
	if (!at && subject === "Contact") {
		if (!(await personOf(staff, Number(subjectId))).row) throw noSuch(subject);
		at = { contactId: Number(subjectId), kind: 0, after: "" };
	}
	if (!at) {
		if (!(await customerIfAny(staff, subjectId))) throw noSuch(subject);
		const data = await readCustomer(directoryOf(staff), subjectId, true);
		page.push({ kind: "Customer", data });
		at = { contactId: 0, kind: heldKinds.length + 1, after: "" };
	}
	let next: Position | undefined = at;
	for (let reads = 0; next && reads < READS && page.length < body.take && lengthOf(page) < LENGTH; reads += 1)
		// oxlint-disable-next-line no-await-in-loop -- each read goes on after the one before it
		next = await readOn(staff, { subject, subjectId, known: body.visitorUserIds }, next, page, body.take);
	const hasMore = next !== undefined;
	return { records: page, hasMore, ...(next ? { cursor: writeCursor([next.contactId, next.kind, next.after]) } : {}) };
}

type About = { subject: "Contact" | "Customer"; subjectId: string; known: readonly string[] | undefined };

/** Puts more on a page; answers where to go on, undefined at the end. */
async function readOn(
	staff: Staff,
	{ subject, subjectId, known }: About,
	at: Position,
	page: PersonalRecord[],
	take: number,
): Promise<Position | undefined> {
	if (at.kind > heldKinds.length) {
		if (subject === "Contact") return undefined;
		const contactId = await nextContact(staff.tenant, subjectId, at.contactId);
		return contactId === undefined ? undefined : { contactId, kind: 0, after: "" };
	}
	const person = await personOf(staff, at.contactId, known);
	if (at.kind === heldKinds.length) {
		const after = await readRooms(staff, person, at.after, page, take - page.length);
		return after === undefined ? { ...at, kind: at.kind + 1, after: "" } : { ...at, after };
	}
	const held = await listHeld(staff.tenant, person, { from: at.kind, after: at.after, take });
	for (const [index, { kind, rows }] of held.entries()) {
		const kept = rows.slice(0, take - page.length);
		page.push(...kept.map((row) => recordOf(kind, row)));
		if (page.length === take) return { ...at, kind: at.kind + index, after: kept.at(-1)?.place ?? "" };
	}
	return { ...at, kind: heldKinds.length, after: "" };
}

/** Reads on in a room: what the person is there, and what it wrote. Undefined after the last room. */
async function readRooms(
	{ env, tenant }: Staff,
	{ contactId, visitorIds }: Person,
	after: string,
	page: PersonalRecord[],
	take: number,
): Promise<string | undefined> {
	const [chatId = "", index = "", ...rest] = after.split(" ");
	let place: Place | undefined = { chatId, userId: rest.join(" ") };
	let from = after === "" ? DONE : Number(index);
	if (from === DONE) {
		place = await nextPlace(tenant, { contactId, visitorIds, guestPrefix: userIdOf({ uid: "" }) }, place);
		from = NEW;
	}
	if (!place) return undefined;
	const start = Math.max(0, from);
	const found = await roomOf(env, place.chatId).written(tenant.tenantId, place.userId, start);
	const goOn = (at: number) => `${place.chatId} ${at} ${place.userId}`;
	if (!found.ok) return goOn(DONE);
	const { chatName, member, messages, next } = found;
	const shown = from === NEW && member ? [{ chatId: place.chatId, chatName, ...member }] : [];
	const kept = messages.slice(0, take - shown.length);
	page.push(
		...shown.map((data) => ({ kind: "ChatMember", data })),
		...kept.map((message) => ({ kind: "ChatMessage", data: writtenOf(message) })),
	);
	return goOn(kept.length < messages.length ? (kept.at(-1)?.index ?? start) : (next ?? DONE));
}

/** In the place of an index: the room has been read, or nothing of it has. */
const DONE = -1;
const NEW = -2;

function writtenOf({ userId, authorName, chatId, chatMessageId, index, messageType, body, ...message }: Message) {
	const { replyToChatMessageId, dateCreated, dateEdited } = message;
	return {
		...{ chatId, chatMessageId, index, userId, authorName, messageType, body },
		...{ replyToChatMessageId, dateCreated, dateEdited },
	};
}

/** A row as it is handed out: times as ISO 8601 in UTC, what is null left out. */
function recordOf(kind: HeldKind, { place: _, ...row }: Held): PersonalRecord {
	const data: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(row)) {
		if (value === null) continue;
		if (/(^a|A)t$/.test(name) && typeof value === "number") data[`${name}Utc`] = new Date(value).toISOString();
		else if (name === "data" && typeof value === "string") data[name] = JSON.parse(value);
		else data[name] = /^(is|sms)[A-Z]/.test(name) ? value === 1 : value;
	}
	return { kind, data };
}

function lengthOf(page: readonly PersonalRecord[]): number {
	return page.reduce((sum, { data }) => sum + (typeof data["body"] === "string" ? data["body"].length : 0), 0);
}

function positionOf(cursor: string): Position {
	const [contactId, kind, after] = readCursor(cursor, ["number", "number", "string"]) as [number, number, string];
	if (!Number.isInteger(kind) || kind < 0) throw invalidCursor();
	return { contactId, kind, after };
}
