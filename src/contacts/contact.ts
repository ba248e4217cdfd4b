import type { Principal } from "../auth/principal.ts";
import { fold } from "../customers/fold.ts";
import type { TenantDatabase } from "../db/database.ts";
import { readCursor, writeCursor } from "../http/cursor.ts";
import { Failure } from "../http/failure.ts";
import { newGuid } from "../rooms/room-id.ts";
import { OFFSET, type Consent, type Contact, type ContactBody, type ContactList } from "./schema.ts";
import type { ContactListQuery, ContactPatch } from "./schema.ts";
import {
	countContacts,
	deleteContact,
	findContact,
	findOrInsertContact,
	insertContact,
	listConsent,
	listContacts,
	missingReferences,
	updateContact,
	type ConsentChange,
	type ContactFilter,
	type ContactRow,
	type ContactValues,
	type Place,
} from "./store.ts";

/** Tries of a change that others keep coming before; each of them made one of theirs. */
const TRIES = 10;
/** Changes of consent that are shown, the newest. */
const HISTORY = 200;

/** One page of contacts by name. */
export async function contactsOf(db: TenantDatabase, query: ContactListQuery): Promise<ContactList> {
	const { page, countPerPage, sortOrder } = query;
	const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
	const offset = after ? 0 : page * countPerPage;
	if (offset > OFFSET)
		throw new Failure("OffsetTooDeep", `Pages end after ${OFFSET} contacts; go on with the cursor of the last answer.`);
	const filter = filterOf(query);
	const window = { after, offset, take: countPerPage, isDescending: sortOrder === "Descend" };
	const [found, totalCount] = await Promise.all([
		listContacts(db, filter, window),
		query.simplifiedPaging ? 0 : countContacts(db, filter),
	]);
	const rows = found.slice(0, countPerPage);
	const last = rows.at(-1);
	return {
		items: rows.map((row) => contactOf(row)),
		totalCount,
		totalPages: Math.ceil(totalCount / countPerPage),
		hasMorePages: found.length > rows.length,
		...(last ? { cursor: writeCursor([last.nameKey, last.contactId]) } : {}),
	};
}

export async function readContact(db: TenantDatabase, contactId: number): Promise<Contact> {
	return contactOf(await rowOf(db, contactId));
}

export async function createContact(db: TenantDatabase, by: Principal, body: ContactBody): Promise<Contact> {
	const { email = null, phone = null, contactTypeId = null, customerId: customerUid = null } = body;
	const values = derived({
		name: body.name,
		email,
		phone,
		contactTypeId,
		customerUid,
		smsConsent: body.smsConsent === true,
	});
	const consent = body.smsConsent === undefined ? undefined : consentBy(by, body.smsConsentSource);
	await checkReferences(db, values);
	const row = await insertContact(db, newGuid(), values, consent);
	if (!row) throw busy();
	return contactOf(row);
}

/**
 * The contact at an address: the oldest that has the e-mail address or, without one, the number (E.164); a new one, named after the address,
 * when nobody has it. Of any number of callers at once one makes it.
 */
export async function contactAt(
	db: TenantDatabase,
	{ email, phone }: { email: string | undefined; phone: string | undefined },
): Promise<Contact> {
	const name = email ?? phone ?? "";
	const values = derived({
		name,
		email: email ?? null,
		phone: phone ?? null,
		contactTypeId: null,
		customerUid: null,
		smsConsent: false,
	});
	return contactOf(await findOrInsertContact(db, newGuid(), values));
}

/** Changes what is present. A consent was given for a number: with another number it ends, unless it is given anew. */
export async function changeContact(
	db: TenantDatabase,
	by: Principal,
	contactId: number,
	patch: ContactPatch,
): Promise<Contact> {
	for (let tries = 0; tries < TRIES; tries += 1) {
		// oxlint-disable-next-line no-await-in-loop -- each try reads what the one before it met
		const changed = await changeOnce(db, by, await rowOf(db, contactId), patch);
		if (changed) return contactOf(changed);
	}
	throw busy();
}

async function changeOnce(
	db: TenantDatabase,
	by: Principal,
	row: ContactRow,
	patch: ContactPatch,
): Promise<ContactRow | undefined> {
	const values = changedValues(row, patch);
	const isNewNumber = values.phone !== row.phone;
	const source = patch.smsConsent === undefined && isNewNumber ? "The number changed" : patch.smsConsentSource;
	const isConsentChanged = values.smsConsent !== row.smsConsent || (values.smsConsent && isNewNumber);
	await checkReferences(db, values);
	return updateContact(db, row, values, isConsentChanged ? consentBy(by, source) : undefined);
}

