import { sql, type SQL } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { limits } from "./limits.ts";
import { STEP, type CustomerRow } from "./row.ts";

/** A customer to be made, in the spelling of its columns where there is one. */
export type Draft = {
	uid: string;
	/** Uids; without an account it is the parent's, and without either the tenant's first one. */
	account: string | undefined;
	parent: string | undefined;
	fields: Fields;
};

/** What a change of a customer may write. */
export type Fields = Pick<
	CustomerRow,
	| "name"
	| "name_key"
	| "reference_id"
	| "is_staging"
	| "customer_state"
	| "tag_ids"
	| "data"
	| "schedule"
	| "integration_data"
	| "override_billing_settings"
	| "billing_settings"
	| "override_app_settings"
	| "app_settings"
>;

/** Who changes something, and when. */
export type Actor = { userId: string; now: number };

/** The account of customers for whom none was named, one in each tenant. It is made with the first customer in it. */
export const MAIN_ACCOUNT = "00000000000000000000000000000001";

/** The columns of `Fields`, in the order of the insert below. */
const FIELDS = [
	"name",
	"name_key",
	"reference_id",
	"is_staging",
	"customer_state",
	"tag_ids",
	"data",
	"schedule",
	"integration_data",
	"override_billing_settings",
	"billing_settings",
	"override_app_settings",
	"app_settings",
] as const satisfies readonly (keyof Fields)[];

/** Milliseconds as the database has them, and past what the index knows. */
export const NEXT_SEQ = sql.raw("max(c.index_seq + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))");

/** One customer by its id. */
export async function customerByUid({ tenantId, db }: TenantDatabase, uid: string): Promise<CustomerRow | undefined> {
	const [row] = await db.all<CustomerRow>(sql`SELECT * FROM customer WHERE tenant_id = ${tenantId} AND uid = ${uid}`);
	return row;
}

/** Which of these ids are taken. */
export async function takenUids({ tenantId, db }: TenantDatabase, uids: readonly string[]): Promise<string[]> {
	const rows = await db.all<{ uid: string }>(sql`SELECT c.uid FROM json_each(${JSON.stringify(uids)}) u
		CROSS JOIN customer c ON c.tenant_id = ${tenantId} AND c.uid = u.value`);
	return rows.map(({ uid }) => uid);
}

/** Customers by the references they were given; of several with one reference, the first. */
export async function uidsByReference(
	{ tenantId, db }: TenantDatabase,
	references: readonly string[],
): Promise<Map<string, string>> {
	if (references.length === 0) return new Map();
	const rows = await db.all<{ reference: string; uid: string }>(sql`SELECT r.value AS reference,
		(SELECT uid FROM customer c INDEXED BY customer_reference
			WHERE c.tenant_id = ${tenantId} AND c.reference_id = r.value ORDER BY c.id LIMIT 1) AS uid
		FROM json_each(${JSON.stringify(references)}) r`);
	return new Map(rows.filter(({ uid }) => uid !== null).map(({ reference, uid }) => [reference, uid]));
}

/**
 * Makes customers, all in one transaction with every counter, and answers with the ids of those that were made: one whose parent or account
 * is not there, or whose parent is as deep as can be, is left out. An id that is taken fails the whole batch.
 */
export async function insertCustomers(
	{ tenantId, db }: TenantDatabase,
	drafts: readonly Draft[],
	actor: Actor,
): Promise<Set<string>> {
	const made = JSON.stringify(drafts.map(({ uid }) => uid));
	const rows = madeRows(tenantId, made);
	const [, inserted] = await batch<[unknown, { uid: string }, ...unknown[]]>(db, [
		ensureMainAccount(tenantId, drafts, actor),
		insert(tenantId, drafts, actor),
		growAncestors(tenantId, made),
		...grow(tenantId, rows, 1),
		owe(rows, sql`c.index_seq`),
	]);
	return new Set(inserted.map(({ uid }) => uid));
}

