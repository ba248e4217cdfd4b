import type { Directory } from "./index-store.ts";
import { compareKeys } from "./compare.ts";
import {
	listRows,
	type Filter,
	type ListedRow,
	type Order,
	type Position,
	type Slice,
	type UpTo,
} from "./list-store.ts";
import { tuning } from "./plan.ts";
import { idsIn, idsOf, keysOf, owedOf, questionIn, questionOf } from "./search-store.ts";
import { divide } from "./section-store.ts";
import { everything, sectionOfKey, type Section } from "./section.ts";

/** What is looked for, in which order, and which part of it. */
export type Search = { filter: Filter; order: Order; slice: Slice };

/**
 * The rows of a slice by the search index, where `matches` of `total` match as far as counters tell; undefined for a filter that it cannot answer.
 * Whatever the index says, the answer is that of the record: what the index has not heard of yet is looked through as well, and read before
 * the index is.
 */
export async function findRows(
	directory: Directory,
	search: Search,
	{ matches, total }: { matches: number; total: number },
): Promise<ListedRow[] | undefined> {
	const { filter, order, slice } = search;
	if (filter.uids) return undefined;
	const isById = order.field === "DateCreated";
	const isMany = !isById && matches > 4 * tuning.sorted;
	const [{ owed, lastId }, divided] = await Promise.all([
		owedOf(directory),
		isMany ? divide(directory, everything, order, filter.accountIds, slice.after) : undefined,
	]);
	const found = new Found(directory, search, owed, lastId);
	// Where most ids are the tenant's own, the few others that a text finds cost less than meeting all of them.
	const question = questionOf(total > lastId / 2 ? undefined : directory.tenantId, filter);
	if (isById) return byId(directory, question, search, found);
	const rows = isMany ? undefined : await byAll(directory, question, search, found);
	return rows ?? bySections(directory, search, found, divided && "parts" in divided ? divided.parts : [everything]);
}

/** The rows among all that match, if those are few. */
async function byAll(directory: Directory, question: string, search: Search, found: Found) {
	const first = await idsOf(directory, question, { limit: found.enough, isDescending: false });
	if (first.length < found.enough) return found.rows(first);
	const most = search.filter.nameKey === undefined ? tuning.sorted : tuning.sortedWithText;
	// The index has no key for the order of accounts; there it sorts within one.
	if (search.order.field === "AccountName" || found.expected(first) > most) return undefined;
	const sorted = await sort(directory, question, search, [], 2 * most);
	return sorted?.end ? found.slice({ position: sorted.end }, sorted.ids) : sorted && found.rows(sorted.ids);
}

/** What was found so far, and the rows that it leads to. */
class Found {
	readonly #directory: Directory;
	readonly #search: Search;
	readonly #owed: readonly number[];
	readonly #lastId: number;
	readonly #ids: number[] = [];
	readonly #wanted: number;
	/** Ids asked for at once. */
	readonly enough: number;

