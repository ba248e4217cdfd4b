import type { TenantDatabase } from "../db/database.ts";
import { spend, type Limit } from "../links/throttle.ts";
import type { Channel } from "./message.ts";

const DAY = 86_400_000;

/**
 * Messages a day. Whoever can make somebody else's server send text messages earns from numbers that they hold ("SMS pumping"): hence no
 * number, no country and no tenant costs more than this, whatever asks for it. A link may ask for ten codes a day, so a number takes more.
 */
const limits = {
	Email: { destination: 50, country: 0, tenant: 10_000 },
	Sms: { destination: 20, country: 500, tenant: 1000 },
} as const;

/** Counts a message; false when one of the quotas is used up. `country` is that of a number, ISO 3166. */
export async function withinQuotas(
	tenant: TenantDatabase,
	{ channel, to, country }: { channel: Channel; to: string; country: string | undefined },
	now: number,
): Promise<boolean> {
	const { destination, country: ofCountry, tenant: ofTenant } = limits[channel];
	const granted = async (key: string, limit: number) => {
		const perDay: Limit = { limit, windowMs: DAY };
		return (await spend(tenant, `delivery ${channel} ${key}`, perDay, now)).granted;
	};
	return (
		(await granted(`to ${to.toLowerCase()}`, destination)) &&
		(country === undefined || (await granted(`country ${country}`, ofCountry))) &&
		(await granted("all", ofTenant))
	);
}
