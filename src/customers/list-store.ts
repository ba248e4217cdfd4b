import { sql, type SQL } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import type { CustomerRow } from "./row.ts";
import type { SortField } from "./schema.ts";
import { beforeSection } from "./section-store.ts";
import type { Section } from "./section.ts";

/** Paths that begin with this one; with itself or only those below. With itself it is the root of what may be seen, and the only one. */
export type Subtree = { path: string; withSelf: boolean };

/** What a row must be, in the record's own ids. A list is "any of"; tags are "all of". */
export type Filter = {
	uids?: readonly string[] | undefined;
	subtrees?: readonly Subtree[] | undefined;
	parentIds?: readonly number[] | undefined;
	accountIds?: readonly number[] | undefined;
	tagIds: readonly number[];
	nameKey?: string | undefined;
};

/** True when nothing but a text is asked for. */
export function isTextAlone({ subtrees, parentIds, accountIds, tagIds }: Filter): boolean {
	return !subtrees && !parentIds && !accountIds && tagIds.length === 0;
}

export type Order = { field: SortField; isDescending: boolean };

/** The keys of the row that a page begins behind. */
export type Position = readonly (string | number)[];

export type Slice = { limit: number; offset: number; after?: Position | undefined };

/**
 * How rows are come by. `walk` reads the index of the order and skips what does not match, at most `most` rows of it; `scan` reads all rows
 * of one filter's index; `lookup` the rows that the search index named, those that come in its order up to a limit: the rest of the order has
 * not been looked at. The latter two sort what they find.
 */
export type Source =
	| { kind: "walk"; most?: number }
	| { kind: "scan"; by: "uids" | "subtrees" | "parentIds" | "accountIds" }
	| { kind: "lookup"; ids: readonly number[]; upTo?: UpTo | undefined };

/** Everything before a section, or up to a row: by its position, or in the order of ids by its id. */
export type UpTo = { section: Section } | { position: Position } | { id: number };

/** The row of a page, with the keys of its order when those are not its own. */
export type ListedRow = CustomerRow & { account_key?: string };

const keysOf: Record<SortField, readonly string[]> = {
	Name: ["c.name_key"],
	DateCreated: ["c.created_at"],
	DateLastModified: ["c.updated_at"],
	ReferenceId: ["c.reference_id"],
	AccountName: ["a.name_key", "a.id", "c.name_key"],
};

const indexOf: Record<SortField, string> = {
	Name: "customer_name",
	DateCreated: "customer_created",
	DateLastModified: "customer_updated",
	ReferenceId: "customer_reference",
	AccountName: "customer_account",
};

/** The rows of a slice, in order. */
export function listRows(
	{ tenantId, db }: TenantDatabase,
	filter: Filter,
	order: Order,
	slice: Slice,
	source: Source,
): Promise<ListedRow[]> {
	// A walk that ends early is in order already, and must not be sorted: that would read it to its end.
	const isSorted = source.kind === "walk" && source.most !== undefined;
	const columns = order.field === "AccountName" && !isSorted ? sql`c.*, a.name_key AS account_key` : sql`c.*`;
	const from = fromOf(tenantId, filter, order, slice, source);
	const limited = source.kind === "lookup" && source.upTo ? sql`AND ${upTo(order, source.upTo)}` : sql``;
	const where = isSorted
		? matches(tenantId, filter)
		: sql`${matches(tenantId, filter)} ${behind(order, slice.after)} ${limited}`;
	const sorted = isSorted ? sql`` : sql`ORDER BY ${orderOf(order)}`;
	return db.all<ListedRow>(
		sql`SELECT ${columns} FROM ${from} WHERE ${where} ${sorted} LIMIT ${slice.limit} OFFSET ${slice.offset}`,
	);
}

