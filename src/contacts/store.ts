import { and, asc, desc, eq, sql, type SQL } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import { connection, connectionEvent, contact, smsConsent as consents } from "../db/schema.ts";

export type ContactRow = typeof contact.$inferSelect;
export type ConsentRow = typeof consents.$inferSelect;

/** What of a contact can be chosen. */
export type ContactValues = Omit<ContactRow, "tenantId" | "contactId" | "contactUid" | "version" | "createdAt">;
/** A change of consent that goes with a change of its contact. */
export type ConsentChange = { source: string; changedBy: string };

export type ContactFilter = {
	contactUids: readonly string[] | undefined;
	namePrefix: string | undefined;
	emailKey: string | undefined;
	phone: string | undefined;
	contactTypeId: string | undefined;
	customerUid: string | undefined;
};
export type Place = { nameKey: string; contactId: number };
export type Window = { after: Place | undefined; offset: number; take: number; isDescending: boolean };

/** Contacts by name, one more than asked for when there are more. */
export async function listContacts(
	{ tenantId, db }: TenantDatabase,
	filter: ContactFilter,
	{ after, offset, take, isDescending }: Window,
): Promise<ContactRow[]> {
	const place = sql`(${contact.nameKey}, ${contact.contactId})`;
	const beyond = after && sql`${place} ${sql.raw(isDescending ? "<" : ">")} (${after.nameKey}, ${after.contactId})`;
	const direction = isDescending ? desc : asc;
	// A plus hides the order from the planner, which would else walk all names in order to find the few that are named.
	const nameKey = filter.contactUids ? sql`+${contact.nameKey}` : contact.nameKey;
	return db
		.select()
		.from(contact)
		.where(and(matching(tenantId, filter), beyond))
		.orderBy(direction(nameKey), direction(contact.contactId))
		.limit(take + 1)
		.offset(offset);
}

export async function countContacts({ tenantId, db }: TenantDatabase, filter: ContactFilter): Promise<number> {
	return db.$count(contact, matching(tenantId, filter));
}

function matching(tenantId: string, filter: ContactFilter): SQL | undefined {
	const { contactUids, namePrefix, emailKey, phone, contactTypeId, customerUid } = filter;
	return and(
		eq(contact.tenantId, tenantId),
		contactUids && sql`${contact.contactUid} IN (SELECT value FROM json_each(${JSON.stringify(contactUids)}))`,
		// A range, which the index answers; LIKE would not use it.
		namePrefix === undefined
			? undefined
			: sql`${contact.nameKey} >= ${namePrefix} AND ${contact.nameKey} < ${`${namePrefix}\u{10ffff}`}`,
		emailKey === undefined ? undefined : eq(contact.emailKey, emailKey),
		phone === undefined ? undefined : eq(contact.phone, phone),
		contactTypeId === undefined ? undefined : eq(contact.contactTypeId, contactTypeId),
		customerUid === undefined ? undefined : eq(contact.customerUid, customerUid),
	);
}

export async function findContact(
	{ tenantId, db }: TenantDatabase,
	contactId: number,
): Promise<ContactRow | undefined> {
	const [row] = await db
		.select()
		.from(contact)
		.where(and(eq(contact.tenantId, tenantId), eq(contact.contactId, contactId)))
		.limit(1);
	return row;
}

/** Which of a contact's type and customer the tenant does not have. */
export async function missingReferences(
	{ tenantId, db }: TenantDatabase,
	{ contactTypeId, customerUid }: Pick<ContactValues, "contactTypeId" | "customerUid">,
): Promise<{ type: boolean; customer: boolean }> {
	const [row] = await db.all<{ type: number; customer: number }>(
		sql`SELECT ${hasType(tenantId, contactTypeId)} AS type, ${hasCustomer(tenantId, customerUid)} AS customer`,
	);
	return { type: row?.type !== 1, customer: row?.customer !== 1 };
}

/** Makes a contact; undefined when its type or customer is gone. */
export async function insertContact(
	{ tenantId, db }: TenantDatabase,
	contactUid: string,
	values: ContactValues,
	consent: ConsentChange | undefined,
): Promise<ContactRow | undefined> {
	const { name, nameKey, email, emailKey, phone, contactTypeId, customerUid, updatedAt } = values;
	const [, , [row]] = await db.batch([
		db.insert(contact)
			.select(sql`SELECT NULL, ${tenantId}, ${contactUid}, ${name}, ${nameKey}, ${email}, ${emailKey}, ${phone},
				${Number(values.smsConsent)}, ${contactTypeId}, ${customerUid}, 1, ${updatedAt}, ${updatedAt}
			WHERE ${hasType(tenantId, contactTypeId)} AND ${hasCustomer(tenantId, customerUid)}`),
		noteConsent({ tenantId, db }, { ...values, version: 1 }, consent, sql`contact_uid = ${contactUid}`),
		db
			.select()
			.from(contact)
			.where(and(eq(contact.tenantId, tenantId), eq(contact.contactUid, contactUid))),
	]);
	return row;
}

