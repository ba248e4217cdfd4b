/**
 * `npm run deploy`: databases, migrations, Worker, in this order: a Worker never meets a database older than itself. Migrations therefore
 * only add; what the running Worker still reads is dropped one deployment later. `wrangler deploy` creates the KV namespace by itself and
 * would create the databases too, but only together with the Worker that already needs their tables.
 */
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { root } from "./local.ts";
import { wrangler, wranglerJson } from "./wrangler.ts";

const args = process.argv.slice(2);
if (!args.includes("--dry-run")) prepareDatabases();
wrangler("deploy", ...args);

function prepareDatabases(): void {
	const { d1_databases } = unstable_readConfig({ config: join(root, "wrangler.toml") });
	const existing = new Set(wranglerJson<{ name: string }[]>("d1", "list", "--json").map(({ name }) => name));
	for (const { binding, database_name } of d1_databases) {
		if (!database_name) throw new Error(`wrangler.toml gives ${binding} no database_name`);
		if (!existing.has(database_name)) wrangler("d1", "create", database_name, "--update-config=false");
		wrangler("d1", "migrations", "apply", binding, "--remote");
	}
}
