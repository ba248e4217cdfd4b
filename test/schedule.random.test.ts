import { describe, expect, test } from "vitest";
import { evaluate, HORIZON_DAYS, type Schedule, validateSchedule } from "../src/customers/schedule/schedule.ts";
import { Chance } from "./support/random.ts";
import { oracleOf } from "./support/schedule-oracle.ts";
import { randomSchedule, randomSecond, zones } from "./support/schedule-random.ts";

const at = (schedule: Schedule, second: number) =>
	evaluate([{ customerId: "self", state: undefined, schedule }], new Date(second * 1000));

/** One schedule at three instants against the oracle: the state, the change that follows, and that there is none before it. */
function compare(schedule: Schedule, chance: Chance, zone: (typeof zones)[number]) {
	const oracle = oracleOf(schedule, zone.year + 1);
	for (let question = 0; question < 3; question++) {
		const now = randomSecond(chance, zone);
		const { state, nextChangeUtc } = at(schedule, now);
		const next = nextChangeUtc === null ? undefined : Date.parse(nextChangeUtc) / 1000;
		const end = next ?? now + HORIZON_DAYS * 86_400;
		const same = [now, end - 1, ...Array.from({ length: 4 }, () => now + chance.below(end - now))];
		const changed = same.filter((second) => oracle(second) !== state);
		if (changed.length === 0 && (next === undefined || oracle(next) !== state)) continue;
		expect.fail(JSON.stringify({ now, state, next, changed, schedule }));
	}
}

describe("10,000 random rules against Temporal, day by day", () => {
	test.each(Array.from({ length: 20 }, (_, chunk) => chunk))("alone, part %i", (chunk) => {
		const chance = new Chance(5000 + chunk);
		for (let round = 0; round < 420; round++) {
			const zone = zones[round % zones.length] ?? zones[0];
			compare(randomSchedule(chance, zone, 1), chance, zone);
		}
	});

	test.each(Array.from({ length: 4 }, (_, chunk) => chunk))("four to a schedule, part %i", (chunk) => {
		const chance = new Chance(7000 + chunk);
		for (let round = 0; round < 100; round++) {
			const zone = zones[round % zones.length] ?? zones[0];
			compare(randomSchedule(chance, zone, 4), chance, zone);
		}
	});

	test("none that ever holds is refused", () => {
		const chance = new Chance(9000);
		for (let round = 0; round < 150; round++) {
			const zone = zones[round % zones.length] ?? zones[0];
			const schedule = randomSchedule(chance, zone, 1);
			const problems = validateSchedule(schedule);
			const oracle = oracleOf({ ...schedule, defaultState: "never" }, zone.year);
			if (problems.length === 0) continue;
			expect(problems.map(({ errorCode }) => errorCode)).toEqual(["RuleNeverOccurs"]);
			const seconds = Array.from({ length: 200 }, () => randomSecond(chance, zone));
			expect(seconds.filter((second) => oracle(second) !== "never")).toEqual([]);
		}
	});
});
