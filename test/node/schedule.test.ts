import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluate, schedule, validateSchedule } from "../../src/customers/schedule/schedule.ts";
import { answers } from "./schedule-answers.ts";

/** workerd knows no zone of its machine; a developer's Node and the tools that run there do. */
function answersIn(TZ: string): [place: string, ...answers: string[]] {
	const script = join(import.meta.dirname, "schedule-answers.ts");
	const printed = execFileSync(process.execPath, [script], { env: { ...process.env, TZ }, encoding: "utf8" });
	return printed.trim().split("\n") as [string, ...string[]];
}

test("the machine's zone changes no answer", () => {
	const [losAngeles, ...there] = answersIn("America/Los_Angeles");
	const [kolkata, ...elsewhere] = answersIn("Asia/Kolkata");
	expect([losAngeles, kolkata]).toEqual(["America/Los_Angeles 16", "Asia/Calcutta 5"]);
	expect(there).toEqual(answers());
	expect(elsewhere).toEqual(answers());
});

/** What this process spent, however busy the machine is. Measured here because workerd's clock stands still while it computes. */
function millisecondsOf(work: () => void): number {
	const before = process.cpuUsage();
	work();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
}

const time = { simpleRuleType: "Time", state: "Open", isAllDay: true, startDate: "1970-01-01" };

const even = Array.from({ length: 30 }, (_, half) => half * 2);

test.each<[string, object]>([
	["every second", { frequency: "Secondly" }],
	["every other second, hiding nothing", { frequency: "Secondly", interval: 2, state: "Closed" }],
	["ten thousand seconds, long past", { frequency: "Secondly", interval: 1000, count: 10_000, byMinute: [7] }],
	["minutes of rare dates", { frequency: "Minutely", interval: 7, byMonth: [2], byMonthDay: [29] }],
	["counted for half a century", { frequency: "Yearly", byMonth: [2], byMonthDay: [29], count: 10_000 }],
	["hours that hardly ever meet", { frequency: "Hourly", interval: 999, count: 10_000, byMinute: even }],
	["minutes of every length", { frequency: "Minutely", interval: 997, count: 10_000, byMinute: even }],
	[
		"a list that names one day often",
		{ frequency: "Daily", byYearDay: Array(732).fill(366), byWeekNo: Array(106).fill(20) },
	],
	["positions of a year", { frequency: "Yearly", byYearDay: [1, 100, -1], bySetPosition: [-1], count: 10_000 }],
])("two hundred rules take less than three seconds: %s", (_, members) => {
	const rules = Array.from({ length: 200 }, (_, priority) => ({ ...time, priority, ...members }));
	const parsed = schedule.parse({ timeZoneId: "Europe/Berlin", defaultState: "Closed", rules });
	const chain = [{ customerId: "self", state: undefined, schedule: parsed }];
	expect(millisecondsOf(() => validateSchedule(parsed))).toBeLessThan(3000);
	expect(millisecondsOf(() => evaluate(chain, new Date("2068-03-02T12:00Z")))).toBeLessThan(3000);
});

test("seconds that hide another rule are given up after a bounded search", () => {
	const hidden = { ...time, frequency: "Daily", state: "Closed" };
	const blinking = { ...time, frequency: "Secondly", interval: 2, priority: 1 };
	const covering = { ...time, frequency: "Daily", state: "Open" };
	const parsed = schedule.parse({ timeZoneId: "UTC", defaultState: "Closed", rules: [covering, blinking, hidden] });
	const chain = [{ customerId: "self", state: undefined, schedule: parsed }];
	let nextChangeUtc: string | null = "";
	const spent = millisecondsOf(() => ({ nextChangeUtc } = evaluate(chain, new Date("2026-03-02T12:00Z"))));
	expect(spent).toBeLessThan(3000);
	expect(nextChangeUtc).toBeNull();
});
