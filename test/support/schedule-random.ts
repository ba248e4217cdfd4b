import { type Schedule, schedule } from "../../src/customers/schedule/schedule.ts";
import type { Chance } from "./random.ts";

/**
 * Zones and days on which their clocks change: by an hour, by half of one (Lord Howe), at midnight, so that a day begins at 01:00 or ends twice
 * (São Paulo until 2019, Cairo), and never (Kolkata).
 */
export const zones = [
	{ zone: "America/New_York", year: 2026, days: ["2026-03-08", "2026-11-01"] },
	{ zone: "Europe/Berlin", year: 2026, days: ["2026-03-29", "2026-10-25"] },
	{ zone: "Australia/Lord_Howe", year: 2026, days: ["2026-04-05", "2026-10-04"] },
	{ zone: "America/Sao_Paulo", year: 2018, days: ["2018-02-18", "2018-11-04"] },
	{ zone: "Africa/Cairo", year: 2026, days: ["2026-04-24", "2026-10-30"] },
	{ zone: "Asia/Kolkata", year: 2026, days: ["2026-02-28", "2026-12-31"] },
] as const;
export type ZoneYear = (typeof zones)[number];

/** Whole seconds since 1970 within a day and a half of a change of clocks; every fifth anywhere in the year. */
export function randomSecond(chance: Chance, { year, days }: ZoneYear): number {
	if (chance.below(5) === 0) return Date.UTC(year, 0, 1) / 1000 + chance.below(365 * 86_400);
	const noon = Date.parse(`${chance.of(days)}T12:00:00Z`) / 1000;
	const aside = chance.below(2 * 36 * 4) * 900 - 36 * 3600;
	return noon + aside - (chance.below(3) === 0 ? 1 : 0);
}

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const dated = ["Daily", "Weekly", "Monthly", "Yearly"] as const;
const undated = ["None", "Secondly", "Minutely", "Hourly"] as const;

function pad(value: number): string {
	return String(value).padStart(2, "0");
}

/** A valid rule of type Time with any of the members, more of them than people write. */
function randomRule(chance: Chance, { year, days }: ZoneYear) {
	const maybe = <T>(percent: number, make: () => T) => (chance.below(100) < percent ? make() : undefined);
	const frequency = chance.below(10) < 7 ? chance.of(dated) : chance.of(undated);
	const isDated = dated.some((one) => one === frequency);
	const ordinal = (most: number) => (1 + chance.below(most)) * (chance.below(3) === 0 ? -1 : 1);
	const some = (most: number, make: () => number) => Array.from({ length: 1 + chance.below(most) }, make);
	const [month, monthDay] = [pad(1 + chance.below(12)), pad(1 + chance.below(28))];
	const near = frequency === "None" || !isDated ? chance.of(days) : `${year - chance.below(4)}-${month}-${monthDay}`;
	const startDate = near && near.slice(0, 4) === String(year) && chance.below(2) ? dayBefore(near) : near;
	const byMonth = maybe(20, () => some(6, () => 1 + chance.below(12)));
	return {
		id: "rule",
		simpleRuleType: "Time",
		state: "Open",
		frequency,
		startDate,
		...windowIn(chance),
		interval: maybe(35, () => chance.below(5)),
		count: maybe(20, () => 1 + chance.below(isDated ? 60 : 20)),
		byMonth,
		byWeekNo: maybe(12, () => some(20, () => ordinal(53))),
		byYearDay: maybe(10, () => some(120, () => ordinal(366))),
		byMonthDay: maybe(20, () => some(15, () => ordinal(31))),
		byDay: maybe(45, () =>
			Array.from({ length: 1 + chance.below(4) }, () => ({
				dayOfWeek: chance.of(weekdays),
				offset: chance.below(3) === 0 ? ordinal(frequency === "Yearly" && !byMonth ? 53 : 5) : 0,
			})),
		),
		bySetPosition: maybe(12, () => some(4, () => ordinal(frequency === "Yearly" ? 30 : 5))),
		byHour: maybe(12, () => some(10, () => chance.below(24))),
		byMinute: maybe(8, () => some(30, () => chance.below(60))),
	};
}

function dayBefore(date: string): string {
	return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
}

/** All day, or from one quarter of an hour to another, often past midnight. */
function windowIn(chance: Chance) {
	if (chance.below(4) === 0) return { isAllDay: true };
	const from = chance.below(96);
	const to = (from + 1 + chance.below(95)) % 96;
	const clock = (quarter: number) => `${pad(Math.floor(quarter / 4))}:${pad((quarter % 4) * 15)}`;
	return { startTime: clock(from), endTime: to === 0 && chance.below(2) ? "24:00" : clock(to) };
}

/** A schedule of `length` rules of different states and priorities in a zone. */
export function randomSchedule(chance: Chance, zone: ZoneYear, length: number): Schedule {
	const rules = Array.from({ length }, (_, place) => {
		const rule = { ...randomRule(chance, zone), id: `rule${place}`, priority: chance.below(3) };
		const untilDate = rule.count || chance.below(6) > 0 ? undefined : `${zone.year}-${pad(1 + chance.below(12))}-15`;
		return { ...rule, untilDate, state: length === 1 ? "Open" : chance.of(["Open", "Break", "Closed"]) };
	});
	return schedule.parse({ timeZoneId: zone.zone, rules, defaultState: "Closed" });
}
