import { sql, type SQL } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import { compareKeys, firstOf } from "./compare.ts";
import type { Order, Position } from "./list-store.ts";
import { tuning } from "./plan.ts";
import { everything, isIn, keyOf, spanOf, stepsOf, type AccountPlace, type Level, type Section } from "./section.ts";

/** A section in parts; the key when there is but one; undefined when keys differ only in what no step reaches. */
export type Divided = { levels: Level[] } | { key: string | number } | undefined;

/** How a section is divided: in an order, among accounts, behind a position; and names that are known of what is looked for. */
type Cut = {
	order: Order;
	among?: readonly number[] | undefined;
	after?: Position | undefined;
	names?: readonly string[] | undefined;
};

/** Divides a section into the parts that the record has customers of. */
export async function divide(database: TenantDatabase, section: Section, cut: Cut): Promise<Divided> {
	if (cut.order.field === "AccountName" && !section.account)
		return accountsIn(await database.db.all<AccountPlace>(accounts(database, section, cut)));
	const rows = await database.db.all<Part>(parts(database, section, cut));
	const [one] = rows;
	if (one?.step === null) return one.first === one.last ? { key: one.first } : undefined;
	return { levels: levelsOf(section, rows) };
}

/** The statement that asks for accounts in order, behind those of a section that were divided off. */
export function accounts(
	{ tenantId }: TenantDatabase,
	{ behind }: Section,
	{ order: { isDescending }, among, after }: Cut,
): SQL {
	const [relation, direction] = isDescending ? ["<", "DESC"] : [">", "ASC"];
	const last = behind?.account;
	const conditions = [
		sql`a.tenant_id = ${tenantId}`,
		...(after ? [sql`(a.name_key, a.id) ${sql.raw(`${relation}=`)} (${after[0]}, ${after[1]})`] : []),
		...(last ? [sql`(a.name_key, a.id) ${sql.raw(relation)} (${last.nameKey}, ${last.id})`] : []),
		...(among ? [sql`a.id IN (SELECT value FROM json_each(${JSON.stringify(among)}))`] : []),
	];
	return sql`SELECT a.id, a.name_key AS nameKey FROM account a INDEXED BY account_name
		WHERE ${sql.join(conditions, sql` AND `)}
		ORDER BY a.name_key ${sql.raw(direction)}, a.id ${sql.raw(direction)} LIMIT ${tuning.parts}`;
}

/** The order of accounts, divided by what was answered to that. */
export function accountsIn(rows: readonly AccountPlace[]): Divided {
	const found = rows.map((account) => ({ account, prefix: "", isWhole: false, isOpen: false }));
	return { levels: [levelOf(found, everything, found.length < tuning.parts)] };
}

type Part = { depth: number; prefix: string; isWhole: number; isEnd: number; step: number | null } & Bounds;
type Bounds = { first: string | number; last: string | number; path: string | number };

/**
 * Goes from one beginning to the next through the index: what is in between is not read. The part in which what is looked for is known to begin,
 * or else the first of all, is divided as well, and so is the part of that: whoever begins there finds it in small pieces.
 */
function parts({ tenantId }: TenantDatabase, section: Section, cut: Cut): SQL {
	const { order, after } = cut;
	const { column, index } = keyOf(order);
	const key = sql.raw(`c.${column}`);
	const range = rangeOf(section, order, after);
	const ofAccount = section.account ? sql`AND c.account_id = ${section.account.id}` : sql``;
	const first = (
		within: SQL,
		direction: "ASC" | "DESC",
	) => sql`(SELECT ${key} FROM customer c INDEXED BY ${sql.raw(index)}
		WHERE c.tenant_id = ${tenantId} ${ofAccount} ${within} ORDER BY ${key} ${sql.raw(direction)} LIMIT 1)`;
	const [direction, opposite] = order.isDescending ? (["DESC", "ASC"] as const) : (["ASC", "DESC"] as const);
	const step = sql`(SELECT min(value) FROM json_each(${JSON.stringify(stepsOf(order))})
		WHERE substr(level.first, 1, value) <> substr(level.last, 1, value))`;
	const upToLast = sql`AND ${key} ${sql.raw(order.isDescending ? ">=" : "<=")} part.last`;
	const { path, firstOfPath, left, levels } = pathTo(beginningKnown(section, cut), order, step, first);
	return sql`WITH RECURSIVE
		whole (first, last) AS MATERIALIZED (SELECT ${first(inRange(key, range), direction)}, ${first(inRange(key, range), opposite)}),
		bounds (first, last, path) AS MATERIALIZED (SELECT first, last, ${path} FROM whole),
		level (depth, first, last) AS (SELECT 1, first, last FROM bounds UNION ALL
			SELECT depth + 1, ${firstOfPath}, ${first(sql`AND ${key} ${alikeUpTo(order, "bounds.path", step)}`, opposite)}
			FROM level CROSS JOIN bounds WHERE depth < ${levels} AND ${step} <= length(bounds.path)),
		divided (depth, step, first, last) AS MATERIALIZED (SELECT depth, ${step}, first, last FROM level),
		part (depth, step, last, first, left) AS (SELECT depth, step, last, first, ${tuning.parts} FROM divided WHERE depth = 1 OR step IS NOT NULL
			UNION ALL SELECT depth, step, part.last, ${first(sql`AND ${key} ${behindPart(order)} ${upToLast}`, direction)}, ${left}
			FROM part CROSS JOIN bounds WHERE part.first IS NOT NULL AND step IS NOT NULL AND part.left > 0 LIMIT ${tuning.parts})
		SELECT depth, substr(part.first, 1, step) AS prefix, length(part.first) < step AS isWhole, part.first IS NULL AS isEnd, step,
			bounds.first, bounds.last, bounds.path FROM part CROSS JOIN bounds WHERE bounds.first IS NOT NULL`;
}

