/** Counts what D1 says that its statements read. */
export class RowsRead {
	total = 0;

	/** The same database, counted. */
	on(database: D1Database): D1Database {
		return {
			prepare: (sql: string) => this.#counted(database.prepare(sql)),
			batch: async (statements: D1PreparedStatement[]) =>
				(await database.batch(statements.map((statement) => behind.get(statement) ?? statement))).map((result) =>
					this.#note(result),
				),
		} as unknown as D1Database;
	}

	#counted(statement: D1PreparedStatement): D1PreparedStatement {
		const own = {
			bind: (...values: unknown[]) => this.#counted(statement.bind(...values)),
			all: async () => this.#note(await statement.all()),
			run: async () => this.#note(await statement.run()),
			first: async () => this.#note(await statement.all()).results[0] ?? null,
		} as unknown as D1PreparedStatement;
		behind.set(own, statement);
		return own;
	}

	#note<T>(result: D1Result<T>): D1Result<T> {
		this.total += result.meta.rows_read ?? 0;
		return result;
	}
}

const behind = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
