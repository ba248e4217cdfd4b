import type { Directory } from "./index-store.ts";
import { compareKeys, firstOf } from "./compare.ts";
import { Found, type Search } from "./found.ts";
import { listRows, type ListedRow, type Position, type UpTo } from "./list-store.ts";
import { tuning } from "./plan.ts";
import type { Owed } from "./lookup-store.ts";
import { idsFor, idsOf, keysOf, questionIn, questionOf, type Keyed } from "./search-store.ts";
import { divide, type Divided } from "./section-store.ts";
import { everything, inOrder, isIn, keyOf, sectionOfKey, type Section } from "./section.ts";

/**
 * What is known of a search: how many match by counters, whether that is so exactly, whether somebody wants to know; how many customers there
 * are; and the order, divided.
 */
type Known = { matches: number; isExact: boolean; isCounted: boolean; total: number; whole: Divided };

/** The rows of a slice, and how many match where that was learnt on the way. */
export type Page = { rows: ListedRow[]; total?: number | undefined };

/**
 * The rows of a slice by the search index; undefined for a filter that it cannot answer, or while it is made anew. Whatever the index says,
 * the answer is that of the record: what the index has not heard of yet (`owed`) is looked through as well, and was read before the index is.
 */
export async function findRows(
	directory: Directory,
	search: Search,
	known: Known,
	{ owed, lastId }: Owed,
): Promise<Page | undefined> {
	const { filter, order } = search;
	if (filter.uids || owed.length > tuning.unheard) return undefined;
	// Where most ids are the tenant's own, the few others that a text finds cost less than meeting all of them.
	const tenant = known.total > lastId / 2 ? undefined : directory.tenantId;
	const found = new Found(directory, search, { owed, lastId }, tenant);
	const question = questionOf(found.tenant, filter);
	if (order.field === "DateCreated") return { rows: await byId(directory, question, search, found) };
	if (filter.nameKey !== undefined) return byText(directory, question, search, found, known);
	return byCounters(directory, question, search, found, known);
}

/** Counters tell how many match, or would if filters had nothing to do with each other: the first few that match show whether they have. */
async function byCounters(directory: Directory, question: string, search: Search, found: Found, known: Known) {
	const { matches, isExact } = known;
	// The index has no key for the order of accounts; there it sorts within one.
	const isMany = matches > tuning.sorted || search.order.field === "AccountName";
	const page = isMany ? undefined : await byKeys(directory, question, search, found, 2 * tuning.sorted);
	if (page) return page;
	const sampled = Math.min(tuning.sampled, found.enough);
	const [first, divided] = await Promise.all([
		isExact && matches > 2 * found.enough
			? undefined
			: idsOf(directory, question, { limit: sampled, isDescending: false }),
		known.whole ?? divideBy(directory, search, found, everything),
	]);
	if (first && first.length < sampled) return { rows: await found.rows(first) };
	const section = { ...everything, expected: first ? found.expected(first) : matches };
	return { rows: await bySections(directory, search, found, sectionsOf(divided, search, found, section)) };
}

/** Nobody counts texts: how far the first few that match reach tells how many there are. */
async function byText(
	directory: Directory,
	question: string,
	search: Search,
	found: Found,
	known: Known,
): Promise<Page> {
	const { order } = search;
	const first = await keysOf(directory, question, search, tuning.sampled);
	if (first.length < tuning.sampled) {
		const matching = matchingOf(first, search);
		return { rows: await found.rows(matching.map(({ id }) => id)), total: found.totalOf(matching.length) };
	}
	const expected = Math.min(known.total, found.expected(first.map(({ id }) => id)));
	const walked = await byWalk(directory, search, (found.wanted * known.total) / expected);
	if (walked) return walked;
	const isOfNames = keyOf(order).kind === "n";
	// Whoever goes through all that match has counted them as well.
	const most = isOfNames && !known.isCounted ? tuning.sorted : tuning.sortedWithText;
	const isMany = expected > most || order.field === "AccountName";
	const page = isMany ? undefined : await byKeys(directory, question, search, found, 2 * most);
	if (page) return page;
	if (isOfNames) found.names = first.map(({ key }) => String(key));
	const sections = sectionsOf(known.whole ?? (await divideBy(directory, search, found, everything)), search, found, {
		...everything,
		expected,
	});
	return { rows: await bySections(directory, search, found, sections) };
}

function divideBy(directory: Directory, { filter, order, slice }: Search, { names }: Found, section: Section) {
	return divide(directory, section, { order, among: filter.accountIds, after: slice.after, names });
}

/** Names have to do with texts; in other orders, names that have one are everywhere, and many are soon met. */
async function byWalk(
	directory: Directory,
	{ filter, order, slice }: Search,
	expected: number,
): Promise<Page | undefined> {
	if (keyOf(order).kind === "n" || expected > tuning.walk) return undefined;
	const rows = await listRows(directory, filter, order, slice, { kind: "walk", most: 3 * tuning.walk });
	return rows.length === slice.limit ? { rows } : undefined;
}

/**
 * The sections of one that was divided, on as many levels as it takes. Where a text is looked for a part in which nothing has it takes as long
 * however small it is, and names with it are not spread evenly: the first few that match tell where they are.
 */
