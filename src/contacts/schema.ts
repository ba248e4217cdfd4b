import * as z from "zod";
import { guid, guidsOf, text } from "../rooms/frames.ts";
import { phone } from "./phone.ts";

/** Contacts of one page. */
const PAGE = 200;
/** Rows before a page: beyond them is `cursor`, which does not read what it skips. */
export const OFFSET = 10_000;

/** One line: it goes into the headers of mails. */
export const name = text
	.trim()
	.min(1)
	.max(200)
	.regex(/^\P{Cc}*$/u);
/** As long as RFC 5321 lets an address be. */
const email = z.string().trim().max(254).pipe(z.email());
const number = z.int().min(1);

const members = {
	email: email.optional(),
	phone: phone.optional(),
	/** Whether text messages may be sent to the number, and where that was said: a form, a call. */
	smsConsent: z.boolean().optional(),
	smsConsentSource: text.max(200).optional(),
	contactTypeId: guid.optional(),
	customerId: guid.optional(),
};

export const contactBody = z.object({ name, ...members });
/** What is present changes. A member is emptied by its name in `reset`, as ServiceStack's patches do it: null means "not set". */
export const contactPatch = z.object({
	name: name.optional(),
	...members,
	reset: z.array(z.enum(["Email", "Phone", "ContactTypeId", "CustomerId"])).optional(),
});
export type ContactBody = z.infer<typeof contactBody>;
export type ContactPatch = z.infer<typeof contactPatch>;

export const contactPath = z.object({ ContactId: number });

export const contactListQuery = z.object({
	page: z.int().min(0).max(1_000_000_000).default(0),
	countPerPage: z.int().min(1).max(PAGE).default(25),
	/** Runs no count. */
	simplifiedPaging: z.boolean().default(false),
	cursor: z.string().max(4096).optional(),
	sortOrder: z.enum(["Ascend", "Descend"]).meta({ dto: "SortOrders" }).default("Ascend"),
	/** GUIDs of contacts. */
	specificIds: guidsOf(500),
	/** How the name begins, case and accents aside. */
	namePrefix: text.max(200).optional(),
	email: z.string().trim().max(254).optional(),
	phone: phone.optional(),
	contactTypeId: guid.optional(),
	customerId: guid.optional(),
});
export type ContactListQuery = z.infer<typeof contactListQuery>;

const id = z.string().meta({ format: "guid" });
const instant = z.iso.datetime({ precision: 3 }).meta({ format: "date-time" });
const natural = z.int().min(0);

const contactInfo = z
	.object({
		contactId: natural,
		contactUid: id,
		name: z.string(),
		email: z.string().optional(),
		phone: z.string().optional(),
		smsConsent: z.boolean(),
		contactTypeId: id.optional(),
		customerId: id.optional(),
		dateCreated: instant,
		dateLastModified: instant,
	})
	.meta({ dto: "Contact" });
export type Contact = z.infer<typeof contactInfo>;

export const contactResponse = z.object({ contact: contactInfo }).meta({ dto: "ContactResponse" });
export const contactListResponse = z
	.object({
		items: z.array(contactInfo),
		totalCount: natural,
		totalPages: natural,
		hasMorePages: z.boolean(),
		cursor: z.string().optional(),
	})
	.meta({ dto: "ContactListResponse" });
export type ContactList = z.infer<typeof contactListResponse>;

const consentInfo = z
	.object({
		isGranted: z.boolean(),
		phone: z.string().optional(),
		source: z.string(),
		changedBy: z.string(),
		dateCreated: instant,
	})
	.meta({ dto: "SmsConsent" });
export type Consent = z.infer<typeof consentInfo>;
export const consentResponse = z.object({ history: z.array(consentInfo) }).meta({ dto: "SmsConsentResponse" });
