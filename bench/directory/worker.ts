/** Foyer, with a way in for the bench: it fills the databases, and tells what HTTP does not. */
import { listCustomers } from "../../src/customers/list.ts";
import { listQuery } from "../../src/customers/schema.ts";
import { checked } from "../../src/http/validate.ts";
import foyer from "../../src/index.ts";
import { directoryOf, fill, index, type Shape } from "./fill.ts";
import { compareImport } from "./import.ts";
import { RowsRead } from "./rows-read.ts";

export { Room } from "../../src/index.ts";

export default {
	async fetch(request, env, context) {
		const { pathname, searchParams } = new URL(request.url);
		switch (pathname) {
			case "/bench/fill":
				return Response.json({ isFilled: await isFilled(env, searchParams.get("shape") ?? "") });
			case "/bench/index":
				return Response.json({ next: await index(env.DB, env.SEARCH, Number(searchParams.get("after"))) });
			case "/bench/rows":
				return Response.json({ rows: await rowsRead(env, Object.fromEntries(searchParams)) });
			case "/bench/import":
				return Response.json(await compareImport(env.DB, env.SEARCH, Number(searchParams.get("round"))));
			default:
				return foyer.fetch(request, env, context);
		}
	},
} satisfies ExportedHandler<Env>;

/** Fills the record unless it is filled already; true when it was. */
async function isFilled(env: Env, shape: string): Promise<boolean> {
	if (await env.DB.prepare("SELECT 1 FROM directory").first()) return true;
	await fill(env.DB, shape.split(",").map(Number) as unknown as Shape);
	return false;
}

/** What D1 reads for the answer to a list. */
async function rowsRead(env: Env, query: Record<string, string>): Promise<number> {
	const read = new RowsRead();
	const visit = {
		directory: directoryOf(read.on(env.DB), read.on(env.SEARCH)),
		userId: "bench",
		root: "",
		rootSize: 0,
	};
	await listCustomers(visit, checked(listQuery, query, "query"));
	return read.total;
}
