import { sql, type SQL } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { tuning } from "./plan.ts";
import type { CustomerRow } from "./row.ts";
import type { TagColor } from "./settings.ts";

/** A filter's ids as the record knows them, with what they are counted to hold. */
type Known = { id: number; uid: string; count: number };
export type KnownCustomer = Known & { path: string; childCount: number };

export type Names = {
	customers: KnownCustomer[];
	accounts: Known[];
	tags: Known[];
	/** How many customers there are. */
	total: number;
};

/**
 * What the search index has not heard of yet: customers that no entry can be trusted for, and of very many some. `lastId` is the last id there is.
 */
export type Owed = { owed: readonly number[]; lastId: number };

/** What the record owes the index at this moment. Whoever asks the index afterwards misses nothing. */
export async function owedOf({ tenantId, db }: TenantDatabase): Promise<Owed> {
	return owedIn(await batch<[Id, Id]>(db, owedSql(tenantId)));
}

function owedSql(tenantId: string): [SQL, SQL] {
	return [
		sql`SELECT customer_id AS id FROM customer_unindexed WHERE tenant_id = ${tenantId} LIMIT ${tuning.unheard + 1}`,
		sql`SELECT seq AS id FROM sqlite_sequence WHERE name = 'customer'`,
	];
}

function owedIn([owed, [last]]: [Id[], Id[]]): Owed {
	return { owed: owed.map(({ id }) => id), lastId: last?.id ?? 0 };
}

/** Finds what a list's filters name: customers (`count` is of all below), accounts and tags. What is unknown is missing from the answer. */
export async function namesOf({ tenantId, db }: TenantDatabase, uids: Uids): Promise<Names> {
	const [customers, accounts, tags, [counted]] = await batch<Found>(db, namesSql(tenantId, uids));
	return { customers, accounts, tags, total: counted?.total ?? 0 };
}

/** The same, and with it what the record owes the index; and the answer to another question, if there is one. */
export async function namesAndOwedOf<Row>(
	{ tenantId, db }: TenantDatabase,
	uids: Uids,
	question: SQL | undefined,
): Promise<Names & Owed & { rows: Row[] | undefined }> {
	const [customers, accounts, tags, [counted], owed, last, rows] = await batch<[...Found, Id, Id, Row]>(db, [
		...namesSql(tenantId, uids),
		...owedSql(tenantId),
		question ?? sql`SELECT 1 WHERE false`,
	]);
	return { customers, accounts, tags, total: counted?.total ?? 0, ...owedIn([owed, last]), rows: question && rows };
}

type Id = { id: number };
type Uids = { customers: readonly string[]; accounts: readonly string[]; tags: readonly string[] };
type Found = [KnownCustomer, Known, Known, { total: number }];

function namesSql(tenantId: string, uids: Uids): [SQL, SQL, SQL, SQL] {
	const of = (table: string, list: readonly string[], columns: string) =>
		sql`SELECT ${sql.raw(columns)} FROM json_each(${JSON.stringify([...new Set(list)])}) u
			CROSS JOIN ${sql.raw(table)} t ON t.tenant_id = ${tenantId} AND t.uid = u.value`;
	return [
		of("customer", uids.customers, "t.id, t.uid, t.descendant_count AS count, t.child_count AS childCount, t.path"),
		of("account", uids.accounts, "t.id, t.uid, t.customer_count AS count"),
		of("tag", uids.tags, "t.id, t.uid, t.customer_count AS count"),
		sql`SELECT customer_count AS total FROM directory WHERE tenant_id = ${tenantId}`,
	];
}

/** What a list says of the customers above its rows. */
export type Ancestor = Pick<CustomerRow, "id" | "uid" | "name" | "path"> & Partial<Settings>;
type Settings = Pick<
	CustomerRow,
	| "schedule"
	| "customer_state"
	| "override_billing_settings"
	| "billing_settings"
	| "override_app_settings"
	| "app_settings"
>;
type ListedTag = { id: number; uid: string; name: string; color: TagColor };
export type ListedAccount = { id: number; uid: string; name: string; details: string };

export type Surroundings = { ancestors: Ancestor[]; accounts: ListedAccount[]; tags: ListedTag[] };

/** What surrounds the rows of a page, each once: the customers above them, with their settings if asked, their accounts and tags. */
export async function surroundingsOf(
	{ tenantId, db }: TenantDatabase,
	rows: { paths: readonly string[]; accountIds: readonly number[]; tagIds: readonly number[] },
	withSettings: boolean,
): Promise<Surroundings> {
	const settings = withSettings
		? ", c.schedule, c.customer_state, c.override_billing_settings, c.billing_settings, c.override_app_settings, c.app_settings"
		: "";
	const [ancestors, accounts, tags] = await batch<[Ancestor, ListedAccount, ListedTag]>(db, [
		sql`SELECT c.id, c.uid, c.name, c.path${sql.raw(settings)} FROM json_each(${JSON.stringify(rows.paths)}) p
			CROSS JOIN customer c ON c.tenant_id = ${tenantId} AND c.path = p.value`,
		sql`SELECT a.id, a.uid, a.name, a.details FROM json_each(${JSON.stringify(rows.accountIds)}) i
			CROSS JOIN account a ON a.id = i.value AND a.tenant_id = ${tenantId}`,
		sql`SELECT t.id, t.uid, t.name, t.color FROM json_each(${JSON.stringify(rows.tagIds)}) i
			CROSS JOIN tag t ON t.id = i.value AND t.tenant_id = ${tenantId}`,
	]);
	return { ancestors, accounts, tags };
}
