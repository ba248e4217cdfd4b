/** `npm run key`: makes, lists and revokes API keys, on this machine or, with --remote, in the deployment. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { newKey, sha256 } from "../src/auth/key-format.ts";
import { roles } from "../src/auth/permissions.ts";
import { root } from "./local.ts";
import { wranglerJson } from "./wrangler.ts";

const USAGE = `npm run key -- --tenant T --role R [--name N] [--expires-days D]   makes a key and shows it once
npm run key -- --list --tenant T                                   lists the keys of a tenant
npm run key -- --revoke KEYID                                      ends a key
  --new-tenant "Display name"   with the first: also creates the tenant
  --remote                      in the deployment instead of STATE_DIR
Roles: ${roles.join(", ")}`;

/** A holder may have two keys that work, so that one can replace the other without a gap. */
const LIVE_KEYS = 2;
const DAY_MS = 86_400_000;

type KeyRow = {
	id: string;
	holder: string;
	roles: string;
	created_at: number;
	expires_at: number | null;
	revoked_at: number | null;
};

const { values } = parseArgs({
	options: {
		tenant: { type: "string" },
		role: { type: "string" },
		name: { type: "string" },
		"expires-days": { type: "string" },
		"new-tenant": { type: "string" },
		list: { type: "boolean" },
		revoke: { type: "string" },
		remote: { type: "boolean" },
	},
});
const now = Date.now();

if (values.revoke !== undefined) revoke(values.revoke);
else if (values.list) list(checked("tenant", values.tenant, /^[\w.-]{1,64}$/));
else await make();

async function make(): Promise<void> {
	const tenant = checked("tenant", values.tenant, /^[\w.-]{1,64}$/);
	const role = checked("role", values.role, new RegExp(`^(${roles.join("|")})$`));
	const holder = checked("name", values.name ?? role.toLowerCase(), /^[\w .:@-]{1,64}$/);
	const days = Number(checked("expires-days", values["expires-days"] ?? "0", /^\d{1,5}$/));
	if (values["new-tenant"] !== undefined) {
		const name = checked("new-tenant", values["new-tenant"], /^[^\p{Cc}]{1,200}$/u);
		query(`INSERT OR IGNORE INTO tenant (id, name, created_at) VALUES (${text(tenant)}, ${text(name)}, ${now})`);
	}
	const { key, keyId, secret } = newKey();
	const row = [text(keyId), text(tenant), text(holder), text(JSON.stringify([role])), text(await sha256(secret)), now];
	const made = query(
		`INSERT INTO api_key (id, tenant_id, holder, roles, secret_hash, created_at, expires_at)
		SELECT ${row.join(", ")}, ${days > 0 ? now + days * DAY_MS : "NULL"}
		FROM tenant WHERE id = ${text(tenant)} AND (SELECT COUNT(*) FROM api_key WHERE ${live(tenant, holder)}) < ${LIVE_KEYS}
		RETURNING id`,
	);
	if (made.length === 0) refuse(tenant, holder);
	console.log(`${key}\n\nThis is shown once. It acts as "${holder}" with role ${role} in tenant ${tenant}.`);
}

function refuse(tenant: string, holder: string): never {
	const keys = query<KeyRow>(`SELECT * FROM api_key WHERE ${live(tenant, holder)} ORDER BY created_at`);
	if (keys.length < LIVE_KEYS) fail(`There is no tenant ${tenant}. Create it with --new-tenant "Its name".`);
	const rows = keys.map((key) => `  ${key.id}  made ${day(key.created_at)}`);
	return fail(
		`"${holder}" of tenant ${tenant} has ${LIVE_KEYS} keys that work, as many as it may:\n${rows.join("\n")}\n` +
			`Revoke one first: npm run key -- --revoke ${keys[0]?.id}${values.remote ? " --remote" : ""}`,
	);
}

function list(tenant: string): void {
	const keys = query<KeyRow>(`SELECT * FROM api_key WHERE tenant_id = ${text(tenant)} ORDER BY created_at`);
	if (keys.length === 0) console.log(`Tenant ${tenant} has no keys.`);
	for (const key of keys) {
		const parts = [
			key.id,
			key.holder,
			(JSON.parse(key.roles) as string[]).join(","),
			`made ${day(key.created_at)}`,
			state(key),
		];
		console.log(parts.join("  "));
	}
}

function state({ revoked_at, expires_at }: KeyRow): string {
	if (revoked_at !== null) return `revoked ${day(revoked_at)}`;
	if (expires_at === null) return "never expires";
	return `${expires_at > now ? "expires" : "expired"} ${day(expires_at)}`;
}

function revoke(keyId: string): void {
	const id = text(checked("revoke", keyId, /^[a-z0-9]{8,32}$/));
	const revoked = query(`UPDATE api_key SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL RETURNING id`);
	if (revoked.length === 0) fail(`There is no working key ${keyId}.`);
	console.log(`Revoked ${keyId}. A Worker that used it just now may take it for half a minute more.`);
}

function live(tenant: string, holder: string): string {
	return `tenant_id = ${text(tenant)} AND holder = ${text(holder)} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})`;
}

function query<Row>(sql: string): Row[] {
	const stateDir = process.env["STATE_DIR"] ?? join(root, ".wrangler/state");
	const where = values.remote ? ["--remote"] : ["--local", "--persist-to", stateDir];
	const [result] = wranglerJson<[{ results: Row[] }]>("d1", "execute", "DB", ...where, "--json", "--command", sql);
	return result.results;
}

/** A value in SQL: `wrangler d1 execute` takes no parameters. */
function text(value: string): string {
	return `'${value.replaceAll("'", "''")}'`;
}

function checked(name: string, value: string | undefined, form: RegExp): string {
	if (value !== undefined && form.test(value)) return value;
	return fail(`${value === undefined ? `--${name} is missing` : `--${name} cannot be "${value}"`}\n\n${USAGE}`);
}

function day(time: number): string {
	return new Date(time).toISOString().slice(0, 10);
}

function fail(message: string): never {
	console.error(message);
	process.exit(1);
}
