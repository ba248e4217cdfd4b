import type { TenantDatabase } from "../db/database.ts";
import { eraseMessages } from "./erasure-store.ts";
import { forgetKept } from "./outbox.ts";

/** Messages that go at once: in development each is a call to KV. */
const AT_ONCE = 50;

/**
 * Erases where messages of a link went and what they said, some at a time; those that wait are not sent any more. One that is being sent at this
 * moment is left (`beingSent`): it is ended within seconds, and can be erased then.
 */
export async function eraseDeliveries(
	env: Env,
	tenant: TenantDatabase,
	linkId: number,
): Promise<{ erased: number; beingSent: number; hasMore: boolean }> {
	const { erased, beingSent } = await eraseMessages(tenant, linkId, Date.now(), AT_ONCE);
	// The outbox of development keeps what it was given, under a key that the row tells.
	await forgetKept(
		env,
		erased.filter(({ provider }) => provider === "outbox"),
	);
	return { erased: erased.length, beingSent, hasMore: erased.length === AT_ONCE };
}
