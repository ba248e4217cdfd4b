import type { SQL } from "drizzle-orm";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";

/** A statement, or a part of one: for code that hands SQL on without writing any. */
export type Statement = SQL;

const dialect = new SQLiteAsyncDialect();

/** Runs statements in one transaction and answers with the rows of each. Drizzle's own batch takes no raw statement with parameters. */
export async function batch<Rows extends readonly unknown[]>(
	db: Database,
	statements: { readonly [Place in keyof Rows]: SQL },
): Promise<{ -readonly [Place in keyof Rows]: Rows[Place][] }> {
	const { $client } = db as Database & { $client: D1Database };
	const prepared = (statements as readonly SQL[]).map((statement) => {
		const { sql, params } = dialect.sqlToQuery(statement);
		return $client.prepare(sql).bind(...params);
	});
	const results = await $client.batch(prepared);
	return results.map(({ results: rows }) => rows) as { -readonly [Place in keyof Rows]: Rows[Place][] };
}
