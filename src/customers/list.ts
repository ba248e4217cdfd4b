import { Failure } from "../http/failure.ts";
import { cursorOf, positionOfCursor } from "./cursor.ts";
import type { Visit } from "./directory.ts";
import { findRows, type Page } from "./find.ts";
import { fold } from "./fold.ts";
import type { Directory } from "./index-store.ts";
import { limits } from "./limits.ts";
import {
	listRoots,
	listRows,
	positionOf,
	type Filter,
	type ListedRow,
	type Order,
	type Slice,
	type Source,
	type Subtree,
} from "./list-store.ts";
import { namesAndOwedOf, owedOf, type KnownCustomer, type Names, type Owed } from "./lookup-store.ts";
import { planOf, tuning, type Sizes } from "./plan.ts";
import type { CustomerInfo } from "./answers.ts";
import { present } from "./present.ts";
import { accounts, accountsIn, type Divided } from "./section-store.ts";
import { everything, type AccountPlace } from "./section.ts";
import { sortFields, type ExportQuery, type ListQuery } from "./schema.ts";
import { totalOf, type Counted, type Total } from "./total.ts";

/** `ListResponse` of seed 002, and where the next page begins. */
export type CustomerList = {
	items: CustomerInfo[];
	totalCount: number;
	totalPages: number;
	/** Only where it is so. */
	isTotalLowerBound?: true;
	hasMorePages: boolean;
	cursor?: string;
};

const nothing: CustomerList = { items: [], totalCount: 0, totalPages: 0, hasMorePages: false };

/** One page of the customers that somebody may see. */
export async function listCustomers(visit: Visit, query: ListQuery): Promise<CustomerList> {
	const order = orderOf(query);
	const slice = sliceOf(visit.directory.tenantId, query, order);
	if (query.rootsOnly) return pageOfRoots(visit, query, order, slice);
	const selection = await select(visit, query, order, slice);
	if (!selection) return nothing;
	if (query.all && selection.exact !== undefined && selection.exact > limits.all) throw tooManyRows();
	const isCounted = !query.simplifiedPaging;
	const { rows, total } = await rowsOf(visit.directory, { ...selection, isCounted }, order, slice);
	if (query.all && rows.length > limits.all) throw tooManyRows();
	const count = () => totalOf(visit.directory, selection, slice, { rows, total });
	return pageOf(visit, query, { rows, order, slice, count: query.simplifiedPaging ? uncounted : count });
}

/** The top of the tree. Nobody counts how many are there, so that it costs what it shows. */
async function pageOfRoots(visit: Visit, query: ListQuery, order: Order, slice: Slice): Promise<CustomerList> {
	requireNoFilter(query, order);
	if (visit.root === undefined) return nothing;
	const rows = await listRoots(visit.directory, visit.root, order, slice);
	if (query.all && rows.length > limits.all) throw tooManyRows();
	return pageOf(visit, query, { rows, order, slice, count: uncounted });
}

function requireNoFilter(query: ListQuery, { field }: Order): void {
	if (field !== "Name") throw invalidSortField("The top of the tree is sorted by Name.");
	const { specificIds, accountIds, parentCustomerIds, tagIds } = query;
	const lists = [specificIds, accountIds, parentCustomerIds, tagIds];
	if (lists.every((list) => list === undefined) && !query.nameFilter) return;
	const message = "'Roots Only' goes with no filter.";
	throw new Failure("ValidationFailed", message, {
		fields: [{ errorCode: "Predicate", fieldName: "RootsOnly", message }],
	});
}

type Found = { rows: readonly ListedRow[]; order: Order; slice: Slice; count: () => Total | Promise<Total> };

const uncounted = (): Total => ({ count: 0, isLowerBound: false });

/** Of the rows of a slice the page; the row behind it only says that there is more. */
async function pageOf(visit: Visit, query: ListQuery, { rows, order, slice, count }: Found): Promise<CustomerList> {
	const shown = rows.slice(0, slice.limit - 1);
	const last = shown.at(-1);
	const [items, total] = await Promise.all([
		present(visit.directory, shown, { root: visit.root ?? "", resolve: query.resolve }),
		count(),
	]);
	return {
		items,
		totalCount: total.count,
		totalPages: query.all ? Math.min(total.count, 1) : Math.ceil(total.count / query.countPerPage),
		...(total.isLowerBound ? { isTotalLowerBound: true } : {}),
		hasMorePages: rows.length > shown.length,
		...(last ? { cursor: cursorOf(visit.directory.tenantId, order, positionOf(last, order)) } : {}),
	};
}

