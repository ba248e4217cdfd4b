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
	return asked(filter, termsWithin(tenantId, filter), text);
}

function termsWithin(tenantId: string | undefined, filter: Filter): string[] {
	const terms = termsOf(filter, undefined);
	return terms.length === 0 && tenantId !== undefined ? [anyOf([tokens.tenant(tenantId)])] : terms;
}

/** The same of one section of an order. */
export function questionIn({ tenantId }: Directory, filter: Filter, order: Order, section: Section): string {
	const token = tokenOfSection(tenantId, section, order);
	const terms = termsOf(filter, section.account?.id);
	// Names that begin with something that has the text need not be asked for it.
	const isSure = keyOf(order).kind === "n" && filter.nameKey !== undefined && section.prefix.includes(filter.nameKey);
	const left = isSure ? { ...filter, nameKey: undefined } : filter;
	return asked(left, token === undefined ? terms : [anyOf([token]), ...terms], sieve);
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
	return siftedBy(nameKey).join(" AND ");
}

function siftedBy(nameKey: string): string[] {
	if (isShort(nameKey)) return [anyOf([tokens.short(tokenOf(nameKey))])];
	const grams = gramsOf(nameKey);
	const some = grams.filter((_, at) => at % 3 === 0 || at === grams.length - 1).slice(0, SIFTED_BY);
	return some.map((gram) => `grams : "${gram}"`);
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

/** An entry by its key of an order, and its name where a text is looked for and the name is not the key. */
export type Keyed = { id: number; key: string | number; nameKey?: string };

/** Entries that the index has for a question, by id, at most `limit`. */
export async function keysOf(
	{ search }: Directory,
	question: string,
	{ filter, order }: { filter: Filter; order: Order },
	limit: number,
): Promise<Keyed[]> {
	const { column } = keyOf(order);
	const name = filter.nameKey === undefined || column === "name_key" ? "" : ", name_key AS nameKey";

	const { results } = await search
		.prepare(
			`SELECT rowid AS id, ${column} AS key${name}
			FROM customer_entry WHERE customer_entry MATCH ?1 ORDER BY rowid LIMIT ?2`,
		)
		.bind(question, limit)
		.all<Keyed>();
	return results;
}

/**
 * Ids in a section that match and are in none of some parts of it, if there are at most `most`; undefined where that is not known. One piece
 * of the text at a time says so soonest: the first that next to nothing outside has will do, and the others are not asked.
 */
export async function idsOutside(
	{ tenantId, search }: Directory,
	tenant: string | undefined,
	{ filter, order }: { filter: Filter; order: Order },
	section: Section,
	parts: readonly Section[],
	most: number,
): Promise<number[] | undefined> {
	const inside = parts.flatMap((part) => tokenOfSection(tenantId, part, order) ?? []);
	const token = tokenOfSection(tenantId, section, order);
	const ofSection = [...(token === undefined ? [] : [anyOf([token])]), ...termsOf(filter, section.account?.id)];
	const terms = ofSection.length > 0 ? ofSection : termsWithin(tenant, filter);
	const questions = siftedBy(filter.nameKey ?? "").map((piece) =>
		[...terms, `${piece} NOT ${anyOf(inside)}`].join(" AND "),
	);
	const row = await search
		.prepare(
			`SELECT ids FROM (SELECT (SELECT json_group_array(id) FROM (SELECT rowid AS id FROM customer_entry
				WHERE customer_entry MATCH n.value LIMIT ?2)) AS ids FROM json_each(?1) n LIMIT -1)
			WHERE json_array_length(ids) < ?2 LIMIT 1`,
		)
		.bind(JSON.stringify(questions), most + 1)
		.first<{ ids: string }>();
	return row ? (JSON.parse(row.ids) as number[]) : undefined;
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

/** How many entries the index has for a question, leaving some aside, counted up to a limit. */
export async function countIds(
	{ search }: Directory,
	question: string,
	aside: readonly number[],
	limit: number,
): Promise<number> {
	// A look into the list counts as a row.
	const others = aside.length === 0 ? "" : "AND rowid NOT IN (SELECT value FROM json_each(?3))";
	const row = await search
		.prepare(
			`SELECT count(*) AS count FROM (SELECT 1 FROM customer_entry WHERE customer_entry MATCH ?1 ${others} LIMIT ?2)`,
		)
		.bind(question, limit, ...(aside.length === 0 ? [] : [JSON.stringify(aside)]))
		.first<{ count: number }>();
	return row?.count ?? 0;
}
