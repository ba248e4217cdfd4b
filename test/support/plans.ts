import { env } from "cloudflare:workers";

/** A statement that was run, with what was bound to it. */
export type Statement = { query: string; values: unknown[] };

/** D1 as it is, and a list of every statement that went through it. */
export function recorded(database: D1Database, statements: Statement[]): D1Database {
	return new Proxy(database, {
		get: (target, name) => {
			const member: unknown = Reflect.get(target, name);
			if (typeof member !== "function") return member;
			if (name !== "prepare") return member.bind(target) as unknown;
			return (query: string) => {
				const statement = target.prepare(query);
				return new Proxy(statement, {
					get: (own, key) => {
						const part: unknown = Reflect.get(own, key);
						if (typeof part !== "function") return part;
						if (key !== "bind") return part.bind(own) as unknown;
						return (...values: unknown[]) => {
							statements.push({ query, values });
							return own.bind(...values);
						};
					},
				});
			};
		},
	});
}

/** Steps of SQLite's plan that read a table from end to end. What it makes itself, it may read whole: a page is all that is in there. */
export async function fullScans({ query, values }: Statement): Promise<string[]> {
	const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`)
		.bind(...values)
		.all<{ detail: string }>();
	const steps = results.map(({ detail }) => detail);
	const made = new Set(steps.flatMap((step) => /^(?:MATERIALIZE|CO-ROUTINE) (\w+)/.exec(step)?.[1] ?? []));
	return steps.filter((step) => {
		const [, name = ""] =
			/^SCAN (?!json_each|sqlite_sequence|CONSTANT|\(subquery)(?!\w+ VIRTUAL TABLE)(\w+)/.exec(step) ?? [];
		return name !== "" && !made.has(name);
	});
}

/** Rows that D1 reads (and bills) for a statement that only reads; 0 for one that writes. */
export async function rowsRead({ query, values }: Statement): Promise<number> {
	if (!/^select/i.test(query)) return 0;
	const { meta } = await env.DB.prepare(query)
		.bind(...values)
		.all();
	return meta.rows_read;
}
