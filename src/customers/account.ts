import { Failure } from "../http/failure.ts";
import { newGuid } from "../rooms/room-id.ts";
import type { AccountInfo } from "./answers.ts";
import * as store from "./catalog-store.ts";
import type { Visit } from "./directory.ts";
import { refused } from "./customer.ts";
import { fold } from "./fold.ts";
import { limits } from "./limits.ts";
import type { AccountBody, PageQuery } from "./schema.ts";

type Details = Omit<AccountBody, "name">;

/** A page of the tenant's accounts, by name. */
export async function accountsOf({ directory }: Visit, { page, countPerPage }: PageQuery) {
	const [rows, total] = await store.listAccounts(directory, { limit: countPerPage, offset: page * countPerPage });
	return pageOf(rows.map(infoOf), total, page, countPerPage);
}

/** A page of a short list, in the shape that all lists have. */
export function pageOf<T>(items: T[], totalCount: number, page: number, countPerPage: number) {
	const totalPages = Math.ceil(totalCount / countPerPage);
	return { items, totalCount, totalPages, hasMorePages: page + 1 < totalPages };
}

/** One account. */
export async function readAccount(visit: Visit, uid: string): Promise<AccountInfo> {
	return infoOf(await account(visit, uid));
}

async function account({ directory }: Visit, uid: string): Promise<store.AccountRow> {
	const row = await store.accountByUid(directory, uid);
	if (!row) throw new Failure("NotFound", "There is no such account.");
	return row;
}

/** Makes an account, below another if one is named. */
export async function createAccount(
	visit: Visit,
	body: AccountBody & { id?: string | undefined; name: string; parentAccountId?: string | undefined },
): Promise<AccountInfo> {
	const { directory, userId } = visit;
	const { id, name, parentAccountId, ...details } = body;
	const parent = parentAccountId === undefined ? undefined : await store.accountByUid(directory, parentAccountId);
	if (parentAccountId !== undefined && !parent)
		throw refused("AccountNotFound", "ParentAccountId", "There is no such parent account.");
	const ancestors = parent ? [...(JSON.parse(parent.ancestor_uids) as string[]), parent.uid] : [];
	if (ancestors.length >= limits.depth) throw refused("TooDeep", "ParentAccountId", `At most ${limits.depth} levels.`);
	const uid = id ?? newGuid();
	const row = {
		uid,
		name,
		nameKey: fold(name),
		parentUid: parent?.uid ?? null,
		ancestors: JSON.stringify(ancestors),
		details: JSON.stringify(details),
	};
	if (!(await store.insertAccount(directory, row, { userId, now: Date.now() }, limits.accounts)))
		throw new Failure("NameTaken", `This id is taken, or the tenant has its ${limits.accounts} accounts.`);
	return readAccount(visit, uid);
}

/** Changes what the body names. */
export async function changeAccount(visit: Visit, uid: string, body: AccountBody): Promise<AccountInfo> {
	const { name, ...details } = body;
	const change = { name: name === undefined ? undefined : { name, nameKey: fold(name) }, details };
	await store.updateAccount(visit.directory, uid, change, { userId: visit.userId, now: Date.now() });
	return readAccount(visit, uid);
}

/** Deletes an account without customers and without accounts below it. */
export async function deleteAccount(visit: Visit, uid: string): Promise<void> {
	if (!(await store.deleteAccount(visit.directory, await account(visit, uid))))
		throw new Failure("InUse", "Customers or accounts belong to this account.");
}

function infoOf(row: store.AccountRow): AccountInfo {
	const details = JSON.parse(row.details) as Details;
	return {
		...details,
		id: row.uid,
		name: row.name,
		...(row.parent_uid === null ? {} : { parentAccountId: row.parent_uid }),
		ancestorIds: JSON.parse(row.ancestor_uids) as string[],
		maxPhoneNumbers: details.maxPhoneNumbers ?? 0,
		isBYOA: details.isBYOA ?? false,
		customerCount: row.customer_count,
		version: row.version,
		dateCreated: new Date(row.created_at).toISOString(),
		dateLastModified: new Date(row.updated_at).toISOString(),
		createdBy: row.created_by,
		lastModifiedBy: row.updated_by,
	};
}