/** The oldest contact with this e-mail address or, without one, this number; made from the values when there is none. */
export async function findOrInsertContact(
	{ tenantId, db }: TenantDatabase,
	contactUid: string,
	{ name, nameKey, email, emailKey, phone, updatedAt }: ContactValues,
): Promise<ContactRow> {
	const isAt = and(
		eq(contact.tenantId, tenantId),
		emailKey === null ? eq(contact.phone, phone ?? "") : eq(contact.emailKey, emailKey),
	);
	const [, [row]] = await db.batch([
		db.insert(contact)
			.select(sql`SELECT NULL, ${tenantId}, ${contactUid}, ${name}, ${nameKey}, ${email}, ${emailKey}, ${phone},
				0, NULL, NULL, 1, ${updatedAt}, ${updatedAt}
			WHERE NOT EXISTS (SELECT 1 FROM ${contact} WHERE ${isAt})`),
		db.select().from(contact).where(isAt).orderBy(asc(contact.contactId)).limit(1),
	]);
	if (!row) throw new Error("a contact was neither found nor made");
	return row;
}

/** Changes a contact that is still as it was read; undefined when it is not, or its new type or customer is gone. */
export async function updateContact(
	{ tenantId, db }: TenantDatabase,
	{ contactId, version }: Pick<ContactRow, "contactId" | "version">,
	values: ContactValues,
	consent: ConsentChange | undefined,
): Promise<ContactRow | undefined> {
	const isCurrent = sql`contact_id = ${contactId} AND version = ${version}
		AND ${hasType(tenantId, values.contactTypeId)} AND ${hasCustomer(tenantId, values.customerUid)}`;
	const [, [row]] = await db.batch([
		// First, while the condition of both still tells whether the change is made.
		noteConsent({ tenantId, db }, { ...values, version: version + 1 }, consent, isCurrent),
		db
			.update(contact)
			.set({ ...values, version: version + 1 })
			.where(and(eq(contact.tenantId, tenantId), isCurrent))
			.returning(),
	]);
	return row;
}

function noteConsent(
	{ tenantId, db }: TenantDatabase,
	{ smsConsent, phone, updatedAt, version }: Pick<ContactRow, "smsConsent" | "phone" | "updatedAt" | "version">,
	consent: ConsentChange | undefined,
	which: SQL,
) {
	const { source, changedBy } = consent ?? { source: "", changedBy: "" };
	return db.insert(consents)
		.select(sql`SELECT tenant_id, contact_id, ${version}, ${Number(smsConsent)}, ${phone}, ${source},
			${changedBy}, ${updatedAt}
		FROM contact WHERE ${Number(consent !== undefined)} AND tenant_id = ${tenantId} AND ${which}`);
}

/** Deletes a contact and the connections it had, unless one of them is asked for or accepted; undefined then. */
export async function deleteContact(
	{ tenantId, db }: TenantDatabase,
	{ contactId, contactUid }: Pick<ContactRow, "contactId" | "contactUid">,
	now: number,
): Promise<ContactRow | undefined> {
	const own = sql`tenant_id = ${tenantId} AND (requester_uid = ${contactUid} OR addressee_uid = ${contactUid})`;
	const isFree = sql`NOT EXISTS (SELECT 1 FROM connection
		WHERE ${own} AND status IN ('Requested', 'Accepted') AND (expires_at IS NULL OR expires_at > ${now}))`;
	const [, , , [row]] = await db.batch([
		db
			.delete(connectionEvent)
			.where(sql`tenant_id = ${tenantId} AND connection_id IN (SELECT id FROM connection WHERE ${own}) AND ${isFree}`),
		db.delete(connection).where(sql`${own} AND ${isFree}`),
		db.delete(consents).where(sql`tenant_id = ${tenantId} AND contact_id = ${contactId} AND ${isFree}`),
		db
			.delete(contact)
			.where(and(eq(contact.tenantId, tenantId), eq(contact.contactId, contactId), isFree))
			.returning(),
	]);
	return row;
}

/** Changes of a contact's consent, the newest first. */
export async function listConsent(
	{ tenantId, db }: TenantDatabase,
	contactId: number,
	take: number,
): Promise<ConsentRow[]> {
	return db
		.select()
		.from(consents)
		.where(and(eq(consents.tenantId, tenantId), eq(consents.contactId, contactId)))
		.orderBy(desc(consents.version))
		.limit(take);
}

function hasType(tenantId: string, id: string | null): SQL {
	if (id === null) return sql`1`;
	return sql`EXISTS (SELECT 1 FROM term WHERE tenant_id = ${tenantId} AND id = ${id} AND kind = 'ContactType')`;
}

function hasCustomer(tenantId: string, uid: string | null): SQL {
	if (uid === null) return sql`1`;
	return sql`EXISTS (SELECT 1 FROM customer WHERE tenant_id = ${tenantId} AND uid = ${uid})`;
}