function sectionsOf(divided: Divided, search: Search, found: Found, section: Section): Section[] {
	if (!divided || !("levels" in divided)) return [section];
	const { filter, order } = search;
	const isOfAccounts = order.field === "AccountName" && !section.account;
	const names = isOfAccounts ? [] : found.names.filter((name) => isIn(name, section));
	const most = sortedOf(search);
	const sections = inOrder(section, divided.levels, names.length > 0 ? 4 * found.enough : most, names);
	if (filter.nameKey === undefined) return sections;
	const isMany = ({ isBeginning, expected = 0 }: Section) => isBeginning === true && expected > most;
	return sections.map((part) => (isMany(part) ? { ...part, isOpen: true } : part));
}

/** Entries of a section that are rather sorted than divided: in orders that texts have nothing to do with, each further section costs time. */
function sortedOf({ filter, order }: Search): number {
	return filter.nameKey === undefined || keyOf(order).kind === "n" ? tuning.sorted : tuning.sortedWithText;
}

/** The rows among all that match, if those are at most so many. */
async function byKeys(
	directory: Directory,
	question: string,
	search: Search,
	found: Found,
	most: number,
): Promise<Page | undefined> {
	const sorted = await sort(directory, question, search, found, [], most);
	if (!sorted) return undefined;
	const rows = sorted.end ? await found.slice({ position: sorted.end }, sorted.ids) : await found.rows(sorted.ids);
	return rows && { rows, total: found.totalOf(sorted.matches) };
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
 * there are more; and how many match. `keys` are those that all of them share. Undefined where there are more than `most`.
 */
async function sort(
	directory: Directory,
	question: string,
	search: Search,
	found: Found,
	keys: Position,
	most: number,
): Promise<{ ids: number[]; end?: Position | undefined; matches: number } | undefined> {
	const all = await keysOf(directory, question, search, most + 1);
	if (all.length > most) return undefined;
	const { order, slice } = search;
	const sign = order.isDescending ? -1 : 1;
	const compare = (a: Position, b: Position) => sign * compareKeys(a, b);
	const { after } = slice;
	const matching = matchingOf(all, search);
	const left = matching
		.map(({ id, key }): Position => [...keys, key, id])
		.filter((position) => after === undefined || compare(position, after) > 0);
	const next = firstOf(left, found.enough, compare);
	return {
		ids: next.map((position) => Number(position.at(-1))),
		end: next.length < left.length ? next.at(-1) : undefined,
		matches: matching.length,
	};
}

/** Of entries that were sifted those that have the text. */
function matchingOf(all: readonly Keyed[], { filter: { nameKey } }: Search): readonly Keyed[] {
	return nameKey === undefined ? all : all.filter((entry) => (entry.nameKey ?? String(entry.key)).includes(nameKey));
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
	const [next] = closed;
	const beginning = closed.find(({ isBeginning }) => isBeginning) ?? next;
	const expected = beginning?.expected ?? 0;
	const limit = found.enoughOf(expected);
	if (next && next === beginning && expected > limit && expected <= sortedOf(search))
		return take(directory, search, found, next, left.slice(1));
	const questions = closed.map((section) => questionIn(directory, filter, order, section));
	const hits = await idsFor(directory, questions, limit);
	const cut = hits.length < limit ? closed.length : (hits.at(-1)?.place ?? 0);
	found.add(hits.filter(({ place }) => place < cut).map(({ id }) => id));
	const [section, ...rest] = left.slice(cut);
	if (!section || section.isOpen || (cut > 0 && found.mayDo)) return left.slice(cut);
	if (section.parts) return [...section.parts, ...rest];
	const expectedThere = found.expected(hits.filter(({ place }) => place === cut).map(({ id }) => id));
	return take(directory, search, found, { ...section, expected: expectedThere }, rest);
}

/** All that a section holds, sorted, if that can be; otherwise it is left open. */
async function take(directory: Directory, search: Search, found: Found, section: Section, rest: readonly Section[]) {
	const { filter, order } = search;
	const question = questionIn(directory, filter, order, section);
	const most = sortedOf(search);
	const isFew = (section.expected ?? 0) <= most;
	const sorted = isFew ? await sort(directory, question, search, found, keysOfAccount(section), 2 * most) : undefined;
	found.add(sorted?.ids ?? []);
	return sorted && !sorted.end ? [...rest] : [{ ...section, isOpen: true, past: sorted?.end }, ...rest];
}

function keysOfAccount({ account }: Section): Position {
	return account ? [account.nameKey, account.id] : [];
}

/** Divides the first section; one whose keys are all the same is in the order of ids, and is taken by portions. */
async function open(directory: Directory, search: Search, found: Found, [section, ...rest]: readonly Section[]) {
	const { filter, order, slice } = search;
	if (!section) return rest;
	const divided = await divideBy(directory, search, found, section);
	if (!divided) {
		const hits = await idsFor(directory, [questionIn(directory, filter, order, section)], -1);
		found.add(hits.map(({ id }) => id));
		return rest;
	}
	if ("levels" in divided) return [...sectionsOf(divided, search, found, section), ...rest];
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
