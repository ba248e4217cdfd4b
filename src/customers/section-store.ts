import { sql, type SQL } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import type { Order, Position } from "./list-store.ts";
import { tuning } from "./plan.ts";
import { everything, keyOf, spanOf, stepsOf, type AccountPlace, type Level, type Section } from "./section.ts";

/** A section in parts; the key when there is but one; undefined when keys differ only in what no step reaches. */
export type Divided = { levels: Level[] } | { key: string | number } | undefined;

/** Divides a section into the parts that the record has customers of, those behind a position. */
export async function divide(
	database: TenantDatabase,
	section: Section,
	order: Order,
	among: readonly number[] | undefined,
	after: Position | undefined,
): Promise<Divided> {
	if (order.field === "AccountName" && !section.account) return accounts(database, section, order, among, after);
	return parts(database, section, order, after);
}

async function accounts(
	{ tenantId, db }: TenantDatabase,
	{ behind }: Section,
	{ isDescending }: Order,
	among: readonly number[] | undefined,
	after: Position | undefined,
): Promise<Divided> {
	const [relation, direction] = isDescending ? ["<", "DESC"] : [">", "ASC"];
	const last = behind?.account;
	const conditions = [
		sql`a.tenant_id = ${tenantId}`,
		...(after ? [sql`(a.name_key, a.id) ${sql.raw(`${relation}=`)} (${after[0]}, ${after[1]})`] : []),
		...(last ? [sql`(a.name_key, a.id) ${sql.raw(relation)} (${last.nameKey}, ${last.id})`] : []),
		...(among ? [sql`a.id IN (SELECT value FROM json_each(${JSON.stringify(among)}))`] : []),
	];
	const rows = await db.all<AccountPlace>(sql`SELECT a.id, a.name_key AS nameKey FROM account a INDEXED BY account_name
		WHERE ${sql.join(conditions, sql` AND `)}
		ORDER BY a.name_key ${sql.raw(direction)}, a.id ${sql.raw(direction)} LIMIT ${tuning.parts}`);
	const found = rows.map((account) => ({ account, prefix: "", isWhole: false, isOpen: false }));
	return { levels: [levelOf(found, everything, found.length < tuning.parts)] };
}

type Part = { depth: number; prefix: string; isWhole: number; isEnd: number; step: number | null } & Bounds;
type Bounds = { first: string | number; last: string | number };

/**
 * Goes from one beginning to the next through the index: what is in between is not read. The first part is divided as well, and the first
 * part of that: whoever begins with the first of an order finds it in small pieces.
 */
async function parts(
	{ tenantId, db }: TenantDatabase,
	section: Section,
	order: Order,
	after: Position | undefined,
): Promise<Divided> {
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
		WHERE substr(bounds.first, 1, value) <> substr(level.last, 1, value))`;
	const upToLast = sql`AND ${key} ${sql.raw(order.isDescending ? ">=" : "<=")} part.last`;
	const rows = await db.all<Part>(sql`WITH RECURSIVE
		bounds (first, last) AS MATERIALIZED (SELECT ${first(inRange(key, range), direction)}, ${first(inRange(key, range), opposite)}),
		level (depth, last) AS (SELECT 1, last FROM bounds UNION ALL
			SELECT depth + 1, ${first(sql`AND ${key} ${alikeUpTo(order, "bounds.first", step)}`, opposite)}
			FROM level CROSS JOIN bounds WHERE depth < ${tuning.levels} AND ${step} <= length(bounds.first)),
		divided (depth, step, first, last) AS MATERIALIZED (SELECT depth, ${step}, bounds.first, level.last FROM level CROSS JOIN bounds),
		part (depth, step, last, first) AS (SELECT depth, step, last, first FROM divided WHERE depth = 1 OR step IS NOT NULL
			UNION ALL SELECT depth, step, last, ${first(sql`AND ${key} ${behindPart(order)} ${upToLast}`, direction)}
			FROM part WHERE part.first IS NOT NULL AND step IS NOT NULL LIMIT ${tuning.parts})
		SELECT depth, substr(part.first, 1, step) AS prefix, length(part.first) < step AS isWhole, part.first IS NULL AS isEnd, step,
			bounds.first, bounds.last FROM part CROSS JOIN bounds WHERE bounds.first IS NOT NULL`);
	const [one] = rows;
	if (one?.step === null) return one.first === one.last ? { key: one.first } : undefined;
	return { levels: levelsOf(section, rows) };
}

function levelsOf(section: Section, rows: readonly Part[]): Level[] {
	const levels: Level[] = [];
	let above = section;
	for (const some of Map.groupBy(rows, ({ depth }) => depth).values()) {
		const found = some
			.filter(({ isEnd }) => isEnd === 0)
			.map(({ prefix, isWhole }) => ({
				account: section.account,
				prefix,
				isWhole: isWhole === 1,
				isOpen: false,
			}));
		levels.push(levelOf(found, above, found.length < some.length));
		above = found[0] ?? above;
	}
	return levels;
}

function levelOf(parts: Section[], section: Section, isAll: boolean): Level {
	const behind = parts.at(-1);
	return { parts, rest: isAll || !behind ? undefined : { ...section, isOpen: true, behind } };
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
