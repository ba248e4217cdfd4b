import { sql } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { tokens } from "./entry.ts";
import { gramsOf, tokenOf } from "./fold.ts";
import type { Directory } from "./index-store.ts";
import type { Filter, Order } from "./list-store.ts";
import { idOfPath } from "./row.ts";
import { keyOf, tokenOfSection, type Section } from "./section.ts";

/**
 * A filter as the index is asked for it. A text alone is kept to a tenant, at the price of meeting all its customers; without one the record
 * must do it. The index knows nothing of `uids`.
 */
export function questionOf(tenantId: string | undefined, filter: Filter, text: Text = sieve): string {
	const terms = termsOf(filter, undefined);
	const isTextAlone = terms.length === 0 && tenantId !== undefined;
	return asked(filter, isTextAlone ? [anyOf([tokens.tenant(tenantId)])] : terms, text);
}

/** The same of one section of an order. */
export function questionIn({ tenantId }: Directory, filter: Filter, order: Order, section: Section): string {
	const token = tokenOfSection(tenantId, section, order);
	const terms = termsOf(filter, section.account?.id);
	return asked(filter, token === undefined ? terms : [anyOf([token]), ...terms], sieve);
}

/** What a filter asks beside its text; of one account alone, if one is named. Each term has ids of the tenant's own. */
function termsOf(filter: Filter, account: number | undefined): string[] {
	const { subtrees, parentIds, accountIds, tagIds } = filter;
	const accounts = account === undefined ? accountIds : [account];
	return [
		...(subtrees ? [subtrees.flatMap((subtree) => subtreeTokens(subtree, account))] : []),
		...(parentIds ? [parentIds.map(tokens.child)] : []),
		...(accounts ? [accounts.map(tokens.account)] : []),
		...tagIds.map((id) => [tokens.tag(id)]),
	].map(anyOf);
}

function asked({ nameKey }: Filter, terms: readonly string[], text: Text): string {
	return [...terms, ...(nameKey === undefined ? [] : [text(nameKey)])].join(" AND ");
}

/** How names with a text are asked for. */
type Text = (nameKey: string) => string;

/** Names that contain the text, and no others: what counts them. */
export const exactly: Text = (nameKey) =>
	isShort(nameKey) ? sieve(nameKey) : `grams : "${gramsOf(nameKey).join(" ")}"`;

/** Grams of a text that a name is sifted by. */
const SIFTED_BY = 6;

/**
 * Names that have the grams of the text anywhere, where the record is asked afterwards: whether they follow one another is what takes FTS5
 * longest to find out (20 ms of 24 where 77,000 names have a text and none of them is in a section).
 */
function sieve(nameKey: string): string {
	if (isShort(nameKey)) return anyOf([tokens.short(tokenOf(nameKey))]);
	const grams = gramsOf(nameKey);
	const some = grams.filter((_, at) => at % 3 === 0 || at === grams.length - 1).slice(0, SIFTED_BY);
	return some.map((gram) => `grams : "${gram}"`).join(" AND ");
}

function isShort(nameKey: string): boolean {
	return [...nameKey].length < 3;
}

function subtreeTokens({ path, withSelf }: { path: string; withSelf: boolean }, account: number | undefined): string[] {
	const id = idOfPath(path);
	const below = account === undefined ? tokens.below(id) : tokens.belowIn(id, account);
	return withSelf ? [below, tokens.self(id)] : [below];
}

function anyOf(alternatives: readonly string[]): string {
	return `facets : (${alternatives.map((token) => `"${token}"`).join(" OR ")})`;
}

/** What the record owes the index, and the last id there is: customers that no entry can be trusted for. */
export async function owedOf({ tenantId, db }: TenantDatabase): Promise<{ owed: number[]; lastId: number }> {
	const [owed, [last]] = await batch<[{ id: number }, { id: number }]>(db, [
		sql`SELECT customer_id AS id FROM customer_unindexed WHERE tenant_id = ${tenantId}`,
		sql`SELECT seq AS id FROM sqlite_sequence WHERE name = 'customer'`,
	]);
	return { owed: owed.map(({ id }) => id), lastId: last?.id ?? 0 };
}

/** Ids that the index has for a question, by id, behind one if it is named. */
export async function idsOf(
	{ search }: Directory,
	question: string,
	{ limit, isDescending, after }: { limit: number; isDescending: boolean; after?: number | undefined },
): Promise<number[]> {
	const behind = `AND rowid ${isDescending ? "<" : ">"} CAST(?3 AS INTEGER)`;
	const { results } = await search
		.prepare(
			`SELECT rowid AS id FROM customer_entry WHERE customer_entry MATCH ?1 ${after === undefined ? "" : behind}
			ORDER BY rowid ${isDescending ? "DESC" : "ASC"} LIMIT ?2`,
		)
		.bind(question, limit, ...(after === undefined ? [] : [after]))
		.all<{ id: number }>();
	return results.map(({ id }) => id);
}

/** All ids that the index has for a question, with their keys of an order; undefined where there are more than `most`. */
export async function keysOf(
	{ search }: Directory,
	question: string,
	order: Order,
	most: number,
): Promise<{ id: number; key: string | number }[] | undefined> {
	const { results } = await search
		.prepare(
			`SELECT rowid AS id, ${keyOf(order).column} AS key FROM customer_entry WHERE customer_entry MATCH ?1 LIMIT ?2`,
		)
		.bind(question, most + 1)
		.all<{ id: number; key: string | number }>();
	return results.length > most ? undefined : results;
}

/** Ids that the index has in sections, in the order of the sections, at most `limit`: of the last one there may be more. */
export async function idsIn(
	directory: Directory,
	filter: Filter,
	order: Order,
	sections: readonly Section[],
	limit: number,
): Promise<{ place: number; id: number }[]> {
	const questions = sections.map((section) => questionIn(directory, filter, order, section));
	const { results } = await directory.search
		.prepare(
			`SELECT n.key AS place, e.rowid AS id FROM json_each(?1) n CROSS JOIN customer_entry e
			WHERE e.customer_entry MATCH n.value LIMIT ?2`,
		)
		.bind(JSON.stringify(questions), limit)
		.all<{ place: number; id: number }>();
	return results;
}

/** How many entries the index has for a question. */
export async function countIds({ search }: Directory, question: string): Promise<number> {
	const row = await search
		.prepare("SELECT count(*) AS count FROM customer_entry WHERE customer_entry MATCH ?1")
		.bind(question)
		.first<{ count: number }>();
	return row?.count ?? 0;
}

/** True when the index knows all that the record does. */
export async function isIndexed({ tenantId, db }: TenantDatabase): Promise<boolean> {
	return (await db.all(sql`SELECT 1 FROM customer_unindexed WHERE tenant_id = ${tenantId} LIMIT 1`)).length === 0;
}
