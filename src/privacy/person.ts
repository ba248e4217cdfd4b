/** A contact goes, step by step: links and what they led to, rooms, connections, and itself at the end, since it says where the rest is. */
import { loggable } from "../db/query-error.ts";
import { destinationHash } from "../delivery/delivery.ts";
import { eraseDeliveries } from "../delivery/erasure.ts";
import { Failure } from "../http/failure.ts";
import { eraseRecipient, eraseTokens, nextToErase } from "../links/erasure.ts";
import type { LinkRow } from "../links/link.ts";
import { revoke } from "../links/revoke.ts";
import type { Staff } from "../auth/staff.ts";
import { eraseVisits } from "../portal/erasure.ts";
import { CHAT, userIdOf } from "../portal/visits.ts";
import { ERASED, type Subject as Member } from "../rooms/erasure.ts";
import { visitorUserId } from "../rooms/model.ts";
import { objectIdOf } from "../rooms/room-id.ts";
import { roomOf } from "../rooms/rooms.ts";
import { RECORD, ROOM, type Effort, type Outcome } from "./effort.ts";
import { countSuppressions, deleteConnections, deletePerson, forgetVisitorRoom } from "./person-store.ts";
import type { Person } from "./subject.ts";
import { nextPlace } from "./subject-store.ts";

/** Where an erasure goes on: at a contact, after one of its links, and in the room of the next link after a message. */
export type Progress = { contact: number; link: number; index: number };

/** Connections that go at once. */
const CONNECTIONS = 100;
/** How long a room is waited for: shorter than the lease of an erasure, with what else a call does. */
const PATIENCE_MS = 8000;

const why = {
	delivery: "It is being sent at this moment.",
	room: "The room did not answer.",
	lists: "The lists have not heard of it yet.",
	link: "Its room or a message of it is left.",
	contact: "Something that is left needs it to be found.",
	suppression: "Kept as a hash, so that nobody writes there again.",
};

/** Goes on erasing a contact from where `progress` says, which it keeps up to date. */
export async function erasePerson(staff: Staff, person: Person, effort: Effort, progress: Progress): Promise<Outcome> {
	const outcomes = new Set<Outcome>();
	if (progress.contact !== person.contactId) Object.assign(progress, { contact: person.contactId, link: 0, index: 0 });
	for (;;) {
		// oxlint-disable-next-line no-await-in-loop -- one link after the other
		const link = await nextToErase(staff.tenant, person.contactId, progress.link, effort.isRepeated);
		if (!link) break;
		// oxlint-disable-next-line no-await-in-loop -- as above
		const outcome = await eraseLink(staff, link, effort, progress);
		if (outcome === "later") return outcome;
		outcomes.add(outcome);
		Object.assign(progress, { link: link.id, index: 0 });
	}
	// What was left is tried again by the next call.
	progress.link = 0;
	outcomes.add(await eraseVisitor(staff, person, effort));
	if (outcomes.has("later")) return "later";
	if (!person.row) return outcomes.has("left") ? "left" : "done";
	if (!outcomes.has("left")) return eraseContact(staff, person.row, person.contactId, effort);
	effort.left("Contact", 1, why.contact);
	return "left";
}

async function eraseLink(staff: Staff, row: LinkRow, effort: Effort, progress: Progress): Promise<Outcome> {
	const { env, tenant } = staff;
	if (!effort.spend(RECORD)) return "later";
	const link = await revoked(staff, row);
	let beingSent = 0;
	const parts: (() => Promise<{ hasMore: boolean }>)[] = [
		async () => {
			const { erased, hasMore, ...left } = await eraseDeliveries(env, tenant, link.id);
			beingSent = left.beingSent;
			effort.erased("Delivery", erased);
			return { hasMore };
		},
		async () => {
			const { erased, hasMore } = await eraseTokens(staff, link);
			effort.erased("LinkToken", erased);
			return { hasMore };
		},
		async () => {
			const { codes, sessions, hasMore } = await eraseVisits(env, tenant, link.id);
			effort.erased("OneTimeCode", codes);
			effort.erased("PortalSession", sessions);
			return { hasMore };
		},
	];
	for (const part of parts)
		do {
			if (!effort.spend(RECORD)) return "later";
			// oxlint-disable-next-line no-await-in-loop -- each portion is what the one before it left
		} while ((await part()).hasMore);
	// Nobody comes in by a link that was revoked before its first view.
	if (link.resourceType === CHAT && link.viewCount > 0) {
		const guest = { userId: userIdOf(link), isIdPersonal: false };
		const outcome = await eraseInRoom(staff, link.resourceUid, guest, effort, progress);
		if (outcome === "left") effort.left("Link", 1, why.link);
		if (outcome !== "done") return outcome;
	}
	if (beingSent > 0) {
		effort.left("Delivery", beingSent, why.delivery);
		effort.left("Link", 1, why.link);
		return "left";
	}
	if (link.erasedAt !== null) return "done";
	effort.erased("LinkEvent", await eraseRecipient(staff, link));
	effort.erased("Link", 1);
	return "done";
}