	constructor(directory: Directory, search: Search, owed: readonly number[], lastId: number) {
		[this.#directory, this.#search, this.#owed, this.#lastId] = [directory, search, owed, lastId];
		this.#wanted = search.slice.offset + search.slice.limit;
		this.enough = this.#wanted + tuning.spare;
	}

	/** True when there may be enough for the slice. */
	get mayDo(): boolean {
		return this.#ids.length >= this.#wanted;
	}

	/** How many ids there are where these are the first: they are handed out in turn, so how far these reach tells. */
	expected(first: readonly number[]): number {
		return (first.length * this.#lastId) / (first.at(-1) ?? 1);
	}

	add(ids: readonly number[]): void {
		for (const id of ids) this.#ids.push(id);
	}

	/** The rows of the slice among those found, and those given, up to where the order was looked through. */
	rows(ids: readonly number[] = [], upTo?: UpTo): Promise<ListedRow[]> {
		const { filter, order, slice } = this.#search;
		const all = [...new Set([...this.#ids, ...ids, ...this.#owed])];
		return listRows(this.#directory, filter, order, slice, { kind: "lookup", ids: all, upTo });
	}

	/** The rows of the slice, if it is full. */
	async slice(upTo: UpTo, ids?: readonly number[]): Promise<ListedRow[] | undefined> {
		const rows = await this.rows(ids, upTo);
		return rows.length === this.#search.slice.limit ? rows : undefined;
	}
}

/** Dates of creation are in the order of ids, and so is the index. */
async function byId(directory: Directory, question: string, { order, slice }: Search, found: Found) {
	const { isDescending } = order;
	for (let after = slice.after?.[1] as number | undefined; ;) {
		const ids = await idsOf(directory, question, { limit: found.enough, isDescending, after });
		found.add(ids);
		after = ids.at(-1);
		if (ids.length < found.enough || after === undefined) return found.rows();
		const rows = await found.slice({ id: after });
		if (rows) return rows;
	}
}

/**
 * The first ids behind the slice's beginning of all that the index has for a question, by keys that it holds itself, and where they end if
 * there are more. `keys` are those that all of them share. Undefined where there are more than `most`.
 */
async function sort(
	directory: Directory,
	question: string,
	{ order, slice }: Search,
	keys: Position,
	most: number,
): Promise<{ ids: number[]; end?: Position | undefined } | undefined> {
	const all = await keysOf(directory, question, order, most);
	if (!all) return undefined;
	const sign = order.isDescending ? -1 : 1;
	const compare = (a: Position, b: Position) => sign * compareKeys(a, b);
	const { after } = slice;
	const left = all
		.map(({ id, key }): Position => [...keys, key, id])
		.filter((position) => after === undefined || compare(position, after) > 0)
		.sort(compare);
	const next = left.slice(0, slice.offset + slice.limit + tuning.spare);
	return {
		ids: next.map((position) => Number(position.at(-1))),
		end: next.length < left.length ? next.at(-1) : undefined,
	};
}

/**
 * From one section of the order to the next, until the slice is full: one that holds nothing costs next to nothing, and one that holds too
 * much is divided, so that little is read that is not wanted.
 */
async function bySections(directory: Directory, search: Search, found: Found, sections: readonly Section[]) {
	let left = sections;
	while (left[0]) {
		const next = left[0].isOpen ? open : read;
		left = await next(directory, search, found, left);
		const rows = left[0] && found.mayDo ? await found.slice(upToOf(left[0])) : undefined;
		if (rows) return rows;
	}
	return found.rows();
}

function upToOf(section: Section): UpTo {
	return section.past ? { position: section.past } : { section };
}

/** Takes what sections hold; the first that holds more than is wanted is sorted if it can be, and else left open. */
async function read(directory: Directory, search: Search, found: Found, left: readonly Section[]): Promise<Section[]> {
	const { filter, order } = search;
	const isOpen = left.findIndex((section) => section.isOpen);
	const closed = isOpen < 0 ? left : left.slice(0, isOpen);
	const hits = await idsIn(directory, filter, order, closed, found.enough);
	const cut = hits.length < found.enough ? closed.length : (hits.at(-1)?.place ?? 0);
	found.add(hits.filter(({ place }) => place < cut).map(({ id }) => id));
	const [section, ...rest] = left.slice(cut);
	if (!section || section.isOpen) return left.slice(cut);
	const expected = found.expected(hits.filter(({ place }) => place === cut).map(({ id }) => id));
	const question = questionIn(directory, filter, order, section);
	const sorted =
		expected > tuning.sorted
			? undefined
			: await sort(directory, question, search, keysOfAccount(section), 2 * tuning.sorted);
	found.add(sorted?.ids ?? []);
	return sorted && !sorted.end ? rest : [{ ...section, isOpen: true, past: sorted?.end }, ...rest];
}

function keysOfAccount({ account }: Section): Position {
	return account ? [account.nameKey, account.id] : [];
}

/** Divides the first section; one whose keys are all the same is in the order of ids, and is taken by portions. */
async function open(directory: Directory, search: Search, found: Found, [section, ...rest]: readonly Section[]) {
	const { filter, order, slice } = search;
	if (!section) return rest;
	const divided = await divide(directory, section, order, filter.accountIds, slice.after);
	if (!divided) {
		const hits = await idsIn(directory, filter, order, [section], -1);
		found.add(hits.map(({ id }) => id));
		return rest;
	}
	if ("parts" in divided) return [...divided.parts, ...rest];
	const keys = [...keysOfAccount(section), divided.key];
	const behind = section.past ?? slice.after;
	const isWithin = behind !== undefined && keys.every((key, place) => key === behind[place]);
	const ids = await idsOf(
		directory,
		questionIn(directory, filter, order, sectionOfKey(divided.key, section.account, order)),
		{
			limit: found.enough,
			isDescending: order.isDescending,
			after: isWithin ? Number(behind.at(-1)) : undefined,
		},
	);
	found.add(ids);
	const last = ids.at(-1);
	return ids.length < found.enough || last === undefined ? rest : [{ ...section, past: [...keys, last] }, ...rest];
}
