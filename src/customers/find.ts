import type { Directory } from "./index-store.ts";
import { compareKeys, firstOf } from "./compare.ts";
import { Found, type Search } from "./found.ts";
import { isTextAlone, listRows, type ListedRow, type Position, type UpTo } from "./list-store.ts";
import { tuning } from "./plan.ts";
import type { Owed } from "./lookup-store.ts";
import { idsIn, idsOf, idsOutside, keysOf, questionIn, questionOf, type Keyed } from "./search-store.ts";
import { divide, type Divided } from "./section-store.ts";
import { everything, inOrder, isIn, keyOf, sectionOfKey, type Level, type Section } from "./section.ts";

/** What counters tell of a search: how many match, whether that is so exactly, and how many customers there are. */
type Known = { matches: number; isExact: boolean; total: number };

/** The rows of a slice, and how many match where that was learnt on the way. */
export type Page = { rows: ListedRow[]; total?: number | undefined };

/**
 * The rows of a slice by the search index; undefined for a filter that it cannot answer. Whatever the index says, the answer is that of the
 * record: what the index has not heard of yet (`owed`) is looked through as well, and was read before the index is.
 */
export async function findRows(
	directory: Directory,
	search: Search,
	known: Known,
	{ owed, lastId }: Owed,
): Promise<Page | undefined> {
	const { filter, order } = search;
	if (filter.uids) return undefined;
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
	const [first, divided] = await Promise.all([
		isExact && matches > 2 * found.enough
			? undefined
			: idsOf(directory, question, { limit: found.sampled, isDescending: false }),
		divide(directory, everything, search.order, search.filter.accountIds, search.slice.after),
	]);
	if (first && first.length < found.sampled) return { rows: await found.rows(first) };
	const expected = first ? found.expected(first) : matches;
	return { rows: await bySections(directory, search, found, sectionsOf(divided, search, expected)) };
}