/** The link as it is once it is revoked. Its visits are ended by the room that erases them, if the room that is told first does not answer. */
async function revoked(staff: Staff, link: LinkRow): Promise<LinkRow> {
	if (link.revokedAt !== null) return link;
	await answer(() => revoke(staff, link.uid, undefined), link.uid);
	const now = await nextToErase(staff.tenant, link.contactId, link.id - 1, true);
	if (now?.id === link.id && now.revokedAt !== null) return now;
	throw new Failure("Busy", "A link could not be revoked; try again.");
}

/** Erases a member of a room, from an index on. */
async function eraseInRoom(
	{ env, tenant }: Staff,
	chatId: string,
	member: Member,
	effort: Effort,
	progress: { index: number },
): Promise<Outcome> {
	for (;;) {
		if (!effort.spend(ROOM)) return "later";
		// oxlint-disable-next-line no-await-in-loop -- each step is what the one before it left
		const step = await answer(async () => roomOf(env, chatId).erase(tenant.tenantId, member, progress.index), chatId);
		if (!step) {
			effort.room(chatId, { found: 0, erased: 0, why: why.room });
			return "left";
		}
		// There is no such room (any more).
		if (!step.ok) return "done";
		effort.room(chatId, { found: step.messages, erased: step.messages });
		effort.erased("ChatMessage", step.messages);
		effort.erased("ChatMember", step.members);
		if (step.next !== null) {
			progress.index = step.next;
			continue;
		}
		if (step.isSettled) return "done";
		effort.room(chatId, { found: 0, erased: 0, why: why.lists });
		return "left";
	}
}

/** What comes of a call that a room has a part in; undefined when it fails, or the room does not answer. */
async function answer<T>(call: () => Promise<T>, about: string): Promise<T | undefined> {
	const patience = Promise.withResolvers<undefined>();
	const timer = setTimeout(patience.resolve, PATIENCE_MS);
	try {
		return await Promise.race([call(), patience.promise]);
	} catch (error) {
		console.error(JSON.stringify({ level: "error", erasing: about, error: loggable(error) }));
		return undefined;
	} finally {
		clearTimeout(timer);
	}
}

/** The rooms that somebody wrote to as a visitor, with an id that tells who it was. */
async function eraseVisitor(staff: Staff, { visitorIds }: Person, effort: Effort): Promise<Outcome> {
	let isLeft = false;
	let after = { chatId: "", userId: "" };
	for (;;) {
		if (!effort.spend(RECORD)) return "later";
		// oxlint-disable-next-line no-await-in-loop -- one room after the other
		const place = await nextPlace(staff.tenant, { contactId: 0, visitorIds, guestPrefix: "" }, after);
		if (!place) return isLeft ? "left" : "done";
		after = place;
		const { chatId, userId } = place;
		const own = { roomId: objectIdOf(chatId), userId: userId.slice(visitorUserId("").length), name: ERASED };
		// Before the room, whose last step takes away what leads here.
		// oxlint-disable-next-line no-await-in-loop -- as above
		effort.erased("VisitorRoom", await forgetVisitorRoom(staff.tenant, own));
		const member = { userId, isIdPersonal: true };
		// oxlint-disable-next-line no-await-in-loop -- as above
		const outcome = await eraseInRoom(staff, chatId, member, effort, { index: 0 });
		if (outcome === "later") return outcome;
		if (outcome === "left") isLeft = true;
	}
}

async function eraseContact(
	{ tenant }: Staff,
	{ contactUid, email, phone }: NonNullable<Person["row"]>,
	contactId: number,
	effort: Effort,
): Promise<Outcome> {
	for (;;) {
		if (!effort.spend(RECORD)) return "later";
		// oxlint-disable-next-line no-await-in-loop -- each portion is what the one before it left
		const { connections, events } = await deleteConnections(tenant, contactUid, CONNECTIONS);
		effort.erased("Connection", connections);
		effort.erased("ConnectionEvent", events);
		if (connections < CONNECTIONS) break;
	}
	const destinations = [
		...(email === null ? [] : [["Email", await destinationHash("Email", email)] as const]),
		...(phone === null ? [] : [["Sms", await destinationHash("Sms", phone)] as const]),
	];
	effort.left("Suppression", await countSuppressions(tenant, destinations), why.suppression);
	const { contacts, consents } = await deletePerson(tenant, { contactId, contactUid });
	effort.erased("SmsConsent", consents);
	effort.erased("Contact", contacts);
	// Somebody made a link or a connection meanwhile.
	return contacts === 1 ? "done" : "later";
}
