import { operation } from "../http/operation.ts";
import * as schema from "./schema.ts";

export const list = operation({
	name: "ListContacts",
	summary: "Lists contacts by name",
	answer: schema.contactListResponse,
	table: "items",
});
export const create = operation({
	name: "CreateContact",
	summary: "Creates a contact",
	answer: schema.contactResponse,
});
export const read = operation({ name: "GetContact", summary: "Reads a contact", answer: schema.contactResponse });
export const change = operation({
	name: "PatchContact",
	summary: "Changes what is present of a contact",
	answer: schema.contactResponse,
});
export const remove = operation({
	name: "DeleteContact",
	summary: "Deletes a contact that is neither asked nor connected",
	answer: schema.contactResponse,
});
export const consent = operation({
	name: "ContactSmsConsent",
	summary: "Shows when a contact agreed to text messages and when no more",
	answer: schema.consentResponse,
	table: "history",
});