function changedValues(row: ContactRow, patch: ContactPatch): ContactValues {
	const emptied = new Set(patch.reset);
	const phone = emptied.has("Phone") ? null : (patch.phone ?? row.phone);
	return derived({
		name: patch.name ?? row.name,
		email: emptied.has("Email") ? null : (patch.email ?? row.email),
		phone,
		contactTypeId: emptied.has("ContactTypeId") ? null : (patch.contactTypeId ?? row.contactTypeId),
		customerUid: emptied.has("CustomerId") ? null : (patch.customerId ?? row.customerUid),
		smsConsent: patch.smsConsent ?? (row.smsConsent && phone === row.phone),
	});
}

/** Deletes a contact and what it was connected to before; not while it is asked or connected. */
export async function removeContact(db: TenantDatabase, contactId: number): Promise<Contact> {
	const deleted = await deleteContact(db, await rowOf(db, contactId), Date.now());
	if (deleted) return contactOf(deleted);
	// Gone meanwhile, or else in use.
	await rowOf(db, contactId);
	throw new Failure("InUse", "This contact has connections: cancel or remove them first.");
}

/** When the contact agreed to text messages and when no more, the newest first. */
export async function consentOf(db: TenantDatabase, contactId: number): Promise<Consent[]> {
	await rowOf(db, contactId);
	const rows = await listConsent(db, contactId, HISTORY);
	return rows.map(({ isGranted, phone, source, changedBy, createdAt }) => ({
		isGranted,
		...(phone === null ? {} : { phone }),
		source,
		changedBy,
		dateCreated: new Date(createdAt).toISOString(),
	}));
}

async function rowOf(db: TenantDatabase, contactId: number): Promise<ContactRow> {
	const row = await findContact(db, contactId);
	if (!row) throw new Failure("NotFound", "There is no such contact.");
	return row;
}

async function checkReferences(db: TenantDatabase, values: ContactValues): Promise<void> {
	if (values.contactTypeId === null && values.customerUid === null) return;
	const missing = await missingReferences(db, values);
	if (missing.type) throw new Failure("NotFound", "There is no such contact type.");
	if (missing.customer) throw new Failure("NotFound", "There is no such customer.");
}

/** The values with those that follow from them. Throws when they contradict each other. */
function derived(values: Omit<ContactValues, "nameKey" | "emailKey" | "updatedAt">): ContactValues {
	if (values.smsConsent && values.phone === null) {
		const message = "'Sms Consent' is given for a number: send 'Phone' too.";
		throw new Failure("ValidationFailed", message, {
			fields: [{ errorCode: "Predicate", fieldName: "SmsConsent", message }],
		});
	}
	const emailKey = values.email?.toLowerCase() ?? null;
	return { ...values, nameKey: fold(values.name), emailKey, updatedAt: Date.now() };
}

function consentBy(by: Principal, source = ""): ConsentChange {
	return { source, changedBy: by.userId };
}

function busy(): Failure {
	return new Failure("Busy", "Others keep changing this; try again.");
}

function filterOf(query: ContactListQuery): ContactFilter {
	return {
		contactUids: query.specificIds,
		namePrefix: query.namePrefix && fold(query.namePrefix),
		emailKey: query.email?.toLowerCase(),
		phone: query.phone,
		contactTypeId: query.contactTypeId,
		customerUid: query.customerId,
	};
}

function placeOf(cursor: string): Place {
	const [nameKey, contactId] = readCursor(cursor, ["string", "number"]) as [string, number];
	return { nameKey, contactId };
}

function contactOf(row: ContactRow): Contact {
	return {
		contactId: row.contactId,
		contactUid: row.contactUid,
		name: row.name,
		...(row.email === null ? {} : { email: row.email }),
		...(row.phone === null ? {} : { phone: row.phone }),
		smsConsent: row.smsConsent,
		...(row.contactTypeId === null ? {} : { contactTypeId: row.contactTypeId }),
		...(row.customerUid === null ? {} : { customerId: row.customerUid }),
		dateCreated: new Date(row.createdAt).toISOString(),
		dateLastModified: new Date(row.updatedAt).toISOString(),
	};
}
