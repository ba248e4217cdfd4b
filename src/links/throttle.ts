import { sha256 } from "../auth/key-format.ts";
import type { TenantDatabase } from "../db/database.ts";
import { countUp } from "./throttle-store.ts";

/** So often in a window of time; windows begin at multiples of their length since 1970, in UTC. */
export type Limit = { limit: number; windowMs: number };

/**
 * Takes one of what a window of time grants, exactly: of any number of callers at once no more than `limit` are granted. The key is stored as
 * a hash, so it may name an address. `retryAfterMs` is 0 when granted.
 */
export async function spend(
	tenant: TenantDatabase,
	key: string,
	{ limit, windowMs }: Limit,
	now: number,
): Promise<{ granted: boolean; retryAfterMs: number }> {
	const windowStart = now - (now % windowMs);
	const expiresAt = windowStart + windowMs;
	const granted = limit > 0 && (await countUp(tenant, { key: await sha256(key), windowStart, expiresAt }, limit));
	return { granted, retryAfterMs: granted ? 0 : expiresAt - now };
}
