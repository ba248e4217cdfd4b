import { env } from "cloudflare:workers";
import { newKey, sha256 } from "../../src/auth/key-format.ts";
import type { Role } from "../../src/auth/permissions.ts";
import { unique } from "./client.ts";

type Made = { key: string; keyId: string; holder: string };

type Wish = { role?: Role; tenant?: string; holder?: string; expiresAt?: number; revokedAt?: number };

/** Makes a key as `npm run key` does. */
export async function makeKey({
	role = "Agent",
	tenant = "acme",
	holder = unique("robot"),
	expiresAt,
	revokedAt,
}: Wish = {}): Promise<Made> {
	const { key, keyId, secret } = newKey();
	await env.DB.prepare(
		"INSERT INTO api_key (id, tenant_id, holder, roles, secret_hash, created_at, expires_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	)
		.bind(
			keyId,
			tenant,
			holder,
			JSON.stringify([role]),
			await sha256(secret),
			Date.now(),
			expiresAt ?? null,
			revokedAt ?? null,
		)
		.run();
	return { key, keyId, holder };
}
