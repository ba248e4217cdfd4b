import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { unstable_splitSqlQuery } from "wrangler";

/** The table in which `wrangler d1 migrations apply` keeps its books; we keep the same ones, so that it agrees with us. */
const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations (
	id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Applies the migrations in a folder that a database has not seen, each in one transaction. Returns their names. */
export async function migrate(database: D1Database, folder: string): Promise<string[]> {
	await database.prepare(TABLE).run();
	const { results } = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
	const applied = new Set(results.map((row) => row.name));
	const pending = readdirSync(folder)
		.filter((name) => name.endsWith(".sql") && !applied.has(name))
		.toSorted();
	for (const name of pending) {
		const statements = unstable_splitSqlQuery(readFileSync(join(folder, name), "utf8"));
		await database.batch([
			...statements.map((statement) => database.prepare(statement)),
			database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
		]);
	}
	return pending;
}
