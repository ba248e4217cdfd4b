import { sql, type SQL } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { limits } from "./limits.ts";
import { STEP } from "./row.ts";
import { grow, isTarget, NEXT_SEQ, owe, type Actor, type Target } from "./store.ts";

/**
 * Gives a customer, with all below it, another parent (null: none), if it is the version that was meant. Whether that is possible is
 * decided in the statement that does it, so that of two moves that would close a circle together one finds nothing to do. False when
 * nothing was done.
 */
export async function moveCustomer(
	{ tenantId, db }: TenantDatabase,
	target: Target,
	parentUid: string | null,
	{ userId, now }: Actor,
): Promise<boolean> {
	// After the first statement, and until the last, the moved customer is the only one whose path is not below its parent's.
	const moved = sql`(SELECT c.id, c.path, c.descendant_count + 1 AS size, coalesce(p.path, '') AS parent_path
		FROM customer c LEFT JOIN customer p ON p.id = c.parent_id
		WHERE c.tenant_id = ${tenantId} AND c.id = ${target.id} AND substr(c.path, 1, length(c.path) - ${STEP}) <> coalesce(p.path, '')) m`;
	const [attached] = await batch<[{ id: number }, ...unknown[]]>(db, [
		attach(tenantId, target, parentUid, userId, now),
		count(
			-1,
			sql`SELECT a.id, m.size, l.value = length(m.path) - ${STEP} AS is_parent
				FROM ${moved} CROSS JOIN ${stepsTo(tenantId, "m.path")} WHERE a.id <> m.id`,
		),
		count(
			1,
			sql`SELECT a.id, m.size, l.value = length(m.parent_path) AS is_parent
				FROM ${moved} CROSS JOIN ${stepsTo(tenantId, "m.parent_path")}`,
		),
		sql`UPDATE customer SET path = x.parent_path || substr(customer.path, x.kept), index_seq = ${sql.raw(SEQ_OF_CUSTOMER)}
			FROM (SELECT parent_path, path, length(path) - ${STEP - 1} AS kept FROM ${moved}) x
			WHERE customer.tenant_id = ${tenantId} AND customer.path >= x.path AND customer.path < x.path || 'g'`,
		owe(
			sql`customer m CROSS JOIN customer c ON m.tenant_id = ${tenantId} AND m.id = ${target.id}
			AND c.tenant_id = m.tenant_id AND c.path >= m.path AND c.path < m.path || 'g'`,
			sql`c.index_seq`,
		),
	]);
	return attached.length > 0;
}

const LEVELS = JSON.stringify(Array.from({ length: limits.depth }, (_, level) => (level + 1) * STEP));

/** The customers `a` whose paths a path begins with, itself among them. */
function stepsTo(tenantId: string, path: string): SQL {
	const own = sql.raw(path);
	return sql`json_each(${LEVELS}) l CROSS JOIN customer a
		ON l.value <= length(${own}) AND a.tenant_id = ${tenantId} AND a.path = substr(${own}, 1, l.value)`;
}

/**
 * Counts customers of a size in (1) or out (-1) of those above them. Those are looked up first: joined to the rows that are written, SQLite would
 * rather go through all that there are.
 */
function count(by: 1 | -1, above: SQL): SQL {
	return sql`WITH x AS MATERIALIZED (${above})
		UPDATE customer SET descendant_count = descendant_count + ${by} * x.size, child_count = child_count + ${by} * x.is_parent
		FROM x WHERE customer.id = x.id`;
}

/** `UPDATE ... FROM` takes no alias that its SET could use. */
const SEQ_OF_CUSTOMER = "max(customer.index_seq + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))";

function attach(tenantId: string, target: Target, parentUid: string | null, userId: string, now: number): SQL {
	const changed = sql`version = c.version + 1, updated_at = ${now}, updated_by = ${userId}`;
	const same = sql`${isTarget(tenantId, "c", target)} AND c.descendant_count < ${limits.subtree}`;
	if (parentUid === null)
		return sql`UPDATE customer AS c SET parent_id = NULL, ${changed} WHERE ${same} AND c.parent_id IS NOT NULL RETURNING id`;
	const deepest = sql`(SELECT max(length(d.path)) FROM customer d
		WHERE d.tenant_id = c.tenant_id AND d.path >= c.path AND d.path < c.path || 'g') - length(c.path)`;
	return sql`UPDATE customer AS c SET parent_id = p.id, ${changed} FROM customer p
		WHERE ${same} AND p.tenant_id = ${tenantId} AND p.uid = ${parentUid} AND c.parent_id IS NOT p.id
			AND NOT (p.path >= c.path AND p.path < c.path || 'g')
			AND length(p.path) + ${STEP} + ${deepest} <= ${limits.depth * STEP} RETURNING id`;
}

/**
 * Deletes a customer and all below it, if it is the version that was meant and has no more below it; contacts that were theirs stay,
 * nobody's. Answers how many customers went.
 */
export async function removeCustomer(
	{ tenantId, db }: TenantDatabase,
	target: Target,
	cascade: boolean,
	now: number,
): Promise<number> {
	const most = cascade ? limits.subtree : 1;
	const same = isTarget(tenantId, "m", target);
	const gone = sql`customer m CROSS JOIN customer c ON ${same} AND m.descendant_count < ${most}
		AND c.tenant_id = m.tenant_id AND c.path >= m.path AND c.path < m.path || 'g'`;
	const [, , , , , , deleted] = await batch<[unknown, unknown, unknown, unknown, unknown, unknown, { id: number }]>(
		db,
		[
			count(
				-1,
				sql`SELECT a.id, m.descendant_count + 1 AS size, l.value = length(m.path) - ${STEP} AS is_parent
				FROM customer m CROSS JOIN ${stepsTo(tenantId, "m.path")} WHERE a.id <> m.id
				AND ${same} AND m.descendant_count < ${most}`,
			),
			...(grow(tenantId, gone, -1) as [SQL, SQL, SQL]),
			owe(gone, NEXT_SEQ),
			sql`UPDATE contact SET customer_uid = NULL, version = version + 1, updated_at = ${now}
			WHERE tenant_id = ${tenantId} AND customer_uid IN (SELECT c.uid FROM ${gone})`,
			sql`DELETE FROM customer WHERE id IN (SELECT c.id FROM ${gone}) RETURNING id`,
		],
	);
	return deleted.length;
}
