import type { Staff } from "../auth/staff.ts";
import { userIdOf } from "../portal/visits.ts";
import { roomOf } from "../rooms/rooms.ts";
import { countHeld } from "./count-store.ts";
import { Effort, RECORD, ROOM } from "./effort.ts";
import type { Count, EraseReport } from "./schema.ts";
import { customerIfAny, noSuch, personOf, type Person, type Subject } from "./subject.ts";
import { nextContact, nextPlace } from "./subject-store.ts";

/** Counts what an erasure would find, and changes nothing. Of what is too much for one call the report says that it is not complete. */
export async function dryRun(
	staff: Staff,
	about: Subject,
	visitorUserIds: readonly string[] | undefined,
): Promise<EraseReport> {
	const effort = new Effort();
	const isComplete =
		about.subject === "Contact"
			? await countPerson(staff, await personOf(staff, Number(about.subjectId), visitorUserIds), effort)
			: await countCustomer(staff, about.subjectId, effort);
	return { ...about, dryRun: true, isComplete, items: effort.items().map(foundOnly), rooms: effort.rooms };
}

async function countCustomer(staff: Staff, customerId: string, effort: Effort): Promise<boolean> {
	if (!(await customerIfAny(staff, customerId))) throw noSuch("Customer");
	effort.erased("Customer", 1);
	for (let after = 0; ;) {
		if (!effort.spend(RECORD)) return false;
		// oxlint-disable-next-line no-await-in-loop -- one contact after the other
		const contactId = await nextContact(staff.tenant, customerId, after);
		if (contactId === undefined) return true;
		// oxlint-disable-next-line no-await-in-loop -- as above
		if (!(await countPerson(staff, await personOf(staff, contactId), effort))) return false;
		after = contactId;
	}
}

async function countPerson(staff: Staff, person: Person, effort: Effort): Promise<boolean> {
	const { contactId, row, visitorIds } = person;
	if (!effort.spend(RECORD)) return false;
	if (!row) throw noSuch("Contact");
	for (const { kind, count } of await countHeld(staff.tenant, contactId, row.contactUid)) effort.erased(kind, count);
	const guestPrefix = userIdOf({ uid: "" });
	let place = { chatId: "", userId: "" };
	for (;;) {
		if (!effort.spend(RECORD)) return false;
		// oxlint-disable-next-line no-await-in-loop -- one room after the other
		const next = await nextPlace(staff.tenant, { contactId, visitorIds, guestPrefix }, place);
		if (!next) return true;
		place = next;
		// oxlint-disable-next-line no-await-in-loop -- as above
		if (!(await countIn(staff, next.chatId, next.userId, effort))) return false;
	}
}

async function countIn({ env, tenant }: Staff, chatId: string, userId: string, effort: Effort): Promise<boolean> {
	for (let after: number | null = 0; after !== null;) {
		if (!effort.spend(ROOM)) return false;
		// oxlint-disable-next-line no-await-in-loop -- each step goes on after the one before it
		const step = await roomOf(env, chatId).written(tenant.tenantId, userId, after);
		if (!step.ok) return true;
		effort.erased("ChatMessage", step.messages.length);
		if (after === 0 && step.member) effort.erased("ChatMember", 1);
		effort.room(chatId, { found: step.messages.length, erased: 0 });
		after = step.next;
	}
	return true;
}

function foundOnly({ kind, found }: Count): Count {
	return { kind, found, erased: 0, left: found, why: "This was a dry run." };
}
