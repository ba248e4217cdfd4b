/**
 * `npm run deploy`: queues, databases, migrations, Worker, in this order: a Worker never meets a database older than itself. Migrations
 * therefore only add; what the running Worker still reads is dropped one deployment later. `wrangler deploy` refuses a queue that is not there. `wrangler deploy` creates the KV namespace by itself and
 * would create the databases too, but only together with the Worker that already needs their tables.
 */
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { root } from "./local.ts";
import { isFound, wrangler, wranglerJson } from "./wrangler.ts";

const args = process.argv.slice(2);
const config = unstable_readConfig({ config: join(root, "wrangler.toml") });
if (!args.includes("--dry-run")) {
	prepareQueues();
	prepareDatabases();
}
wrangler("deploy", ...args);

function prepareQueues(): void {
	// The queues of letters that nobody could deliver have consumers, too.
	for (const { queue } of config.queues.consumers ?? [])
		if (!isFound("queues", "info", queue)) wrangler("queues", "create", queue);
}

function prepareDatabases(): void {
	const existing = new Set(wranglerJson<{ name: string }[]>("d1", "list", "--json").map(({ name }) => name));
	for (const { binding, database_name } of config.d1_databases) {
		if (!database_name) throw new Error(`wrangler.toml gives ${binding} no database_name`);
		if (!existing.has(database_name)) wrangler("d1", "create", database_name, "--update-config=false");
		wrangler("d1", "migrations", "apply", binding, "--remote");
	}
}