/** The customers at the top of the tree in the order of their names: of somebody who sees only a subtree, its root. */
export function listRoots(
	{ tenantId, db }: TenantDatabase,
	root: string,
	order: Order,
	slice: Slice,
): Promise<ListedRow[]> {
	const isTop = root === "" ? sql`c.parent_id IS NULL` : sql`c.path = ${root}`;
	const index = sql.raw(root === "" ? "customer_parent" : "customer_path");
	return db.all<ListedRow>(
		sql`SELECT c.* FROM customer c INDEXED BY ${index} WHERE c.tenant_id = ${tenantId} AND ${isTop}
			${behind(order, slice.after)} ORDER BY ${orderOf(order)} LIMIT ${slice.limit} OFFSET ${slice.offset}`,
	);
}

/** How many rows match, counted one by one. */
export async function countRows({ tenantId, db }: TenantDatabase, filter: Filter, source: Source): Promise<number> {
	const order: Order = { field: "Name", isDescending: false };
	const from = fromOf(tenantId, filter, order, { limit: 0, offset: 0 }, source);
	const [row] = await db.all<{ count: number }>(
		sql`SELECT count(*) AS count FROM ${from} WHERE ${matches(tenantId, filter)}`,
	);
	return row?.count ?? 0;
}

const valuesOf: Record<SortField, (row: ListedRow) => (string | number)[]> = {
	Name: ({ name_key }) => [name_key],
	DateCreated: ({ created_at }) => [created_at],
	DateLastModified: ({ updated_at }) => [updated_at],
	ReferenceId: ({ reference_id }) => [reference_id],
	AccountName: ({ account_key = "", account_id, name_key }) => [account_key, account_id, name_key],
};

/** The position behind a row. */
export function positionOf(row: ListedRow, { field }: Order): Position {
	return [...valuesOf[field](row), row.id];
}

function fromOf(tenantId: string, filter: Filter, order: Order, slice: Slice, source: Source): SQL {
	if (source.kind === "walk") return walkOf(tenantId, filter, order, slice, source.most);
	const rows =
		source.kind === "scan"
			? scanOf(tenantId, filter, source.by)
			: sql`json_each(${JSON.stringify(source.ids)}) r CROSS JOIN customer c ON c.id = r.value`;
	return sql`${rows} ${withAccount(order)}`;
}

function walkOf(tenantId: string, { accountIds }: Filter, order: Order, slice: Slice, most: number | undefined): SQL {
	const isByAccount = order.field === "AccountName";
	const among = accountIds ? sql`AND a.id IN (SELECT value FROM json_each(${JSON.stringify(accountIds)}))` : sql``;
	// CROSS JOIN, here and below, is SQLite's word for "in this order": the planner must not turn the loops around.
	const from = isByAccount
		? sql`account a INDEXED BY account_name CROSS JOIN customer c INDEXED BY customer_account
			ON a.tenant_id = ${tenantId} ${among} AND c.tenant_id = a.tenant_id AND c.account_id = a.id`
		: sql`customer c INDEXED BY ${sql.raw(indexOf[order.field])}`;
	if (most === undefined) return from;
	const columns = isByAccount ? sql`c.*, a.name_key AS account_key` : sql`c.*`;
	return sql`(SELECT ${columns} FROM ${from} WHERE c.tenant_id = ${tenantId} ${behind(order, slice.after)}
		ORDER BY ${orderOf(order)} LIMIT ${most}) c`;
}

function scanOf(tenantId: string, filter: Filter, by: (Source & { kind: "scan" })["by"]): SQL {
	if (by === "subtrees")
		return sql`json_each(${JSON.stringify((filter.subtrees ?? []).map(boundsOf))}) r CROSS JOIN customer c INDEXED BY customer_path
			ON c.tenant_id = ${tenantId} AND c.path >= r.value ->> 0 AND c.path < r.value ->> 1`;
	const [index, column] = {
		uids: ["customer_uid", "uid"],
		parentIds: ["customer_parent", "parent_id"],
		accountIds: ["customer_account", "account_id"],
	}[by] as [string, string];
	return sql`json_each(${JSON.stringify(filter[by] ?? [])}) r CROSS JOIN customer c INDEXED BY ${sql.raw(index)}
		ON c.tenant_id = ${tenantId} AND c.${sql.raw(column)} = r.value`;
}

