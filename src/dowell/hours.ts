import { openingBelow } from "../customers/schedules.ts";
import { Failure } from "../http/failure.ts";
import { parseGuid } from "../rooms/room-id.ts";
import { knownOrg } from "./orgs.ts";

/** What a visitor may know of opening hours; both null where nobody says when somebody is there. */
export type Hours = { is_open: boolean | null; next_change: string | null };

/** How long an isolate and a browser trust what was found: schedules and orgs are changed by people. */
const TRUSTED_MS = 60_000;
/** A bound for orgs with very many customers. */
const REMEMBERED = 10_000;

const UNKNOWN: Hours = { is_open: null, next_change: null };

const known = new Map<string, { hours: Hours; until: number }>();

/**
 * When the office behind an org is open, and until when that may be kept (milliseconds since 1970). A page may name a customer below the
 * org's own, a branch; any other is as if nobody had said anything.
 */
export async function hoursOf(
	env: Env,
	orgId: string,
	customer: string | undefined,
): Promise<{ hours: Hours; until: number }> {
	const now = Date.now();
	const fresh = now + TRUSTED_MS;
	const org = await knownOrg(env, orgId);
	const uid = customer === undefined ? org?.customerId : parseGuid(customer);
	if (!org?.customerId || !uid) return { hours: UNKNOWN, until: fresh };
	const key = `${org.id}/${org.customerId}/${uid}`;
	const cached = known.get(key);
	if (cached && cached.until > now) return cached;
	const hours = await askedOf(env, org.tenantId, org.customerId, uid);
	const change = hours.next_change === null ? fresh : Date.parse(hours.next_change);
	const found = { hours, until: Math.min(fresh, change) };
	if (known.size >= REMEMBERED) known.clear();
	if (hours !== UNKNOWN) known.set(key, found);
	return found;
}

async function askedOf(env: Env, tenantId: string, rootUid: string, uid: string): Promise<Hours> {
	try {
		const opening = await openingBelow(env, tenantId, rootUid, uid, new Date());
		return opening ? { is_open: opening.isOpen, next_change: opening.nextChangeUtc } : UNKNOWN;
	} catch (error) {
		if (error instanceof Failure && error.code === "NotFound") return UNKNOWN;
		throw error;
	}
}
