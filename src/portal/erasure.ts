import type { TenantDatabase } from "../db/database.ts";
import { forgetCodes } from "./codes.ts";
import { deleteVisits, someChallenges } from "./erasure-store.ts";

/** Codes that go at once: each is a call to KV. Sessions are rows only. */
const CODES = 50;
const SESSIONS = 1000;

/** Deletes some of the codes and sessions of a link that is revoked. Answers how many went, and whether there may be more. */
export async function eraseVisits(
	env: Env,
	tenant: TenantDatabase,
	linkId: number,
): Promise<{ codes: number; sessions: number; hasMore: boolean }> {
	const ids = await someChallenges(tenant, linkId, CODES);
	await forgetCodes(env, ids);
	const sessions = await deleteVisits(tenant, linkId, ids, SESSIONS);
	return { codes: ids.length, sessions, hasMore: ids.length === CODES || sessions === SESSIONS };
}
