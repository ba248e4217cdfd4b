import type { TenantDatabase } from "../db/database.ts";
import { fold } from "../customers/fold.ts";
import { Failure } from "../http/failure.ts";
import { newGuid } from "../rooms/room-id.ts";
import { deleteTerm, findTerm, insertTerm, listTerms, renameTerm, type TermKind, type TermRow } from "./terms-store.ts";

/** Terms of one kind: a list that people choose from. */
const MOST = 1000;

export type { TermKind };
export type Term = Pick<TermRow, "id" | "name">;

const nouns: Record<TermKind, string> = { ContactType: "contact type", ConnectionRole: "connection role" };

/** What the tenant calls its types of contacts, or the roles of its connections, by name. */
export async function termsOf(db: TenantDatabase, kind: TermKind): Promise<Term[]> {
	return listTerms(db, kind, MOST);
}

/** What a term is called; undefined when it is gone. */
export async function termName(db: TenantDatabase, kind: TermKind, id: string): Promise<string | undefined> {
	return (await findTerm(db, kind, id))?.name;
}

export async function createTerm(db: TenantDatabase, kind: TermKind, name: string): Promise<Term> {
	const created = await insertTerm(db, { id: newGuid(), kind, name, nameKey: fold(name) }, MOST);
	if (created) return created;
	const { length } = await listTerms(db, kind, MOST);
	if (length >= MOST) throw new Failure("TooMany", `There can be ${MOST} of them.`);
	throw taken(kind);
}

export async function changeTerm(db: TenantDatabase, kind: TermKind, id: string, name: string): Promise<Term> {
	const changed = await renameTerm(db, { id, kind, name, nameKey: fold(name) });
	if (changed) return changed;
	await existing(db, kind, id);
	throw taken(kind);
}

/** Deletes a term that no contact and no connection uses. */
export async function removeTerm(db: TenantDatabase, kind: TermKind, id: string): Promise<Term> {
	const deleted = await deleteTerm(db, kind, id);
	if (deleted) return deleted;
	await existing(db, kind, id);
	throw new Failure("InUse", `This ${nouns[kind]} is in use.`);
}

async function existing(db: TenantDatabase, kind: TermKind, id: string): Promise<void> {
	if (!(await findTerm(db, kind, id))) throw new Failure("NotFound", `There is no such ${nouns[kind]}.`);
}

function taken(kind: TermKind): Failure {
	return new Failure("NameTaken", `There is a ${nouns[kind]} of this name.`);
}
