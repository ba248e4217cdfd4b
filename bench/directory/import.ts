import { importCustomers } from "../../src/customers/import.ts";
import { directoryOf, TENANT, uidOf } from "./fill.ts";

const IMPORTED = 20_000;

type ImportFigures = { customers: number; imported: number; bare: number };

/** Seconds that it takes to import customers, and to insert as many bare rows into both databases. */
export async function compareImport(record: D1Database, search: D1Database, round: number): Promise<ImportFigures> {
	const lines = Array.from({ length: IMPORTED }, (_, n) =>
		JSON.stringify({
			name: `Imported ${round} ${n}`,
			referenceId: `I-${round}-${n}`,
			parentCustomerId: uidOf(20),
			tagIds: [uidOf((n % 200) + 1)],
		}),
	);
	const visit = { directory: directoryOf(record, search), userId: "bench", root: "", rootSize: 0 };
	const imported = await seconds(async () => {
		for await (const batch of importCustomers(visit, new Blob([lines.join("\n")]).stream(), "jsonl"))
			if (batch.some((line) => "error" in line)) throw new Error(JSON.stringify(batch[0]));
	});
	return { customers: IMPORTED, imported, bare: await bareInsert(record, search, `I-${round}-`) };
}

async function seconds(work: () => Promise<void>): Promise<number> {
	const startedAt = performance.now();
	await work();
	return (performance.now() - startedAt) / 1000;
}

const PORTION = 1000;

/** Inserts copies of the rows that were imported under a reference, by 1,000, as ready-made values. */
async function bareInsert(record: D1Database, search: D1Database, reference: string): Promise<number> {
	const like = `reference_id >= '${reference}' AND reference_id < '${reference}z'`;
	const { results } = await record.prepare(`SELECT * FROM customer WHERE tenant_id = '${TENANT}' AND ${like}`).all();
	const names = Object.keys(results[0] ?? {});
	const { results: entries } = await search
		.prepare(`SELECT rowid AS id, * FROM customer_entry WHERE rowid >= ?1 ORDER BY rowid LIMIT ${IMPORTED}`)
		.bind(results[0]?.["id"])
		.all<Record<string, string | number>>();
	const members = Object.keys(entries[0] ?? {}).slice(1);
	const shift = 10_000_000;
	const copies = results.map((row) => {
		const id = Number(row["id"]) + shift;
		return names.map(
			(name) =>
				({ id, uid: crypto.randomUUID().replaceAll("-", ""), path: `${String(row["path"])}${id}` })[name] ?? row[name],
		);
	});
	const columnsOf = (list: readonly string[]) => list.map((_, place) => `value ->> ${place}`).join();
	return seconds(async () => {
		for (let at = 0; at < copies.length; at += PORTION) {
			const [rows, grams] = [
				copies,
				entries.map((entry) => [Number(entry["id"]) + shift, ...members.map((name) => entry[name])]),
			].map((all) => JSON.stringify(all.slice(at, at + PORTION)));
			await Promise.all([
				record
					.prepare(`INSERT INTO customer (${names.join()}) SELECT ${columnsOf(names)} FROM json_each(?1)`)
					.bind(rows)
					.run(),
				search
					.prepare(
						`INSERT INTO customer_entry (rowid, ${members.join()}) SELECT ${columnsOf(["", ...members])} FROM json_each(?1)`,
					)
					.bind(grams)
					.run(),
			]);
		}
	});
}