function withAccount({ field }: Order): SQL {
	return field === "AccountName" ? sql`CROSS JOIN account a ON a.id = c.account_id` : sql``;
}

function matches(tenantId: string, filter: Filter): SQL {
	const conditions = [sql`c.tenant_id = ${tenantId}`];
	const { uids, subtrees, parentIds, accountIds, tagIds, nameKey } = filter;
	if (uids) conditions.push(sql`c.uid IN (SELECT value FROM json_each(${JSON.stringify(uids)}))`);
	if (subtrees) conditions.push(within(subtrees));
	if (parentIds) conditions.push(sql`c.parent_id IN (SELECT value FROM json_each(${JSON.stringify(parentIds)}))`);
	if (accountIds) conditions.push(sql`c.account_id IN (SELECT value FROM json_each(${JSON.stringify(accountIds)}))`);
	for (const tagId of tagIds) conditions.push(sql`instr(c.tag_ids, ${sql.raw(`',${tagId},'`)}) > 0`);
	// D1 refuses a LIKE pattern of more than 50 bytes, and this needs no escaping.
	if (nameKey !== undefined) conditions.push(sql`instr(c.name_key, ${nameKey}) > 0`);
	return sql.join(conditions, sql` AND `);
}

function within(subtrees: readonly Subtree[]): SQL {
	const [only] = subtrees;
	if (only && subtrees.length === 1) {
		const [from, to] = boundsOf(only);
		return sql`c.path >= ${from} AND c.path < ${to}`;
	}
	// The roots of many subtrees are on few levels: one look-up for each level, however many they are.
	const levels = Map.groupBy(subtrees, ({ path }) => path.length);
	const conditions = [...levels].map(([length, roots]) => {
		const paths = JSON.stringify(roots.map(({ path }) => path));
		const self = roots.some(({ withSelf }) => withSelf) ? sql`` : sql`AND length(c.path) > ${length}`;
		return sql`(substr(c.path, 1, ${length}) IN (SELECT value FROM json_each(${paths})) ${self})`;
	});
	return sql`(${sql.join(conditions, sql` OR `)})`;
}

/** From (inclusive) and to (exclusive): what follows a path is hex, and `g` comes after all of it. */
function boundsOf({ path, withSelf }: Subtree): [from: string, to: string] {
	return [withSelf ? path : `${path}0`, `${path}g`];
}

function behind(order: Order, after: Position | undefined): SQL {
	if (!after) return sql``;
	const keys = sql.raw([...keysOf[order.field], "c.id"].join(", "));
	const isBehind = sql`AND (${keys}) ${sql.raw(order.isDescending ? "<" : ">")} (${valuesIn(after)})`;
	if (order.field !== "AccountName") return isBehind;
	// Lets the walk begin at the account it stopped in.
	return sql`${isBehind} AND (a.name_key, a.id) ${sql.raw(order.isDescending ? "<=" : ">=")} (${after[0]}, ${after[1]})`;
}

function upTo(order: Order, limit: UpTo): SQL {
	if ("section" in limit) return beforeSection(limit.section, order);
	const relation = sql.raw(order.isDescending ? ">=" : "<=");
	if ("id" in limit) return sql`c.id ${relation} ${limit.id}`;
	const keys = sql.raw([...keysOf[order.field], "c.id"].join(", "));
	return sql`(${keys}) ${relation} (${valuesIn(limit.position)})`;
}

function valuesIn(position: Position): SQL {
	return sql.join(
		position.map((value) => sql`${value}`),
		sql`, `,
	);
}

function orderOf({ field, isDescending }: Order): SQL {
	const direction = isDescending ? " DESC" : "";
	return sql.raw([...keysOf[field], "c.id"].map((key) => `${key}${direction}`).join(", "));
}
