import { sql } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
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

/** Finds what a list's filters name: customers (`count` is of all below), accounts and tags. What is unknown is missing from the answer. */
export async function namesOf(
	{ tenantId, db }: TenantDatabase,
	uids: { customers: readonly string[]; accounts: readonly string[]; tags: readonly string[] },
): Promise<Names> {
	const of = (table: string, list: readonly string[], columns: string) =>
		sql`SELECT ${sql.raw(columns)} FROM json_each(${JSON.stringify([...new Set(list)])}) u
			CROSS JOIN ${sql.raw(table)} t ON t.tenant_id = ${tenantId} AND t.uid = u.value`;
	const [customers, accounts, tags, [counted]] = await batch<[KnownCustomer, Known, Known, { total: number }]>(db, [
		of("customer", uids.customers, "t.id, t.uid, t.descendant_count AS count, t.child_count AS childCount, t.path"),
		of("account", uids.accounts, "t.id, t.uid, t.customer_count AS count"),
		of("tag", uids.tags, "t.id, t.uid, t.customer_count AS count"),
		sql`SELECT customer_count AS total FROM directory WHERE tenant_id = ${tenantId}`,
	]);
	return { customers, accounts, tags, total: counted?.total ?? 0 };
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
