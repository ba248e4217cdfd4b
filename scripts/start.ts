/** `npm start`: Foyer on this machine, with its demo data. PORT, HOST, STATE_DIR and every var of wrangler.toml come from the environment. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { roles } from "../src/auth/permissions.ts";
import { Refused } from "./claim.ts";
import { demo, seedDemo, seedLinks, tokenOf, type Ask } from "./demo.ts";
import { root, startLocal, type Local } from "./local.ts";

const port = Number(process.env["PORT"] ?? 8787);
const host = process.env["HOST"] ?? "127.0.0.1";
const stateDir = process.env["STATE_DIR"] ?? join(root, ".wrangler/state");

if (!Number.isInteger(port) || port < 0 || port > 65_535)
	fail(`PORT is "${process.env["PORT"]}"; it must be a port number.`);

const vars: Record<string, string> = { ENVIRONMENT: "development", PRODUCTION: "", ...varsFromEnvironment() };
const isDevelopment = vars["ENVIRONMENT"] === "development" && vars["PRODUCTION"] !== "true";
/** Mails stay on this machine, so the demo may write some. */
const keepsMail = (vars["EMAIL_PROVIDER"] || "outbox") === "outbox";
if (isDevelopment) {
	vars["DEV_SECRET"] ||= keptSecret("dev-secret");
	vars["LINK_SECRET"] ||= keptSecret("link-secret");
	vars["PORTAL_BASE_URL"] ||= `http://${host}:${port}`;
}

const local = await start();
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
	// Miniflare's own handlers would end the process before the runtime has.
	process.removeAllListeners(signal).on(signal, () => {
		if (stopping) return;
		stopping = true;
		void local.dispose().then(() => process.exit(0));
	});
}
void local.died.then((reason) => stopping || fail(`Foyer stopped: ${reason}.`));
await announce(local.url);

async function start(): Promise<Local> {
	try {
		return await startLocal({
			port,
			host,
			stateDir,
			vars,
			prepare: async (inside) => {
				const ask: Ask = (path, init) => inside.dispatchFetch(`http://foyer.local${path}`, init);
				if (isDevelopment) await seedDemo(ask, await inside.getD1Database("DB"));
			},
		});
	} catch (error) {
		if (error instanceof Refused) fail(error.message);
		throw error;
	}
}

/** Prints where to go, when the server answers. */
async function announce(url: URL): Promise<void> {
	const base = url.origin;
	const health = await fetch(`${base}/health`);
	if (!health.ok) fail(`${base}/health answered ${health.status}: ${(await health.text()).slice(0, 500)}`);
	const after = Math.round(performance.now());
	const ask: Ask = (path, init) => fetch(base + path, init);
	const tokens = isDevelopment ? await Promise.all(roles.map((role) => tokenOf(ask, "acme", role))) : [];
	if (isDevelopment) await seedLinks(ask, keepsMail);
	console.log(`\nFoyer serves ${base} (state in ${stateDir}), ${after} ms after its start.\n  ${base}/health`);
	if (!isDevelopment) return;
	console.log("\nTokens of tenant acme, valid for a week (tenant globex: POST /auth/dev {tenant, role}):");
	for (const [index, role] of roles.entries()) console.log(`  ${role.padEnd(20)} ${tokens[index]}`);
	console.log(`
Try, with TOKEN set to the Agent's:
  curl -s ${base}/v1/Chat -H "Authorization: Bearer $TOKEN"
  curl -s ${base}/api/v2/room-control/ -H 'Content-Type: application/json' -d '${JSON.stringify(demo.visitor)}'
The socket, protocol foyer.v1, first frame {"type":"hello","id":1,"v":1}:
  ${base.replace("http", "ws")}/v1/Chat/${demo.chatId}/Socket
Mails and text messages stay here, to be read at ${base}/dev/outbox
`);
}

/** The vars of wrangler.toml that the environment sets. */
function varsFromEnvironment(): Record<string, string> {
	const names = Object.keys(unstable_readConfig({ config: join(root, "wrangler.toml") }).vars);
	return Object.fromEntries(
		names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
	);
}

/** A secret kept beside the data, so that what it protects survives a restart. */
function keptSecret(name: string): string {
	const file = join(stateDir, name);
	mkdirSync(stateDir, { recursive: true });
	try {
		writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	return readFileSync(file, "utf8");
}

function fail(message: string): never {
	console.error(message);
	process.exit(1);
}
