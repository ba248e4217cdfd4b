import { tokens, WITHIN } from "./entry.ts";
import { gramsOf, pairsOf, tokenOf } from "./fold.ts";
import type { Directory } from "./index-store.ts";
import { isTextAlone, type Filter, type Order } from "./list-store.ts";
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
	const { parts = [section], prefix, isWhole, account } = section;
	const own = parts.flatMap((part) => tokenOfSection(tenantId, part, order) ?? []);
	const others = termsOf(filter, account?.id);
	const terms = own.length === 0 ? others : [anyOf(own), ...others];
	const pieces = piecesIn(tenantId, filter, order, section);
	if (!pieces) return asked(filter, terms, sieve);
	// Pieces that are noted with all that names of the section begin with say it already.
	const isSaid = pieces.length > 0 && !section.parts && !isWhole && [...prefix].length === WITHIN;
	return [...(isSaid ? others : terms), ...pieces].join(" AND ");
}

/** How a text is asked for among names that begin with something: the pairs of it, noted with that; undefined where it is asked as anywhere. */
function piecesIn(tenantId: string, { nameKey }: Filter, order: Order, { prefix }: Section): string[] | undefined {
	if (nameKey === undefined || prefix === "" || keyOf(order).kind !== "n") return undefined;
	// Names that begin with something that has the text need not be asked for it.
	if (prefix.includes(nameKey)) return [];
	const pairs = pairsOf(nameKey);
	if (pairs.length === 0) return undefined;
	const some = pairs.filter((_, at) => at % 2 === 0 || at === pairs.length - 1).slice(0, SIFTED_BY);
	return some.map(tokens.within(tenantId, prefix)).map((token) => anyOf([token]));
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
	return [...terms, ...(nameKey === undefined ? [] : text(nameKey))].join(" AND ");
}

/** How names with a text are asked for. */
type Text = (nameKey: string) => string[];

/** Names that contain the text, and no others: what counts them. */
export const exactly: Text = (nameKey) =>
	isShort(nameKey) ? sieve(nameKey) : [`grams : "${gramsOf(nameKey).join(" ")}"`];

/** Grams of a text that a name is sifted by. */
const SIFTED_BY = 6;

/**
 * Names that have the grams of the text anywhere, where the record is asked afterwards: whether they follow one another is what takes FTS5
 * longest to find out (20 ms of 24 where 77,000 names have a text and none of them is in a section).
 */
function sieve(nameKey: string): string[] {
	if (isShort(nameKey)) return [anyOf([tokens.short(tokenOf(nameKey))])];
	return siftedBy(nameKey).map((gram) => `grams : "${gram}"`);
}

function siftedBy(nameKey: string): string[] {
	const grams = gramsOf(nameKey);
	return grams.filter((_, at) => at % 3 === 0 || at === grams.length - 1).slice(0, SIFTED_BY);
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

/** Entries of the tenant's own that the index has for a question, by id, at most `limit`. */
export async function keysOf(
	{ tenantId, search }: Directory,
	question: string,
	{ filter, order }: { filter: Filter; order: Order },
	limit: number,
): Promise<Keyed[]> {
	const { column } = keyOf(order);
	const name = filter.nameKey === undefined || column === "name_key" ? "" : ", name_key AS nameKey";
	const isOwn = isTextAlone(filter) ? "AND instr(facets, ?3) = 1" : "";
	const { results } = await search
		.prepare(
			`SELECT rowid AS id, ${column} AS key${name}
			FROM customer_entry WHERE customer_entry MATCH ?1 ${isOwn} ORDER BY rowid LIMIT ?2`,
		)
		.bind(question, limit, ...(isOwn === "" ? [] : [`${tokens.tenant(tenantId)} `]))
		.all<Keyed>();
	return results;
}

/** Ids that the index has for questions, in their order, at most `limit`: for the last one there may be more. */
export async function idsFor(
	{ search }: Directory,
	questions: readonly string[],
	limit: number,
): Promise<{ place: number; id: number }[]> {
	const { results } = await search
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