/** All that match, in order, some at a time: whoever reads them holds no more than one portion. An order that there is none of is told at once. */
export function everyCustomer(visit: Visit, query: ExportQuery, portion: number): AsyncGenerator<CustomerInfo[]> {
	return portions(visit, query, orderOf(query), portion);
}

async function* portions(
	visit: Visit,
	query: ExportQuery,
	order: Order,
	portion: number,
): AsyncGenerator<CustomerInfo[]> {
	const slice: Slice = { limit: portion, offset: 0 };
	const selection = await select(visit, query, order, slice);
	if (!selection) return;
	for (;;) {
		const { rows } = await rowsOf(
			visit.directory,
			{ ...selection, isCounted: false, owed: undefined, whole: undefined },
			order,
			slice,
		);
		if (rows.length > 0) yield await present(visit.directory, rows, { root: visit.root ?? "", resolve: false });
		const last = rows.at(-1);
		if (!last || rows.length < portion) return;
		slice.after = positionOf(last, order);
	}
}

function orderOf({ sortField, sortOrder }: Pick<ListQuery, "sortField" | "sortOrder">): Order {
	const field = sortFields.find((name) => name.toLowerCase() === sortField.toLowerCase());
	if (!field) throw invalidSortField();
	return { field, isDescending: sortOrder === "Descend" };
}

function invalidSortField(message = `Sort by ${sortFields.join(", ")}.`): Failure {
	return new Failure("InvalidSortField", message, {
		fields: [{ errorCode: "InvalidSortField", fieldName: "SortField", message }],
	});
}

/** One row more than the page shows whether there is another. */
function sliceOf(tenantId: string, { all, page, countPerPage, cursor }: ListQuery, order: Order): Slice {
	if (cursor !== undefined)
		return {
			limit: (all ? limits.all : countPerPage) + 1,
			offset: 0,
			after: positionOfCursor(tenantId, order, cursor),
		};
	if (all) return { limit: limits.all + 1, offset: 0 };
	const offset = page * countPerPage;
	if (offset > limits.offset) {
		const message = `Pages end at row ${limits.offset}. Go on with the cursor of the last page.`;
		throw new Failure("OffsetTooDeep", message, {
			fields: [{ errorCode: "OffsetTooDeep", fieldName: "Page", message }],
		});
	}
	return { limit: countPerPage + 1, offset };
}

function tooManyRows(): Failure {
	return new Failure(
		"TooManyRows",
		`More than ${limits.all} customers match. Read them page by page, with the cursor.`,
	);
}

/** What is listed; and of when it was asked for what the record owed the index, and where its order may be divided: undefined is not known. */
type Selection = Counted & { owed: Owed | undefined; whole: Divided };

/** The filter of a query within what the visitor may see; undefined when nothing can match. */
async function select(
	{ directory, root, rootSize }: Visit,
	query: ExportQuery,
	order: Order,
	{ after }: Slice,
): Promise<Selection | undefined> {
	if (root === undefined) return undefined;
	const { specificIds, accountIds, parentCustomerIds, tagIds } = query;
	const nameKey = fold(query.nameFilter ?? "");
	// Accounts that the filter does not name can be asked for in the same call.
	const isByAccount = order.field === "AccountName" && !accountIds;
	const names = await namesAndOwedOf<AccountPlace>(
		directory,
		{ customers: parentCustomerIds ?? [], accounts: accountIds ?? [], tags: tagIds ?? [] },
		isByAccount ? accounts(directory, everything, { order, after }) : undefined,
	);
	const filter: Filter = {
		uids: specificIds && [...new Set(specificIds)],
		...placeOf(root, parentCustomerIds && names.customers, query.shallowParent),
		accountIds: accountIds && names.accounts.map(({ id }) => id),
		tagIds: names.tags.map(({ id }) => id),
		nameKey: nameKey === "" ? undefined : nameKey,
	};
	const isImpossible =
		new Set(tagIds).size > names.tags.length ||
		names.tags.length > limits.tagsOfCustomer ||
		[filter.uids, filter.subtrees, filter.parentIds, filter.accountIds].some((list) => list?.length === 0);
	if (isImpossible) return undefined;
	const sizes = sizesOf(filter, names, { path: root, size: rootSize + 1 });
	const whole = names.rows && accountsIn(names.rows);
	return { filter, sizes, exact: exactOf(filter, sizes), owed: names, whole };
}

