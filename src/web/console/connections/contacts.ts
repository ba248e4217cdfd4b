import { call } from "../core/api.ts";
import type { Contact } from "../core/contacts.ts";
import { may, session } from "../core/session.ts";
import type { Term } from "./types.ts";

export async function addContact(name: string): Promise<Contact> {
	return (await call<{ contact: Contact }>("POST", "/v1/contact", { name })).contact;
}

/** The contact that the reader is, with dashes as connections have it; undefined for staff who act for anybody, and where nobody knows. */
export async function ownContact(): Promise<string | undefined> {
	const id = session.value?.user.contactId;
	if (may("connections:administer") || id === undefined) return undefined;
	if (!/^\d{1,15}$/.test(id)) return dashed(id);
	if (!may("contacts:manage")) return undefined;
	return dashed((await call<{ contact: Contact }>("GET", `/v1/contact/${id}`)).contact.contactUid);
}

function dashed(id: string): string {
	const digits = id.replaceAll("-", "").toLowerCase();
	return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export type Terms = { path: string; list: () => Promise<Term[]> };

export const contactTypes: Terms = {
	path: "/api/contacttypes",
	list: async () => {
		type Answer = { contactTypes: { contactTypeId: string; name: string }[] };
		const answer = await call<Answer>("GET", "/api/contacttypes");
		return answer.contactTypes.map(({ contactTypeId, name }) => ({ id: contactTypeId, name }));
	},
};

export const connectionRoles: Terms = {
	path: "/api/connectionroles",
	list: async () => {
		type Answer = { connectionRoles: { roleId: string; name: string }[] };
		const answer = await call<Answer>("GET", "/api/connectionroles");
		return answer.connectionRoles.map(({ roleId, name }) => ({ id: roleId, name }));
	},
};
