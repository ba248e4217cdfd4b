import { contactAt, contactsOf, readContact } from "../contacts/contact.ts";
import { e164 } from "../contacts/phone.ts";
import { contactListQuery, type Contact } from "../contacts/schema.ts";
import { termName } from "../contacts/terms.ts";
import type { TenantDatabase } from "../db/database.ts";
import type { Channel } from "../delivery/message.ts";
import { Failure } from "../http/failure.ts";
import type { Resource } from "./resource.ts";
import type { CreateRequest } from "./schema.ts";
import { tierRules, type Tier } from "./tiers.ts";

/** Who a link is for and where they are reached, as it is noted on the link. */
export type Recipient = {
	contactId: number;
	recipientName: string;
	recipientType: string;
	recipientEmail: string | null;
	/** E.164 */
	recipientPhone: string | null;
	/** The contact's consent to text messages to this very number, at this moment. */
	smsConsent: boolean;
	/** A number was named that is none. */
	isPhoneInvalid: boolean;
};

/**
 * The recipient that a request names: a contact, or an address, whose contact is made when there is none. The contact that a resource is for
 * need not be named, and nobody else may be.
 */
export async function recipientOf(
	tenant: TenantDatabase,
	request: CreateRequest,
	{ recipientUid }: Resource,
): Promise<Recipient> {
	const email = request.recipientEmail || undefined;
	const written = request.recipientPhone || undefined;
	const phone = written === undefined ? undefined : e164(written);
	const isPhoneInvalid = written !== undefined && phone === undefined;
	const contact =
		recipientUid === undefined
			? await contactFor(tenant, request.recipientContactId || undefined, { email, phone, isPhoneInvalid })
			: await onlyContact(tenant, recipientUid, request, { email, phone });
	const recipientPhone = phone ?? (isPhoneInvalid ? null : (contact.phone ?? null));
	const type = contact.contactTypeId && (await termName(tenant, "ContactType", contact.contactTypeId));
	return {
		contactId: contact.contactId,
		recipientName: contact.name,
		recipientType: type || "Contact",
		recipientEmail: email ?? contact.email ?? null,
		recipientPhone,
		smsConsent: consents(contact, recipientPhone),
		isPhoneInvalid,
	};
}

/** What a contact's record says now of a recipient whose link had no address, or no consent for its number. */
export async function refreshed(
	tenant: TenantDatabase,
	link: Pick<Recipient, "contactId" | "recipientEmail" | "recipientPhone" | "smsConsent">,
): Promise<Pick<Recipient, "recipientEmail" | "recipientPhone" | "smsConsent">> {
	const known = { recipientEmail: link.recipientEmail, recipientPhone: link.recipientPhone };
	const contact = await readContact(tenant, link.contactId).catch(orUndefined);
	if (!contact) return { ...known, smsConsent: link.smsConsent };
	const recipientPhone = known.recipientPhone ?? contact.phone ?? null;
	return {
		recipientEmail: known.recipientEmail ?? contact.email ?? null,
		recipientPhone,
		smsConsent: consents(contact, recipientPhone),
	};
}

/** Whether a recipient still agrees to text messages at the number of its link: not once the contact has taken its consent back. */
export async function agreesStill(
	tenant: TenantDatabase,
	link: Pick<Recipient, "contactId" | "recipientEmail" | "recipientPhone" | "smsConsent">,
): Promise<boolean> {
	return link.smsConsent && (await refreshed(tenant, link)).smsConsent;
}

/** The channel that codes go by unless the recipient chooses: another than the link's where there is one. Null without codes or addresses. */
export function otpChannelOf(
	tier: Tier,
	{ recipientEmail, recipientPhone, smsConsent }: Pick<Recipient, "recipientEmail" | "recipientPhone" | "smsConsent">,
	sent: readonly Channel[],
): Channel | null {
	if (!tierRules[tier].otp) return null;
	const channels: Channel[] = [];
	if (recipientEmail !== null) channels.push("Email");
	if (recipientPhone !== null && smsConsent) channels.push("Sms");
	return channels.find((channel) => !sent.includes(channel)) ?? channels[0] ?? null;
}

type Address = { email: string | undefined; phone: string | undefined };

async function contactFor(
	tenant: TenantDatabase,
	contactId: number | undefined,
	{ email, phone, isPhoneInvalid }: Address & { isPhoneInvalid: boolean },
): Promise<Contact> {
	if (contactId !== undefined) return contactOrFail(tenant, contactId);
	if (email === undefined && phone === undefined) throw recipientRequired(isPhoneInvalid);
	return contactAt(tenant, { email, phone });
}

async function contactOrFail(tenant: TenantDatabase, contactId: number): Promise<Contact> {
	const contact = await readContact(tenant, contactId).catch(orUndefined);
	if (contact) return contact;
	throw new Failure("ContactNotFound", "There is no such contact.");
}

/** The contact that a resource is for: at its own addresses and no others, since whoever reads the message acts for it. */
async function onlyContact(
	tenant: TenantDatabase,
	uid: string,
	{ recipientContactId }: CreateRequest,
	{ email, phone }: Address,
): Promise<Contact> {
	const { items } = await contactsOf(tenant, contactListQuery.parse({ specificIds: [uid], simplifiedPaging: true }));
	const [contact] = items;
	const isOther =
		(recipientContactId && recipientContactId !== contact?.contactId) ||
		(email !== undefined && email.toLowerCase() !== contact?.email?.toLowerCase()) ||
		(phone !== undefined && phone !== contact?.phone);
	if (contact && !isOther) return contact;
	throw new Failure("PolicyViolation", "This link can only go to the contact that is asked, at its own addresses.");
}

function consents(contact: Contact, phone: string | null): boolean {
	return phone !== null && contact.smsConsent && contact.phone === phone;
}

function recipientRequired(isPhoneInvalid: boolean): Failure {
	const message = isPhoneInvalid
		? "Write the number with its country: +44 20 7946 0958."
		: "Say who the link is for: 'Recipient Contact Id', 'Recipient Email' or 'Recipient Phone'.";
	const fieldName = isPhoneInvalid ? "RecipientPhone" : "RecipientContactId";
	const fields = [{ errorCode: "RecipientRequired", fieldName, message }];
	return new Failure("RecipientRequired", message, { fields });
}

function orUndefined(error: unknown): undefined {
	if (error instanceof Failure && error.status === 404) return undefined;
	throw error;
}
