import { RRuleTemporal } from "rrule-temporal";
import { expect, test } from "vitest";
import { type Day, dayOf } from "../src/customers/schedule/calendar.ts";
import { occurrencesOf, type Recurrence } from "../src/customers/schedule/recurrence.ts";
import { Chance } from "./support/random.ts";

/*
 * Another implementation of RFC 5545, on the rules that the RFC leaves no doubt about. Beyond them rrule-temporal 2.2.8 differs: docs/decisions/0007.
 */

const codes = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const nothing = { byMonth: [], byWeekNo: [], byYearDay: [], byMonthDay: [], byDay: [], bySetPosition: [] };
const [from, to] = [dayOf(2024, 1, 1), dayOf(2026, 3, 31)];
const iso = (day: Day) => new Date(day * 86_400_000).toISOString().slice(0, 10);

function randomRecurrence(chance: Chance): Recurrence {
	const maybe = <T>(percent: number, make: () => T[]) => (chance.below(100) < percent ? make() : []);
	const some = <T>(most: number, make: () => T) => Array.from({ length: 1 + chance.below(most) }, make);
	const ordinal = (most: number) => (1 + chance.below(most)) * (chance.below(2) ? 1 : -1);
	const frequency = chance.of(["Daily", "Weekly", "Monthly", "Yearly"] as const) ?? "Daily";
	const byMonth = maybe(40, () => some(4, () => 1 + chance.below(12)));
	const days = (offset: () => number) => some(3, () => ({ offset: offset(), weekday: chance.below(7) }));
	const ordinals = chance.below(2) === 0;
	const byDay = maybe(50, () => {
		if (frequency === "Monthly") return days(() => (chance.below(2) ? ordinal(5) : 0));
		return days(() => (frequency === "Yearly" && ordinals ? ordinal(byMonth.length > 0 ? 5 : 53) : 0));
	});
	const isMonthDay = frequency !== "Weekly" && (frequency !== "Yearly" || byDay.length === 0);
	const byMonthDay = isMonthDay ? maybe(40, () => some(8, () => ordinal(31))) : [];
	const isYearDay = frequency === "Yearly" && byDay.length + byMonthDay.length + byMonth.length === 0;
	const byYearDay = isYearDay ? maybe(60, () => some(12, () => ordinal(366))) : [];
	const isListed = byDay.length + byMonthDay.length + byYearDay.length > 0;
	const bySetPosition = isListed ? maybe(30, () => some(3, () => ordinal(frequency === "Daily" ? 1 : 6))) : [];
	return {
		...nothing,
		frequency,
		start: dayOf(2015 + chance.below(10), 1 + chance.below(12), 1 + chance.below(31)),
		until: chance.below(4) ? Number.POSITIVE_INFINITY : dayOf(2025, 1 + chance.below(12), 15),
		interval: 1 + (chance.below(2) ? chance.below(4) : 0),
		count: chance.below(5) ? 0 : 1 + chance.below(60),
		byMonth,
		byDay,
		byMonthDay,
		byYearDay,
		bySetPosition,
	};
}

function ruleOf(recurrence: Recurrence): string {
	const { frequency, start, until, interval, count, byDay } = recurrence;
	const compact = (day: Day) => iso(day).replaceAll("-", "");
	const lists = {
		BYMONTH: recurrence.byMonth,
		BYYEARDAY: recurrence.byYearDay,
		BYMONTHDAY: recurrence.byMonthDay,
		BYDAY: byDay.map(({ offset, weekday }) => `${offset || ""}${codes[weekday]}`),
		BYSETPOS: recurrence.bySetPosition,
	};
	const parts = Object.entries(lists).flatMap(([name, list]) => (list.length > 0 ? [`${name}=${list.join(",")}`] : []));
	if (count > 0) parts.push(`COUNT=${count}`);
	else if (until < to) parts.push(`UNTIL=${compact(until)}T000000Z`);
	const rule = [`FREQ=${frequency.toUpperCase()}`, `INTERVAL=${interval}`, ...parts].join(";");
	return `DTSTART;TZID=UTC:${compact(start)}T000000\nRRULE:${rule}`;
}

test.each([1, 2, 3])("rrule-temporal has the same dates, part %i", (part) => {
	const chance = new Chance(600 + part);
	for (let round = 0; round < 300; round++) {
		const recurrence = randomRecurrence(chance);
		if (recurrence.count > 0) recurrence.until = Number.POSITIVE_INFINITY;
		const rule = ruleOf(recurrence);
		const occursOn = occurrencesOf(recurrence);
		const ours = Array.from({ length: to - from + 1 }, (_, place) => from + place).filter((day) => occursOn(day));
		const theirs = new RRuleTemporal({ rruleString: rule }).between(
			new Date(from * 86_400_000),
			new Date(to * 86_400_000),
			true,
		);
		expect({ rule, dates: ours.map((day) => iso(day)) }).toEqual({
			rule,
			dates: theirs.map((date) => date.toPlainDate().toString()),
		});
	}
});