function ensureMainAccount(tenantId: string, drafts: readonly Draft[], { userId, now }: Actor): SQL {
	const isNeeded = drafts.some(({ account, parent }) =>
		account === undefined ? parent === undefined : account === MAIN_ACCOUNT,
	);
	return sql`INSERT INTO account (tenant_id, uid, name, name_key, ancestor_uids, details, created_at, created_by, updated_at, updated_by)
		SELECT ${tenantId}, ${MAIN_ACCOUNT}, 'Main', 'main', '[]', '{}', ${now}, ${userId}, ${now}, ${userId} WHERE ${isNeeded ? 1 : 0}
		ON CONFLICT (tenant_id, uid) DO NOTHING`;
}

/** Nobody is made before the one before: the order of creation is that of ids, which the search index is in. */
function insert(tenantId: string, drafts: readonly Draft[], { userId, now }: Actor): SQL {
	const json = JSON.stringify(
		drafts.map(({ uid, account, parent, fields }) => [
			uid,
			account ?? null,
			parent ?? null,
			...FIELDS.map((name) => fields[name]),
		]),
	);
	const columns = sql.raw(FIELDS.join(", "));
	const values = sql.raw(FIELDS.map((name, place) => `r.value ->> ${place + 3} AS ${name}`).join(", "));
	return sql`INSERT INTO customer (id, tenant_id, uid, account_id, parent_id, path, ${columns}, index_seq,
			created_at, created_by, updated_at, updated_by)
		SELECT n.id, ${tenantId}, n.uid, n.account_id, n.parent_id, n.parent_path || printf('%08x', n.id), ${columns},
			CAST(unixepoch('subsec') * 1000 AS INTEGER), t.now, ${userId}, t.now, ${userId}
		FROM (SELECT max(${now}, coalesce((SELECT max(created_at) FROM customer WHERE tenant_id = ${tenantId}), 0)) AS now) t CROSS JOIN (
			SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'customer'), 0) + 1 + r.key AS id, r.value ->> 0 AS uid,
				p.id AS parent_id, coalesce(p.path, '') AS parent_path, ${values},
				CASE WHEN r.value ->> 1 IS NOT NULL THEN (SELECT a.id FROM account a WHERE a.tenant_id = ${tenantId} AND a.uid = r.value ->> 1)
					ELSE coalesce(p.account_id, (SELECT a.id FROM account a WHERE a.tenant_id = ${tenantId} AND a.uid = ${MAIN_ACCOUNT})) END AS account_id
			FROM json_each(${json}) r LEFT JOIN customer p ON p.tenant_id = ${tenantId} AND p.uid = r.value ->> 2
			WHERE (p.id IS NOT NULL OR r.value ->> 2 IS NULL) AND length(coalesce(p.path, '')) < ${limits.depth * STEP}
		) n WHERE n.account_id IS NOT NULL RETURNING uid`;
}

function madeRows(tenantId: string, uids: string): SQL {
	return sql`json_each(${uids}) u CROSS JOIN customer c ON c.tenant_id = ${tenantId} AND c.uid = u.value`;
}

/** Where the steps of a path end, but for the last one's. */
const LEVELS = sql.raw(
	`json_each('${JSON.stringify(Array.from({ length: limits.depth - 1 }, (_, n) => (n + 1) * STEP))}')`,
);

/** Of many below one parent the path is gone up once. */
function growAncestors(tenantId: string, uids: string): SQL {
	return sql`UPDATE customer SET descendant_count = descendant_count + x.descendants, child_count = child_count + x.children
		FROM (SELECT a.id, sum(g.size) AS descendants, sum(g.size * (l.value = length(g.path))) AS children
			FROM (SELECT substr(c.path, 1, length(c.path) - ${STEP}) AS path, count(*) AS size FROM ${madeRows(tenantId, uids)}
				GROUP BY c.parent_id) g CROSS JOIN ${LEVELS} l CROSS JOIN customer a
				ON l.value <= length(g.path) AND a.tenant_id = ${tenantId} AND a.path = substr(g.path, 1, l.value)
			GROUP BY a.id) x
		WHERE customer.id = x.id`;
}

