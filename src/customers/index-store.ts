import { sql } from "drizzle-orm";
import type { Database, TenantDatabase } from "../db/database.ts";
import { facetsOf, type Indexed } from "./entry.ts";
import { gramsOf } from "./fold.ts";

/** The record of one tenant and the search index beside it. */
export type Directory = TenantDatabase & { readonly search: D1Database };

type Unindexed = Omit<Indexed, "path"> & { id: number; seq: number; path: string | null };
type Entry = {
	id: number;
	seq: number;
	grams: string;
	facets: string;
	name: string;
	reference: string;
	updated: number;
};
const COLUMNS = ["id", "seq", "grams", "facets", "name", "reference", "updated"] as const;

/** Entries written at once. */
const BATCH = 2000;

/**
 * Pays the index what the record owes it, so many entries or a batch more at most, and answers how many it took. Whoever made a change pays for
 * as many as it changed; what a lost call leaves the sweep pays (reindex.ts), and until then lists look at it in the record. `before` leaves newer
 * changes, by the number of their entry, to who made them.
 */
export async function payIndex(
	directory: Directory,
	entries: number,
	before = Number.MAX_SAFE_INTEGER,
): Promise<number> {
	let paid = 0;
	while (paid < entries) {
		const owed = await unindexed(directory, before);
		if (owed.length === 0) break;
		await write(
			directory.search,
			owed.map((row) => entryOf(directory.tenantId, row)),
		);
		await settle(directory, owed);
		paid += owed.length;
		if (owed.length < BATCH) break;
	}
	return paid;
}

/** The next tenant, by its id, whose record owes the index something older. */
export async function nextOwing(db: Database, after: string, before: number): Promise<string | undefined> {
	const [row] = await db.all<{ tenantId: string }>(sql`SELECT tenant_id AS tenantId FROM customer_unindexed
		WHERE tenant_id > ${after} AND seq < ${before} ORDER BY tenant_id LIMIT 1`);
	return row?.tenantId;
}

function unindexed({ tenantId, db }: TenantDatabase, before: number): Promise<Unindexed[]> {
	return db.all<Unindexed>(sql`SELECT u.customer_id AS id, u.seq, c.path, c.name_key, c.reference_id, c.updated_at,
			c.account_id, c.tag_ids
		FROM customer_unindexed u LEFT JOIN customer c ON c.id = u.customer_id
		WHERE u.tenant_id = ${tenantId} AND u.seq < ${before} LIMIT ${BATCH}`);
}

/** Only what is still as it was read: a change made meanwhile owes anew. */
async function settle({ tenantId, db }: TenantDatabase, owed: readonly Unindexed[]): Promise<void> {
	const paid = JSON.stringify(owed.map(({ id, seq }) => [id, seq]));
	await db.run(sql`DELETE FROM customer_unindexed WHERE tenant_id = ${tenantId}
		AND (customer_id, seq) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${paid}))`);
}

function entryOf(tenantId: string, row: Unindexed): Entry {
	const { id, seq, path } = row;
	// Of a deleted customer only the number is kept: an older entry must not come after it.
	if (path === null) return { id, seq, grams: "", facets: "", name: "", reference: "", updated: 0 };
	const facets = facetsOf(tenantId, id, { ...row, path });
	const { name_key: name, reference_id: reference, updated_at: updated } = row;
	return { id, seq, grams: gramsOf(name).join(" "), facets, name, reference, updated };
}

/** Characters that are bound to one statement; D1 takes 2,000,000 bytes, and a character has up to three. */
const CHARACTERS = 600_000;

/** An entry as it is written. */
type Text = { id: number; seq: number; json: string };

async function write(search: D1Database, entries: readonly Entry[]): Promise<void> {
	let [portion, characters] = [[] as Text[], 0];
	for (const entry of entries) {
		const json = JSON.stringify(COLUMNS.map((name) => entry[name]));
		if (characters + json.length > CHARACTERS) {
			await writePortion(search, portion);
			[portion, characters] = [[], 0];
		}
		portion.push({ id: entry.id, seq: entry.seq, json });
		characters += json.length;
	}
	await writePortion(search, portion);
}

/** An older entry never takes the place of a newer one, in whichever order they come. */
async function writePortion(search: D1Database, portion: readonly Text[]): Promise<void> {
	await search.batch([
		search
			.prepare(
				`DELETE FROM customer_entry WHERE rowid IN (SELECT e.rowid FROM json_each(?1) n
				CROSS JOIN customer_entry e ON e.rowid = n.value ->> 0 WHERE e.seq < n.value ->> 1)`,
			)
			.bind(JSON.stringify(portion.map(({ id, seq }) => [id, seq]))),
		search
			.prepare(
				`INSERT INTO customer_entry (rowid, seq, grams, facets, name_key, reference_id, updated_at)
				SELECT ${COLUMNS.map((_, place) => `n.value ->> ${place}`).join(", ")} FROM json_each(?1) n
				WHERE NOT EXISTS (SELECT 1 FROM customer_entry e WHERE e.rowid = n.value ->> 0)`,
			)
			.bind(`[${portion.map(({ json }) => json).join(",")}]`),
	]);
}
