import * as z from "zod";

/** A week: what is drawn of more is too fine to be read. */
const MOST_HOURS = 168;

export const activityQuery = z.object({
	hours: z.int().min(1).max(MOST_HOURS).default(24).describe("How many hours back"),
});

const natural = z.int().min(0);
const instant = z.iso.datetime({ precision: 3 }).meta({ format: "date-time" });

const hour = z
	.object({
		hour: instant.describe("When it begins"),
		messages: natural.describe("Messages that were sent in it, counted up to a bound"),
		deliveriesSent: natural.describe("E-mails and text messages of it that were sent"),
		deliveriesFailed: natural.describe("Those that failed or were given up"),
		deliveriesWaiting: natural.describe("Those that are still on their way"),
	})
	.meta({ dto: "ActivityHour" });

const waiting = z
	.object({ upToMinutes: natural.nullable().describe("How long they wait at most; null is longer"), visitors: natural })
	.meta({ dto: "ActivityWaiting" });

export const activityResponse = z
	.object({
		hours: z.array(hour).describe("Oldest first; the last one is not over"),
		waiting: z.array(waiting).describe("Visitors whose room nobody has joined yet, by how long it has been quiet"),
		messagesAnHourAtMost: natural.describe("What is counted of one hour at most"),
		waitingAtMost: natural.describe("Rooms looked at, the newest, when visitors are counted"),
	})
	.meta({ dto: "ActivityResponse" });
export type Activity = z.infer<typeof activityResponse>;
