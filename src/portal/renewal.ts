import { tenantDatabase } from "../db/database.ts";
import { renew } from "../links/renewal.ts";
import { spend } from "../links/throttle.ts";
import { locate } from "../links/tokens.ts";
import { limits } from "./limits.ts";
import type { Visitor } from "./session.ts";
import { findOpening } from "./store.ts";

/** Sends a new link to the recipient of the one that a token leads to, if it may be had. Whoever asks learns nothing of it. */
export async function requestNewLink(env: Env, { trace, context }: Visitor, token: string): Promise<void> {
	const place = await locate(env, token);
	if (!place) return;
	const tenant = tenantDatabase(env, place.tenantId);
	const found = await findOpening(tenant, place.tokenHash);
	if (!found) return;
	const { granted } = await spend(tenant, `renewal:${found.link.id}`, limits.renewal, Date.now());
	if (granted) await renew({ env, context, tenant, trace }, found.link);
}
