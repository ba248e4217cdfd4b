import { tenantDatabase } from "../db/database.ts";
import type { Activity } from "./schema.ts";
import { deliveryCounts, messageCounts, waitingSince } from "./store.ts";

const HOUR_MS = 3_600_000;
const MESSAGES_AN_HOUR = 5000;
const ROOMS = 2000;
/** Minutes; the last group has no end. */
const WAITS = [5, 15, 60, 24 * 60, null] as const;

/** What went on in a tenant: messages and deliveries by the hour, and visitors who wait. Each part reads a bounded number of rows. */
export async function activityOf(env: Env, tenantId: string, hours: number, now = Date.now()): Promise<Activity> {
	const db = tenantDatabase(env, tenantId);
	const last = Math.floor(now / HOUR_MS) * HOUR_MS;
	const starts = Array.from({ length: hours }, (_, index) => last - (hours - 1 - index) * HOUR_MS);
	const spans = starts.map((from) => ({ from, until: from + HOUR_MS }));
	const [messages, deliveries, waiting] = await Promise.all([
		messageCounts(env.SEARCH, tenantId, spans, MESSAGES_AN_HOUR),
		deliveryCounts(db, { from: starts[0] ?? last, until: last + HOUR_MS }),
		waitingSince(db, ROOMS),
	]);
	const delivered = new Map(deliveries.map((one) => [one.hour, one]));
	return {
		hours: starts.map((start, index) => ({
			hour: new Date(start).toISOString(),
			messages: messages[index] ?? 0,
			deliveriesSent: delivered.get(start)?.sent ?? 0,
			deliveriesFailed: delivered.get(start)?.failed ?? 0,
			deliveriesWaiting: delivered.get(start)?.waiting ?? 0,
		})),
		waiting: groupsOf(waiting.map((at) => (now - at) / 60_000)),
		messagesAnHourAtMost: MESSAGES_AN_HOUR,
		waitingAtMost: ROOMS,
	};
}

function groupsOf(minutes: readonly number[]): Activity["waiting"] {
	let from = 0;
	return WAITS.map((upTo) => {
		const least = from;
		from = upTo ?? Infinity;
		return { upToMinutes: upTo, visitors: minutes.filter((one) => one >= least && one < (upTo ?? Infinity)).length };
	});
}