/** The key that the path leads to, the first one of a part on it, how many more parts a level is to have, and how many levels there are. */
function pathTo(
	known: string | undefined,
	order: Order,
	step: SQL,
	first: (within: SQL, direction: "ASC" | "DESC") => SQL,
): { path: SQL; firstOfPath: SQL; left: SQL; levels: number } {
	if (known === undefined)
		return { path: sql`first`, firstOfPath: sql`bounds.first`, left: sql`part.left`, levels: tuning.levels };
	const { isDescending } = order;
	const key = sql.raw(`c.${keyOf(order).column}`);
	const direction = isDescending ? "DESC" : "ASC";
	const near = first(
		isDescending ? sql`AND ${key} < ${known} || CAST(x'FF' AS TEXT)` : sql`AND ${key} >= ${known}`,
		direction,
	);
	const prefix = sql`substr(bounds.path, 1, ${step})`;
	const from = isDescending
		? sql`AND ${key} <= min(${prefix} || CAST(x'FF' AS TEXT), bounds.first)`
		: sql`AND ${key} >= max(${prefix}, bounds.first)`;
	const isBefore = sql.raw(`part.first ${isDescending ? ">" : "<"} bounds.path`);
	return {
		path: isDescending
			? sql`max(min(coalesce(${near}, first), first), last)`
			: sql`min(max(coalesce(${near}, first), first), last)`,
		firstOfPath: first(from, direction),
		left: sql`CASE WHEN ${isBefore} THEN part.left ELSE min(part.left, ${tuning.ahead}) - 1 END`,
		levels: tuning.levels + 1,
	};
}

/** How the first few names begin that are known in what is left of a section: before them there is next to nothing. */
function beginningKnown(section: Section, { order, after, names = [] }: Cut): string | undefined {
	const sign = order.isDescending ? -1 : 1;
	const isBehind = (name: string, key: string | number) => sign * compareKeys([name], [key]) > 0;
	const place = placeOf(after, order, section.account);
	const { behind } = section;
	const left = names.filter(
		(name) =>
			isIn(name, section) &&
			(place === undefined || isBehind(name, place)) &&
			(!behind || (isBehind(name, behind.prefix) && !isIn(name, behind))),
	);
	const [first, ...others] = firstOf(left, tuning.known, (a, b) => sign * compareKeys([a], [b])).map((name) => [
		...name,
	]);
	if (!first || others.length < tuning.known - 1) return undefined;
	const length = first.findIndex((character, at) => others.some((name) => name[at] !== character));
	return first.slice(0, length < 0 ? undefined : length).join("");
}

/** The levels of a section, each of the part of the one above that the path leads through, as far as that is among its parts. */
function levelsOf(section: Section, rows: readonly Part[]): Level[] {
	const levels: Level[] = [];
	let above: Section | undefined = section;
	for (const some of Map.groupBy(rows, ({ depth }) => depth).values()) {
		if (!above) break;
		const found: Section[] = some
			.filter(({ isEnd }) => isEnd === 0)
			.map(({ prefix, isWhole }) => ({
				account: section.account,
				prefix,
				isWhole: isWhole === 1,
				isOpen: false,
			}));
		const at = found.findIndex((part) => isIn(String(some[0]?.path), part));
		levels.push({ ...levelOf(found, above, found.length < some.length), at });
		above = found[at];
	}
	return levels;
}

function levelOf(parts: Section[], section: Section, isAll: boolean): Level {
	const behind = parts.at(-1);
	return { parts, at: 0, rest: isAll || !behind ? undefined : { ...section, isOpen: true, behind } };
}

/** Keys from (inclusive) and to (exclusive): the greatest and the least of these. */
type Range = { from: SQL[]; to: SQL[] };

