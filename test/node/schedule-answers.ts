/** Prints where this machine believes to be, and what five hundred random schedules answer. Started by schedule.test.ts in several zones. */
import { evaluate } from "../../src/customers/schedule/schedule.ts";
import { Chance } from "../support/random.ts";
import { randomSchedule, randomSecond, zones } from "../support/schedule-random.ts";

console.log(Intl.DateTimeFormat().resolvedOptions().timeZone, new Date(0).getHours());
const chance = new Chance(11);
for (let round = 0; round < 500; round++) {
	const zone = zones[round % zones.length] ?? zones[0];
	const schedule = randomSchedule(chance, zone, 1 + (round % 3));
	const now = randomSecond(chance, zone);
	const answer = evaluate([{ customerId: "self", state: undefined, schedule }], new Date(now * 1000));
	console.log(JSON.stringify([now, answer, schedule.timeZoneId]));
}
