import { evaluate } from "../../src/customers/schedule/schedule.ts";
import { Chance } from "../support/random.ts";
import { randomSchedule, randomSecond, zones } from "../support/schedule-random.ts";

/** What five hundred random schedules answer, a line each. */
export function answers(): string[] {
	const chance = new Chance(11);
	return Array.from({ length: 500 }, (_, round) => {
		const zone = zones[round % zones.length] ?? zones[0];
		const schedule = randomSchedule(chance, zone, 1 + (round % 3));
		const now = randomSecond(chance, zone);
		const answer = evaluate([{ customerId: "self", state: undefined, schedule }], new Date(now * 1000));
		return JSON.stringify([now, schedule.timeZoneId, answer]);
	});
}

/** Started by schedule.test.ts in several zones: prints where this machine believes to be, and the answers. */
if (import.meta.main) {
	console.log(Intl.DateTimeFormat().resolvedOptions().timeZone, new Date(0).getHours());
	console.log(answers().join("\n"));
}