/** Where in the tree to look: below (or right below) the parents that were named, and in any case within the root. */
function placeOf(root: string, parents: readonly KnownCustomer[] | undefined, isShallow: boolean): Partial<Filter> {
	const own: Subtree[] | undefined = root === "" ? undefined : [{ path: root, withSelf: true }];
	if (!parents) return own ? { subtrees: own } : {};
	if (isShallow) return { parentIds: parents.map(({ id }) => id), ...(own ? { subtrees: own } : {}) };
	// What lies below another parent that was named is in its subtree already.
	const topmost = parents.filter(
		({ path }) => !parents.some((other) => other.path !== path && path.startsWith(other.path)),
	);
	const subtrees = topmost.flatMap(({ path }): Subtree[] => {
		if (path.startsWith(root)) return [{ path, withSelf: false }];
		return root.startsWith(path) ? [{ path: root, withSelf: true }] : [];
	});
	return { subtrees };
}

function sizesOf(filter: Filter, names: Names, root: Root): Sizes {
	const sum = (list: readonly number[]) => list.reduce((total, count) => total + count, 0);
	const scans: Sizes["scans"] = {};
	if (filter.uids) scans.uids = filter.uids.length;
	if (filter.parentIds) scans.parentIds = sum(names.customers.map(({ childCount }) => childCount));
	if (filter.accountIds) scans.accountIds = sum(names.accounts.map(({ count }) => count));
	if (filter.subtrees) scans.subtrees = subtreeSize(filter.subtrees, names, root);
	return { total: names.total, scans, tags: names.tags.map(({ count }) => count) };
}

type Root = { path: string; size: number };

function subtreeSize(subtrees: readonly Subtree[], { customers }: Names, root: Root): number {
	const sizes = subtrees.map(({ path, withSelf }) =>
		withSelf && path === root.path ? root.size : (customers.find((known) => known.path === path)?.count ?? 0),
	);
	return sizes.reduce((sum, size) => sum + size, 0);
}

/** The number of matches where one counter says it: with one filter, or none. Whoever sees only a subtree has that filter always. */
function exactOf(filter: Filter, { total, scans, tags }: Sizes): number | undefined {
	const counts = [...Object.values(scans), ...tags];
	if (filter.nameKey !== undefined || filter.uids || counts.length > 1) return undefined;
	return counts[0] ?? total;
}

/** The rows of a slice by the way that reads least. */
async function rowsOf(
	directory: Directory,
	selection: Selection & { isCounted: boolean },
	order: Order,
	slice: Slice,
): Promise<Page> {
	const { filter, sizes, exact, isCounted, whole } = selection;
	const walk = { kind: "walk" } as const;
	const listed = async (source: Source): Promise<Page> => ({
		rows: await listRows(directory, filter, order, slice, source),
	});
	if (sizes.total <= tuning.few || exact === sizes.total) return listed(walk);
	const { scan, scanned, walked, matches } = planOf(filter, order, sizes, slice.offset + slice.limit);
	if (scan && scanned <= Math.min(walked, tuning.scan)) return listed(scan);
	if (walked <= tuning.walk) {
		const page = await listed({ ...walk, most: tuning.walk });
		if (page.rows.length === slice.limit) return page;
	}
	const known = { matches: exact ?? matches, isExact: exact !== undefined, isCounted, total: sizes.total, whole };
	const owed = selection.owed ?? (await owedOf(directory));
	const page = await findRows(directory, { filter, order, slice }, known, owed);
	// What the index cannot answer: the walk to its end, or the smallest filter read whole.
	return page ?? listed(scan && scanned < walked ? scan : walk);
}