/** One bound on each side: of two, SQLite would go through the index from the first to the second. */
function inRange(key: SQL, { from, to }: Range): SQL {
	const bound = (name: string, [one, ...more]: SQL[]) =>
		one && more.length > 0 ? sql`${sql.raw(name)}(${sql.join([one, ...more], sql`, `)})` : one;
	const [least, most] = [bound("max", from), bound("min", to)];
	return sql`${least ? sql`AND ${key} >= ${least}` : sql``} ${most ? sql`AND ${key} < ${most}` : sql``}`;
}

/** The keys of a section behind what was divided off already, and behind a position. */
function rangeOf(section: Section, order: Order, after: Position | undefined): Range {
	const isNumber = keyOf(order).kind === "u";
	const range: Range = { from: [], to: [] };
	const { account, behind, prefix, isWhole } = section;
	if (prefix !== "" || isWhole) {
		const [from, to] = boundsOf(section, isNumber);
		range.from.push(from);
		range.to.push(to);
	}
	if (behind) {
		const [from, to] = boundsOf(behind, isNumber);
		if (order.isDescending) range.to.push(from);
		else range.from.push(to);
	}
	const place = placeOf(after, order, account);
	if (place === undefined) return range;
	// Keys that are the position's own have ids behind it.
	if (!order.isDescending) range.from.push(sql`${place}`);
	else
		range.to.push(isNumber ? sql`${Number(place) + 1}` : boundsOf({ prefix: String(place), isWhole: true }, false)[1]);
	return range;
}

/** The key that a position has in a section: none where the position is in another account. */
function placeOf(after: Position | undefined, order: Order, account: AccountPlace | undefined) {
	if (order.field !== "AccountName") return after?.[0];
	return after && after[1] === account?.id ? after[2] : undefined;
}

/** From (inclusive) and to (exclusive). No text goes on with the byte 255, and every text goes on after the byte 0. */
function boundsOf({ prefix, isWhole }: Pick<Section, "prefix" | "isWhole">, isNumber: boolean): [from: SQL, to: SQL] {
	if (!isNumber) return [sql`${prefix}`, sql`${prefix} || CAST(${sql.raw(isWhole ? "x'00'" : "x'FF'")} AS TEXT)`];
	const [from, to] = spanOf(prefix);
	return [sql`${from}`, sql`${to}`];
}

/** Where keys that begin as one does, up to a step, end in an order: as a bound from the side of what comes behind. */
function alikeUpTo(order: Order, key: string, step: SQL): SQL {
	const prefix = sql`substr(${sql.raw(key)}, 1, ${step})`;
	const isNumber = keyOf(order).kind === "u";
	if (!isNumber) return order.isDescending ? sql`>= ${prefix}` : sql`< ${prefix} || CAST(x'FF' AS TEXT)`;
	const unit = sql`CAST('1' || substr('0000000000000', 1, 13 - ${step}) AS INTEGER)`;
	return order.isDescending
		? sql`>= CAST(${prefix} AS INTEGER) * ${unit}`
		: sql`< (CAST(${prefix} AS INTEGER) + 1) * ${unit}`;
}

/** Keys behind the part that a key is in. */
function behindPart(order: Order): SQL {
	const prefix = "substr(part.first, 1, part.step)";
	const unit = "CAST('1' || substr('0000000000000', 1, 13 - part.step) AS INTEGER)";
	const isNumber = keyOf(order).kind === "u";
	if (order.isDescending) return sql.raw(`< ${isNumber ? `CAST(${prefix} AS INTEGER) * ${unit}` : prefix}`);
	if (isNumber) return sql.raw(`>= (CAST(${prefix} AS INTEGER) + 1) * ${unit}`);
	return sql.raw(`>= ${prefix} || CAST(CASE WHEN length(part.first) < part.step THEN x'00' ELSE x'FF' END AS TEXT)`);
}

/** Rows that come before a section; of the rest of one that was divided, those up to the last part. */
export function beforeSection(section: Section, order: Order): SQL {
	const last = section.behind;
	const { account, prefix, isWhole } = last ?? section;
	const key = sql.raw(`c.${keyOf(order).column}`);
	const [from, to] = boundsOf({ prefix, isWhole }, keyOf(order).kind === "u");
	const isLess = order.isDescending ? sql`${key} >= ${last ? from : to}` : sql`${key} < ${last ? to : from}`;
	if (!account) return isLess;
	const isAll = prefix === "" && !isWhole;
	const relation = sql.raw(`${order.isDescending ? ">" : "<"}${isAll && last ? "=" : ""}`);
	const isEarlier = sql`(a.name_key, a.id) ${relation} (${account.nameKey}, ${account.id})`;
	return isAll ? isEarlier : sql`(${isEarlier} OR (a.id = ${account.id} AND ${isLess}))`;
}