/** Counts rows in (1) or out (-1) of their accounts, their tags and the tenant. */
export function grow(tenantId: string, rows: SQL, by: 1 | -1): SQL[] {
	return [
		sql`UPDATE account SET customer_count = customer_count + ${by} * x.n
			FROM (SELECT c.account_id AS id, count(*) AS n FROM ${rows} GROUP BY c.account_id) x WHERE account.id = x.id`,
		sql`UPDATE tag SET customer_count = customer_count + ${by} * x.n
			FROM (SELECT t.value AS id, count(*) AS n FROM ${rows} CROSS JOIN ${eachTag("c.tag_ids")} t GROUP BY t.value) x WHERE tag.id = x.id`,
		sql`INSERT INTO directory (tenant_id, customer_count) SELECT ${tenantId}, ${by} * count(*) FROM ${rows} WHERE true
			ON CONFLICT (tenant_id) DO UPDATE SET customer_count = customer_count + excluded.customer_count`,
	];
}

function eachTag(column: string): SQL {
	return sql.raw(`json_each('[' || trim(${column}, ',') || ']')`);
}

/** Notes that the index must hear of these rows. */
export function owe(rows: SQL, seq: SQL): SQL {
	return sql`INSERT INTO customer_unindexed (tenant_id, customer_id, seq) SELECT c.tenant_id, c.id, ${seq} FROM ${rows} WHERE true
		ON CONFLICT (tenant_id, customer_id) DO UPDATE SET seq = excluded.seq`;
}

/** A customer: as it is, or only while it is of a version. */
export type Target = { id: number; version: number | undefined };

/** True of the customer with this alias if it is the one. */
export function isTarget(tenantId: string, alias: string, { id, version }: Target): SQL {
	const c = sql.raw(alias);
	const same = sql`${c}.tenant_id = ${tenantId} AND ${c}.id = ${id}`;
	return version === undefined ? same : sql`${same} AND ${c}.version = ${version}`;
}

/**
 * Writes the fields that are given, and the account; of others nothing is read or written, so that changes of different fields need not know
 * of each other. False when it is not the version that was meant, or the account is gone.
 */
export async function updateCustomer(
	{ tenantId, db }: TenantDatabase,
	target: Target,
	{ fields, accountId }: { fields: Partial<Fields>; accountId: number | undefined },
	{ userId, now }: Actor,
): Promise<boolean> {
	const isIt = isTarget(tenantId, "c", target);
	const isAccount = sql`EXISTS (SELECT 1 FROM account a WHERE a.tenant_id = ${tenantId} AND a.id = ${accountId})`;
	const same = accountId === undefined ? isIt : sql`${isIt} AND ${isAccount}`;
	const sets = FIELDS.filter((name) => fields[name] !== undefined).map(
		(name) => sql`${sql.raw(name)} = ${fields[name]}, `,
	);
	if (accountId !== undefined) sets.push(sql`account_id = ${accountId}, `);
	const counts = [
		...(accountId === undefined ? [] : [recountAccounts(same, accountId)]),
		...(fields.tag_ids === undefined ? [] : [recountTags(same, fields.tag_ids)]),
	];
	const results = await batch<{ id: number }[]>(db, [
		...counts,
		sql`UPDATE customer AS c SET ${sql.join(sets)}version = c.version + 1, index_seq = ${NEXT_SEQ},
			updated_at = ${now}, updated_by = ${userId} WHERE ${same} RETURNING id`,
		owe(sql`(SELECT * FROM customer WHERE id = ${target.id}) c`, sql`c.index_seq`),
	]);
	return (results[counts.length] ?? []).length > 0;
}

function recountAccounts(same: SQL, accountId: number): SQL {
	const moved = sql`customer c WHERE ${same} AND c.account_id <> ${accountId}`;
	return sql`UPDATE account SET customer_count = customer_count + x.n
		FROM (SELECT ${accountId} AS id, 1 AS n FROM ${moved} UNION ALL SELECT c.account_id, -1 FROM ${moved}) x WHERE account.id = x.id`;
}

function recountTags(same: SQL, tagIds: string): SQL {
	return sql`UPDATE tag SET customer_count = customer_count + x.n FROM (SELECT id, sum(n) AS n FROM (
			SELECT t.value AS id, -1 AS n FROM customer c CROSS JOIN ${eachTag("c.tag_ids")} t WHERE ${same}
			UNION ALL SELECT t.value, 1 FROM customer c CROSS JOIN json_each('[' || trim(${tagIds}, ',') || ']') t WHERE ${same}
		) GROUP BY id) x WHERE tag.id = x.id`;
}
