import { call, query } from "./api.ts";

export type Contact = {
	contactId: number;
	contactUid: string;
	name: string;
	email?: string;
	phone?: string;
	smsConsent: boolean;
	contactTypeId?: string;
};

/** The first contacts whose names begin so. */
export async function contactsNamed(namePrefix: string): Promise<Contact[]> {
	const path = `/v1/contact${query({ namePrefix, countPerPage: 8, simplifiedPaging: true })}`;
	return (await call<{ items?: Contact[] }>("GET", path)).items ?? [];
}

/** A contact as a choice. */
export function shown({ contactUid, name, email, phone }: Contact): { key: string; name: string; hint: string } {
	return { key: contactUid, name, hint: email ?? phone ?? "" };
}
