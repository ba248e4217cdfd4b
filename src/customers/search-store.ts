import { sql } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import { containing, gramsOf, tokenOf } from "./fold.ts";
import type { Filter } from "./list-store.ts";
import { idOfPath, STEP, stepsOf, tagIdsOf } from "./row.ts";

/** The record of one tenant and the search index beside it. */
export type Directory = TenantDatabase & { readonly search: D1Database };

type Entry = { id: number; seq: number; grams: string; facets: string };
type Unindexed = {
	id: number;
	seq: number;
	path: string | null;
	name_key: string;
	account_id: number;
	tag_ids: string;
};

/** Entries written at once. */
const BATCH = 2000;
/** More alternatives than this are not asked of the index. */
const ALTERNATIVES = 50;

/** A filter as the index is asked for it; undefined for one that it cannot answer. */
export function questionOf(tenantId: string, filter: Filter): string | undefined {
	const subtrees = filter.subtrees?.flatMap(({ path, withSelf }) => [
		`p${idOfPath(path)}`,
		...(withSelf ? [`s${idOfPath(path)}`] : []),
	]);
	const groups = [
		...(subtrees ? [subtrees] : []),
		...(filter.parentIds ? [filter.parentIds.map((id) => `q${id}`)] : []),
		...(filter.accountIds ? [filter.accountIds.map((id) => `a${id}`)] : []),
		...filter.tagIds.map((id) => [`t${id}`]),
	];
	// Whatever has a number is a tenant's own; only a text alone must be kept to the tenant, at the price of meeting all its customers.
	if (groups.length === 0) groups.push([`d${tokenOf(tenantId)}`]);
	if (filter.uids || groups.some(({ length }) => length > ALTERNATIVES)) return undefined;
	const terms = groups.map((tokens) => `facets : (${tokens.map((token) => `"${token}"`).join(" OR ")})`);
	return [...(filter.nameKey === undefined ? [] : [containing(filter.nameKey)]), ...terms].join(" AND ");
}

/** The ids that the index has for a question, at most `limit` of them. */
export async function findIds({ search }: Directory, question: string, limit: number): Promise<number[]> {
	const { results } = await search
		.prepare("SELECT rowid AS id FROM customer_entry WHERE customer_entry MATCH ?1 LIMIT ?2")
		.bind(question, limit)
		.all<{ id: number }>();
	return results.map(({ id }) => id);
}

/** How many entries the index has for a question. */
export async function countIds({ search }: Directory, question: string): Promise<number> {
	const row = await search
		.prepare("SELECT count(*) AS count FROM customer_entry WHERE customer_entry MATCH ?1")
		.bind(question)
		.first<{ count: number }>();
	return row?.count ?? 0;
}

/** Accounts looked through one by one. */
const ACCOUNTS = 500;

/**
 * The accounts with customers that a question is about, and how many customers each has; undefined where there are too many accounts to ask.
 * What the index has not heard of yet is among them.
 */
export async function accountsWith(
	{ tenantId, db, search }: Directory,
	question: string,
	among: readonly number[] | undefined,
): Promise<{ id: number; count: number }[] | undefined> {
	const accounts = await db.all<{
		id: number;
		count: number;
		isOwed: number;
	}>(sql`SELECT a.id, a.customer_count AS count,
		a.id IN (SELECT c.account_id FROM customer_unindexed u CROSS JOIN customer c ON c.id = u.customer_id
			WHERE u.tenant_id = ${tenantId}) AS isOwed
		FROM account a WHERE a.tenant_id = ${tenantId}
			AND (${among === undefined ? 1 : 0} OR a.id IN (SELECT value FROM json_each(${JSON.stringify(among ?? [])}))) LIMIT ${ACCOUNTS + 1}`);
	if (accounts.length > ACCOUNTS) return undefined;
	const { results } = await search
		.prepare(
			`SELECT value AS id FROM json_each(?1)
			WHERE EXISTS (SELECT 1 FROM customer_entry WHERE customer_entry MATCH ?2 || ' AND facets : "a' || value || '"')`,
		)
		.bind(JSON.stringify(accounts.map(({ id }) => id)), question)
		.all<{ id: number }>();
	const found = new Set(results.map(({ id }) => id));
	return accounts.filter(({ id, isOwed }) => isOwed === 1 || found.has(id));
}

/** True when the index knows all that the record does. */
export async function isIndexed({ tenantId, db }: TenantDatabase): Promise<boolean> {
	return (await db.all(sql`SELECT 1 FROM customer_unindexed WHERE tenant_id = ${tenantId} LIMIT 1`)).length === 0;
}

/**
 * Pays the index what the record owes it. Whoever made a change calls this; what a lost call leaves is paid by the next one, and until then
 * lists look at it in the record.
 */
export async function payIndex(directory: Directory): Promise<void> {
	for (;;) {
		const owed = await unindexed(directory);
		if (owed.length === 0) return;
		await write(
			directory.search,
			owed.map((row) => entryOf(directory.tenantId, row)),
		);
		await settle(directory, owed);
		if (owed.length < BATCH) return;
	}
}

function unindexed({ tenantId, db }: TenantDatabase): Promise<Unindexed[]> {
	return db.all<Unindexed>(sql`SELECT u.customer_id AS id, u.seq, c.path, c.name_key, c.account_id, c.tag_ids
		FROM customer_unindexed u LEFT JOIN customer c ON c.id = u.customer_id
		WHERE u.tenant_id = ${tenantId} LIMIT ${BATCH}`);
}

/** Only what is still as it was read: a change made meanwhile owes anew. */
async function settle({ tenantId, db }: TenantDatabase, owed: readonly Unindexed[]): Promise<void> {
	const paid = JSON.stringify(owed.map(({ id, seq }) => [id, seq]));
	await db.run(sql`DELETE FROM customer_unindexed WHERE tenant_id = ${tenantId}
		AND (customer_id, seq) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${paid}))`);
}

function entryOf(tenantId: string, { id, seq, path, name_key, account_id, tag_ids }: Unindexed): Entry {
	if (path === null) return { id, seq, grams: "", facets: "" };
	const ancestors = stepsOf(path.slice(0, -STEP)).map(idOfPath);
	const parent = ancestors.at(-1);
	const facets = [
		`d${tokenOf(tenantId)}`,
		`a${account_id}`,
		`s${id}`,
		...ancestors.map((ancestor) => `p${ancestor}`),
		...(parent === undefined ? [] : [`q${parent}`]),
		...tagIdsOf(tag_ids).map((tag) => `t${tag}`),
	];
	return { id, seq, grams: gramsOf(name_key), facets: facets.join(" ") };
}

/** An older entry never takes the place of a newer one, in whichever order they come. */
async function write(search: D1Database, entries: readonly Entry[]): Promise<void> {
	const json = JSON.stringify(entries.map(({ id, seq, grams, facets }) => [id, seq, grams, facets]));
	await search.batch([
		search
			.prepare(
				`DELETE FROM customer_entry WHERE rowid IN (SELECT e.rowid FROM json_each(?1) n
				CROSS JOIN customer_entry e ON e.rowid = n.value ->> 0 WHERE e.seq < n.value ->> 1)`,
			)
			.bind(json),
		search
			.prepare(
				`INSERT INTO customer_entry (rowid, seq, grams, facets)
				SELECT n.value ->> 0, n.value ->> 1, n.value ->> 2, n.value ->> 3 FROM json_each(?1) n
				WHERE NOT EXISTS (SELECT 1 FROM customer_entry e WHERE e.rowid = n.value ->> 0)`,
			)
			.bind(json),
	]);
}
