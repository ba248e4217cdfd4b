import { sameText } from "./secrets.ts";
import { eq } from "drizzle-orm";
import { database } from "../db/database.ts";
import { apiKey } from "../db/schema.ts";
import { knownRoles } from "./permissions.ts";
import type { Principal } from "./principal.ts";
import { keyIdOf, secretOf, sha256 } from "./key-format.ts";

/** How long an isolate trusts what it read about a key: the longest that a revoked key still works. */
const TRUSTED_MS = 30_000;
/** A bound against a flood of made-up key ids. */
const REMEMBERED = 10_000;

type Known = { principal: Principal; hash: string; expiresAt: number | null; readAt: number };
const known = new Map<string, Known>();

/** The principal of an API key; undefined when it is unknown, expired, revoked or wrong. */
export async function principalOfKey(env: Env, key: string, now = Date.now()): Promise<Principal | undefined> {
	const keyId = keyIdOf(key);
	if (keyId === undefined) return undefined;
	const entry = await lookUp(env, keyId, now);
	if (!entry || (entry.expiresAt !== null && entry.expiresAt <= now)) return undefined;
	const hash = await sha256(secretOf(key));
	return sameText(hash, entry.hash) ? entry.principal : undefined;
}

async function lookUp(env: Env, keyId: string, now: number): Promise<Known | null> {
	const cached = known.get(keyId);
	if (cached && now - cached.readAt < TRUSTED_MS) return cached;
	const [row] = await database(env).select().from(apiKey).where(eq(apiKey.id, keyId)).limit(1);
	if (!row || row.revokedAt !== null) {
		known.delete(keyId);
		return null;
	}
	const principal: Principal = {
		kind: "service",
		tenantId: row.tenantId,
		userId: `service:${row.holder}`,
		name: row.holder,
		roles: knownRoles(row.roles),
		...(row.expiresAt === null ? {} : { until: row.expiresAt }),
	};
	if (known.size >= REMEMBERED) known.clear();
	const entry = { principal, hash: row.secretHash, expiresAt: row.expiresAt, readAt: now };
	known.set(keyId, entry);
	return entry;
}
