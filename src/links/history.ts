import { deliveriesOf } from "../delivery/delivery.ts";
import { sealEvents, verifyAudit } from "./audit.ts";
import { listEvents, type EventRow } from "./audit-store.ts";
import { iso, isoOrNull, linkFor } from "./link.ts";
import type { DeliveryInfo, EventInfo, EventList } from "./schema.ts";
import type { Staff } from "../auth/staff.ts";

/** What happened to a link, the oldest first, and whether the whole of it is as it was written. */
export async function eventsOf(
	staff: Staff,
	uid: string,
	{ after, take }: { after: number; take: number },
): Promise<EventList> {
	const { tenant } = staff;
	const { id } = await linkFor(staff, uid);
	await sealEvents(tenant, id);
	const [rows, verdict] = await Promise.all([listEvents(tenant, id, after, take + 1), verifyAudit(tenant, id)]);
	const { valid: isIntact, ...found } = verdict;
	return { events: rows.slice(0, take).map(eventInfoOf), hasMore: rows.length > take, isIntact, ...found };
}

/** What became of a link's messages, the newest first. */
export async function deliveriesFor(staff: Staff, uid: string): Promise<DeliveryInfo[]> {
	const { id } = await linkFor(staff, uid);
	const deliveries = await deliveriesOf(staff.tenant, id);
	return deliveries.map(({ id: deliveryId, createdAt, endedAt, ...delivery }) => ({
		deliveryId,
		kind: delivery.kind,
		channel: delivery.channel,
		masked: delivery.masked,
		status: delivery.status,
		attempts: delivery.attempts,
		provider: delivery.provider,
		errorCode: delivery.errorCode,
		createdAtUtc: iso(createdAt),
		endedAtUtc: isoOrNull(endedAt),
	}));
}

function eventInfoOf({ at, data, ...event }: EventRow): EventInfo {
	return { ...event, atUtc: iso(at), data: data === null ? {} : (JSON.parse(data) as Record<string, string>) };
}