/** Nobody counts texts: how far the first few that match reach tells how many there are. */
async function byText(
	directory: Directory,
	question: string,
	search: Search,
	found: Found,
	known: Known,
): Promise<Page> {
	const { filter, order, slice } = search;
	const whole = () => divide(directory, everything, order, filter.accountIds, slice.after);
	const [first, early] = await Promise.all([
		keysOf(directory, question, search, found.sampled),
		order.field === "Name" && isTextAlone(filter) ? whole() : undefined,
	]);
	if (first.length < found.sampled) return { rows: await found.rows(first.map(({ id }) => id)) };
	const expected = Math.min(known.total, found.expected(first.map(({ id }) => id)));
	const walked = await byWalk(directory, search, (found.wanted * known.total) / expected);
	if (walked) return walked;
	const isMany = expected > tuning.sortedWithText || order.field === "AccountName";
	const page = isMany ? undefined : await byKeys(directory, question, search, found, 2 * tuning.sortedWithText);
	if (page) return page;
	const divided = early ?? (await whole());
	const sections =
		order.field === "Name" && divided && "levels" in divided
			? await narrow(directory, search, found, { section: everything, first, expected, divided })
			: openFirst(sectionsOf(divided, search, expected));
	return { rows: await bySections(directory, search, found, sections) };
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

/** A section of names that is divided, the first few in it that have a text, and how many may have it. */
type Divisible = { section: Section; first: readonly Keyed[]; expected: number; divided: Divided };

/**
 * The parts of a section of names in which a text is looked for. Names with a text are often behind many others in which nothing has it, and
 * the index meets every one of both to find that out, part by part (53 ms for a text of 77,000 names behind six of thirteen). Where the first few
 * that match are all in the same parts, further behind, one question finds what is outside of those.
 */
async function narrow(
	directory: Directory,
	search: Search,
	found: Found,
	{ section, first, expected, divided }: Divisible,
): Promise<Section[]> {
	const { filter, order, slice } = search;
	const levels = divided && "levels" in divided ? divided.levels : [];
	const hasSome = (part: Section) => first.some(({ key }) => isIn(String(key), part));
	const [level] = levels;
	const [next, ...others] = level?.parts.filter(hasSome) ?? [];
	const skipped = next ? (level?.parts.indexOf(next) ?? 0) : 0;
	if (!next || level?.rest || skipped < tuning.ahead || others.length >= tuning.ahead)
		return withoutSkipping(levels, expected, hasSome);
	const [outside, parts] = await Promise.all([
		idsOutside(directory, found.tenant, search, section, [next, ...others], tuning.exceptions),
		divide(directory, next, order, filter.accountIds, slice.after),
	]);
	if (!outside) return withoutSkipping(levels, expected, hasSome);
	found.add(outside);
	const isDivided = parts !== undefined && "levels" in parts;
	return [...(isDivided ? inOrder(parts.levels, expected, tuning.sorted) : [{ ...next, isOpen: true }]), ...others];
}

/** A part in which nothing has the text takes as long, however small it is: only those that have it are divided further. */
function withoutSkipping(levels: readonly Level[], expected: number, hasSome: (part: Section) => boolean): Section[] {
	const empty = levels.findIndex(({ parts }) => !parts.slice(0, tuning.ahead).some(hasSome));
	const sections = inOrder(empty < 0 ? levels : levels.slice(0, Math.max(1, empty)), expected, tuning.sorted);
	return sections[0] && hasSome(sections[0]) ? openFirst(sections) : sections;
}

/** Sections of which the first is divided at once where it holds too many to be sorted. */
function openFirst([first, ...others]: readonly Section[]): Section[] {
	if (!first) return [];
	const isMany = (first.expected ?? 0) > tuning.sorted;
	return [isMany ? { ...first, isOpen: true } : first, ...others];
}

/** The sections of a divided order, on as many levels as it takes. */
function sectionsOf(divided: Divided, search: Search, expected: number): Section[] {
	return divided && "levels" in divided ? inOrder(divided.levels, expected, sortedOf(search)) : [everything];
}

/** Entries of a section that are rather sorted than divided: where a text is looked for, each further section costs time. */
function sortedOf({ filter }: Search): number {
	return filter.nameKey === undefined ? tuning.sorted : tuning.sortedWithText / 2;
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
	const { filter, order, slice } = search;
	const { nameKey } = filter;
	const sign = order.isDescending ? -1 : 1;
	const compare = (a: Position, b: Position) => sign * compareKeys(a, b);
	const { after } = slice;
	const left = all
		.map(({ id, key }): Position => [...keys, key, id])
		.filter((position) => after === undefined || compare(position, after) > 0);
	const next = firstOf(left, found.enough, compare);
	return {
		ids: next.map((position) => Number(position.at(-1))),
		end: next.length < left.length ? next.at(-1) : undefined,
		matches:
			nameKey === undefined
				? all.length
				: all.filter((entry) => (entry.nameKey ?? String(entry.key)).includes(nameKey)).length,
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
	const [next, ...others] = left;
	const expectedNext = next?.expected ?? 0;
	const limit = found.enoughOf(expectedNext);
	if (next && expectedNext > limit && expectedNext <= sortedOf(search))
		return take(directory, search, found, next, others);
	const isOpen = left.findIndex((section) => section.isOpen);
	const closed = isOpen < 0 ? left : left.slice(0, isOpen);
	const hits = await idsIn(directory, filter, order, closed, limit);
	const cut = hits.length < limit ? closed.length : (hits.at(-1)?.place ?? 0);
	found.add(hits.filter(({ place }) => place < cut).map(({ id }) => id));
	const [section, ...rest] = left.slice(cut);
	if (!section || section.isOpen || (cut > 0 && found.mayDo)) return left.slice(cut);
	const expected = found.expected(hits.filter(({ place }) => place === cut).map(({ id }) => id));
	return take(directory, search, found, { ...section, expected }, rest);
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
	// The rest of accounts is not divided by names.
	const isOfText =
		filter.nameKey !== undefined &&
		keyOf(order).kind === "n" &&
		(order.field === "Name" || section.account !== undefined);
	const [divided, first] = await Promise.all([
		divide(directory, section, order, filter.accountIds, slice.after),
		isOfText ? keysOf(directory, questionIn(directory, filter, order, section), search, found.sampled) : [],
	]);
	if (isOfText && first.length < found.sampled) {
		found.add(first.map(({ id }) => id));
		return rest;
	}
	if (!divided) {
		const hits = await idsIn(directory, filter, order, [section], -1);
		found.add(hits.map(({ id }) => id));
		return rest;
	}
	if ("levels" in divided) {
		const known = { section, first, expected: section.expected ?? 0, divided };
		return [
			...(isOfText ? await narrow(directory, search, found, known) : sectionsOf(divided, search, known.expected)),
			...rest,
		];
	}
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
