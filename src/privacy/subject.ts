import { customerOf, type Visit } from "../customers/directory.ts";
import type { CustomerRow } from "../customers/row.ts";
import { Failure } from "../http/failure.ts";
import type { Staff } from "../auth/staff.ts";
import { visitorUserId } from "../rooms/model.ts";
import { dashed } from "../rooms/room-id.ts";
import type { Selection } from "./schema.ts";
import { findPerson, type PersonRow } from "./subject-store.ts";

export type Subject = { subject: "Contact" | "Customer"; subjectId: string };

/** A contact, and who it is in visitor rooms. `row` is undefined once the contact is gone. */
export type Person = { contactId: number; row: PersonRow | undefined; visitorIds: string[] };

/** Whom a request names. Throws when it names nobody, or two. */
export function subjectOf({ contactId, customerId, visitorUserIds }: Selection): Subject {
	// Typed clients send 0 for a number that they did not set.
	const isContact = Boolean(contactId);
	if (isContact === (customerId !== undefined)) throw oneOf();
	if (customerId !== undefined && visitorUserIds?.length) throw onlyOfContact();
	return customerId === undefined
		? { subject: "Contact", subjectId: String(contactId) }
		: { subject: "Customer", subjectId: customerId };
}

/**
 * A contact with the user ids that its messages in visitor rooms may bear: what names nobody else in the tenant (its GUID, its e-mail address,
 * its telephone number), and what else the request knows.
 */
export async function personOf({ tenant }: Staff, contactId: number, known: readonly string[] = []): Promise<Person> {
	const row = await findPerson(tenant, contactId);
	const own = row ? [row.contactUid, dashed(row.contactUid), row.email, row.email?.toLowerCase(), row.phone] : [];
	const ids = [...own, ...known].filter((id) => typeof id === "string");
	return { contactId, row, visitorIds: [...new Set(ids)].map((id) => visitorUserId(id)) };
}

/** The directory as whoever looks after people's rights sees it: whole, whatever else their role reads of it. */
export function directoryOf({ env, tenant, principal }: Staff): Visit {
	return { directory: { ...tenant, search: env.SEARCH }, userId: principal.userId, root: "", rootSize: 0 };
}

/** A customer; undefined when it is gone. */
export async function customerIfAny(staff: Staff, customerId: string): Promise<CustomerRow | undefined> {
	try {
		return await customerOf(directoryOf(staff), customerId);
	} catch (error) {
		if (error instanceof Failure && error.code === "NotFound") return undefined;
		throw error;
	}
}

export function noSuch(subject: Subject["subject"]): Failure {
	return new Failure("NotFound", `There is no such ${subject.toLowerCase()}.`);
}

function oneOf(): Failure {
	const message = "Say whom it is about: 'Contact Id' or 'Customer Id', one of them.";
	return new Failure("ValidationFailed", message, {
		fields: [{ errorCode: "NotEmpty", fieldName: "ContactId", message }],
	});
}

function onlyOfContact(): Failure {
	const message = "'Visitor User Ids' are those of one person: name it by 'Contact Id'.";
	return new Failure("ValidationFailed", message, {
		fields: [{ errorCode: "Predicate", fieldName: "VisitorUserIds", message }],
	});
}
