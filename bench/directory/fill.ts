import { database } from "../../src/db/database.ts";
import { payIndex, type Directory } from "../../src/customers/index-store.ts";

/** Customers on each level of a tree. */
export type Shape = readonly [roots: number, second: number, third: number, leaves: number];

const TAGS = 200;
const ACCOUNTS = 20;
export const TENANT = "bench";

/** Rows made by one statement. */
const STEP = 50_000;
/** Entries of the index that are made by one request. */
const INDEXED = 20_000;
const WORDS = [
	"Amber",
	"Birch",
	"Cedar",
	"Dune",
	"Ember",
	"Fjord",
	"Golden",
	"Harbour",
	"Ivory",
	"Juniper",
	"Kestrel",
	"Linden",
	"Meadow",
];
const TRADES = [
	"Bakery",
	"Clinic",
	"Denim",
	"Engines",
	"Foods",
	"Garden",
	"Hotels",
	"Insurance",
	"Logistics",
	"Motors",
	"Optics",
];

/** The directory of the bench's tenant in these databases. */
export function directoryOf(record: D1Database, search: D1Database): Directory {
	return { tenantId: TENANT, db: database({ DB: record } as Env), search };
}

/** The id by which a customer is known, of its number. */
export function uidOf(id: number): string {
	return `c${id.toString(16).padStart(31, "0")}`;
}

/**
 * Fills an empty record with a tree by SQL alone. Everything is the same in each run: names and dates
 * of change are a hash of the number; accounts belong to subtrees of the second level; each customer has three tags, each tag 1.5 % of the customers.
 */
export async function fill(record: D1Database, shape: Shape): Promise<void> {
	await record.batch([
		...numbers(ACCOUNTS).map((n) =>
			record
				.prepare(
					`INSERT INTO account (id, tenant_id, uid, name, name_key, ancestor_uids, details, created_at, created_by, updated_at, updated_by)
					VALUES (?1, '${TENANT}', ?2, ?3, lower(?3), '[]', '{}', 0, 'bench', 0, 'bench')`,
				)
				.bind(n, uidOf(n), `Account ${n}`),
		),
		...numbers(TAGS).map((n) =>
			record
				.prepare(
					`INSERT INTO tag (id, tenant_id, uid, name, name_key, color, created_at) VALUES (?1, '${TENANT}', ?2, ?3, ?3, 'Blue', 0)`,
				)
				.bind(n, uidOf(n), `tag ${n}`),
		),
	]);
	let [start, above, first] = [1, 0, 0];
	for (const count of shape) {
		for (let done = 0; done < count; done += STEP)
			await insertLevel(record, { from: start + done, to: Math.min(start + count, start + done + STEP), first, above });
		[first, above, start] = [start, count, start + count];
	}
	await countAll(record);
}

/** Gives the index a portion of the customers after a number, by the code that keeps it; answers with the last one's, or null at the end. */
export async function index(record: D1Database, search: D1Database, after: number): Promise<number | null> {
	const { meta } = await record
		.prepare("INSERT INTO customer_unindexed SELECT tenant_id, id, index_seq FROM customer WHERE id > ?1 AND id <= ?2")
		.bind(after, after + INDEXED)
		.run();
	await payIndex(directoryOf(record, search), INDEXED);
	return meta.changes === 0 ? null : after + INDEXED;
}

function numbers(count: number): number[] {
	return Array.from({ length: count }, (_, n) => n + 1);
}

type Level = { from: number; to: number; first: number; above: number };

async function insertLevel(record: D1Database, { from, to, first, above }: Level): Promise<void> {
	const parent = above === 0 ? "0" : `${first} + (n.id - ${from}) % ${above}`;
	const hash = "((n.id * 2654435761) % 4294967296)";
	// Tags have nothing to do with names.
	const other = "((n.id * 40503 + n.id / 7 * 12289) % 4294967291)";
	const word = (list: readonly string[], of: string) =>
		`json_extract('${JSON.stringify(list)}', '$[' || (${of} % ${list.length}) || ']')`;
	const name = `${word(WORDS, hash)} || ' ' || ${word(TRADES, `(${hash} / 13)`)} || printf(' %07d', (n.id * 7919) % 9999991)`;
	await record
		.prepare(
			`WITH RECURSIVE n (id) AS (SELECT ${from} UNION ALL SELECT id + 1 FROM n WHERE id + 1 < ${to})
			INSERT INTO customer (id, tenant_id, uid, account_id, parent_id, path, name, name_key, reference_id, is_staging, customer_state, tag_ids,
				override_billing_settings, override_app_settings, index_seq, created_at, created_by, updated_at, updated_by)
			SELECT n.id, '${TENANT}', printf('c%031x', n.id),
				CASE WHEN length(coalesce(p.path, '')) > 8 THEN p.account_id ELSE n.id % ${ACCOUNTS} + 1 END, p.id, coalesce(p.path, '') || printf('%08x', n.id),
				${name}, lower(${name}), printf('C-%07d', (n.id * 104729) % 9999991), 0, '',
				printf(',%d,%d,%d,', ${other} % 66 + 1, ${other} / 66 % 67 + 67, ${other} / 4422 % 67 + 134),
				0, 0, 1, 1700000000000 + n.id * 90000, 'bench', 1800000000000 - (${hash} * 37) % 9000000000, 'bench'
			FROM n LEFT JOIN customer p ON p.id = ${parent}`,
		)
		.run();
}

async function countAll(record: D1Database): Promise<void> {
	for (const sql of [
		"UPDATE customer SET child_count = x.n FROM (SELECT parent_id, count(*) AS n FROM customer WHERE parent_id IS NOT NULL GROUP BY parent_id) x WHERE customer.id = x.parent_id",
		...[8, 16, 24].map(
			(
				length,
			) => `UPDATE customer SET descendant_count = x.n FROM (SELECT substr(path, 1, ${length}) AS path, count(*) AS n FROM customer
				WHERE length(path) > ${length} GROUP BY 1) x WHERE customer.tenant_id = '${TENANT}' AND customer.path = x.path`,
		),
		"UPDATE account SET customer_count = (SELECT count(*) FROM customer c WHERE c.tenant_id = account.tenant_id AND c.account_id = account.id)",
		`UPDATE tag SET customer_count = x.n FROM (SELECT t.value AS id, count(*) AS n FROM customer CROSS JOIN json_each('[' || trim(tag_ids, ',') || ']') t GROUP BY 1) x WHERE tag.id = x.id`,
		`INSERT INTO directory SELECT '${TENANT}', count(*) FROM customer`,
		"ANALYZE",
	])
		await record.prepare(sql).run();
}
