import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { bundleWorker } from "../../scripts/bundle.ts";
import { root } from "../../scripts/local.ts";
import { firstAnswer, freePort } from "./first-answer.ts";
import { temporaryDirectory } from "./server.ts";

const { default: workerd } = createRequire(import.meta.url)("workerd") as { default: string };
const EMPTY = 'export default { fetch: () => new Response("ok") }; export class Room {}';

/** Starts a Worker on workerd and nothing else, until its first answer; returns how long that took, in ms. */
export async function coldStart(which: "empty" | "foyer"): Promise<number> {
	const directory = temporaryDirectory();
	const config = unstable_readConfig({ config: join(root, "wrangler.toml") });
	const { define } = unstable_getMiniflareWorkerOptions(config);
	writeFileSync(join(directory.path, "worker.js"), which === "empty" ? EMPTY : await bundleWorker(config, define));
	writeFileSync(
		join(directory.path, "config.capnp"),
		capnp(config.compatibility_date ?? "", { ...config.vars, REQUEST_LOG: "off" }),
	);
	const port = await freePort();
	const startedAt = performance.now();
	const child = spawn(
		workerd,
		["serve", join(directory.path, "config.capnp"), `--socket-addr=http=127.0.0.1:${port}`],
		{ stdio: "inherit" },
	);
	const exited = once(child, "exit");
	try {
		await firstAnswer(new URL(`http://127.0.0.1:${port}/health`), exited);
		return performance.now() - startedAt;
	} finally {
		child.kill();
		await exited;
		directory.remove();
	}
}

/** Enough bindings for `/health`. */
function capnp(compatibilityDate: string, vars: Record<string, unknown>): string {
	const quote = JSON.stringify;
	const texts = Object.entries(vars).map(([name, value]) => `(name = ${quote(name)}, text = ${quote(String(value))})`);
	return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [(name = "main", worker = .main)],
	sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
	modules = [(name = "worker.js", esModule = embed "worker.js")],
	compatibilityDate = ${quote(compatibilityDate)},
	durableObjectStorage = (inMemory = void),
	durableObjectNamespaces = [(className = "Room", uniqueKey = "Room", enableSql = true)],
	bindings = [(name = "ROOMS", durableObjectNamespace = "Room"), ${texts.join(", ")}],
);
`;
}
