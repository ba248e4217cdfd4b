import { Temporal } from "temporal-polyfill/implementation";
import type { Schedule, SchedulingRule } from "../../src/customers/schedule/schedule.ts";

/**
 * What a schedule says, worked out by walking its calendar day by day with Temporal. It shares nothing with what it judges but the schedule's
 * type: no arithmetic of days, no conversion of zones, no reading of dates and times.
 */

type Facts = {
	date: string;
	year: number;
	month: number;
	day: number;
	daysInMonth: number;
	dayOfYear: number;
	daysInYear: number;
	weekday: string;
	week: number;
	weekYear: number;
	weeksInWeekYear: number;
	/** The places of the date's periods among all of their kind. */
	periods: Record<"Daily" | "Weekly" | "Monthly" | "Yearly" | "WeekYearly", number>;
};

const names = ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const epoch = Temporal.PlainDate.from("2001-01-01");

const calendar: Facts[] = [];
const places = new Map<string, number>();

/** The calendar's pages, made once: seventeen years from New Year's Day 2012, a Sunday. */
function fillCalendar() {
	const end = Temporal.PlainDate.from("2029-01-01");
	for (let date = Temporal.PlainDate.from("2012-01-01"); !date.equals(end); date = date.add({ days: 1 })) {
		places.set(date.toString(), calendar.length);
		calendar.push(factsOf(date));
	}
}

function factsOf(date: Temporal.PlainDate): Facts {
	const monday = date.subtract({ days: date.dayOfWeek - 1 });
	return {
		date: date.toString(),
		year: date.year,
		month: date.month,
		day: date.day,
		daysInMonth: date.daysInMonth,
		dayOfYear: date.dayOfYear,
		daysInYear: date.daysInYear,
		weekday: names[date.dayOfWeek] ?? "",
		week: date.weekOfYear ?? 0,
		weekYear: date.yearOfWeek ?? 0,
		weeksInWeekYear: Temporal.PlainDate.from({ year: date.yearOfWeek ?? 0, month: 12, day: 28 }).weekOfYear ?? 0,
		periods: {
			Daily: epoch.until(date).days,
			Weekly: epoch.until(monday).days / 7,
			Monthly: epoch.toPlainYearMonth().until(date.toPlainYearMonth(), { largestUnit: "month" }).months,
			Yearly: date.year,
			WeekYearly: date.yearOfWeek ?? 0,
		},
	};
}

const among = (list: readonly number[] | undefined, place: number, length: number) =>
	!list?.length || list.some((n) => (n > 0 ? n === place : length + 1 + n === place));

function isListed(rule: SchedulingRule, of: Facts, start: Facts): boolean {
	const { frequency, byMonth, byMonthDay, byYearDay, byWeekNo, byDay } = rule;
	if (!among(byMonth, of.month, 12) || !among(byMonthDay, of.day, of.daysInMonth)) return false;
	if (!among(byYearDay, of.dayOfYear, of.daysInYear) || !among(byWeekNo, of.week, of.weeksInWeekYear)) return false;
	if (byDay?.length) return byDay.some((one) => isWeekday(one, of, frequency === "Yearly" && !byMonth?.length));
	if (byMonthDay?.length || byYearDay?.length) return true;
	if (frequency === "Weekly") return of.weekday === start.weekday;
	if (frequency !== "Monthly" && frequency !== "Yearly") return true;
	if (byWeekNo?.length) return of.weekday === start.weekday;
	return of.day === start.day && (frequency === "Monthly" || !!byMonth?.length || of.month === start.month);
}

function isWeekday({ offset, dayOfWeek }: { offset: number; dayOfWeek: string }, of: Facts, ofYear: boolean): boolean {
	if (of.weekday !== dayOfWeek) return false;
	if (offset === 0) return true;
	const [place, length] = ofYear ? [of.dayOfYear, of.daysInYear] : [of.day, of.daysInMonth];
	const before = Math.floor((place - 1) / 7);
	const after = Math.floor((length - place) / 7);
	return offset > 0 ? before === offset - 1 : after === -offset - 1;
}

/** The dates of a rule, by expanding every period of it in turn. */
function datesOf(rule: SchedulingRule, last: string): Set<string> {
	const dates = new Set<string>();
	if (rule.frequency === "None") return dates.add(rule.startDate ?? "");
	const isDated = ["Daily", "Weekly", "Monthly", "Yearly"].includes(rule.frequency);
	const kind = kindOf(rule);
	const interval = isDated ? Math.max(1, rule.interval) : 1;
	const start = calendar[places.get(rule.startDate ?? "") ?? 0];
	if (!start) throw new Error("The oracle's calendar begins in 2012.");
	let position = (places.get(start.date) ?? 0) - 366;
	while (position < calendar.length && (calendar[position]?.date ?? "") <= last) {
		const period = calendar[position]?.periods[kind];
		let set: Facts[] = [];
		for (; position < calendar.length && calendar[position]?.periods[kind] === period; position++)
			set.push(calendar[position] as Facts);
		if (((period ?? 0) - start.periods[kind]) % interval !== 0) continue;
		set = set.filter((of) => isListed(rule, of, start));
		set = set.filter((_, place) => among(rule.bySetPosition, place + 1, set.length));
		for (const { date } of set) {
			if (date < start.date) continue;
			if (rule.untilDate && date > rule.untilDate) return dates;
			if (isDated && rule.count > 0 && dates.size === rule.count) return dates;
			dates.add(date);
		}
	}
	return dates;
}

function kindOf({ frequency, byWeekNo }: SchedulingRule): keyof Facts["periods"] {
	if (frequency === "Yearly") return byWeekNo?.length ? "WeekYearly" : "Yearly";
	return frequency === "Weekly" || frequency === "Monthly" ? frequency : "Daily";
}

const units = { Hourly: "hours", Minutely: "minutes", Secondly: "seconds" } as const;

type Watch = (at: Temporal.PlainDateTime) => boolean;

/** Whether the clock is in one of the rule's hours, minutes or seconds, found by going from the first to the next and the next. */
function unitsOf(rule: SchedulingRule, dates: Set<string>): Watch {
	const unit = units[rule.frequency as keyof typeof units];
	if (!unit) return () => true;
	const from = rule.isAllDay ? "00:00" : (rule.startTime ?? "00:00");
	const first = Temporal.PlainDateTime.from(`${rule.startDate}T${from}`);
	const interval = Math.max(1, rule.interval);
	const end = rule.count > 0 ? endOf(rule, dates, first, unit) : undefined;
	return (at) => {
		if (end && Temporal.PlainDateTime.compare(at, end) >= 0) return false;
		return Math.floor(first.until(at, { largestUnit: unit })[unit]) % interval === 0;
	};
}

/** The end of the last of `count` units. A date that the rule does not hit is stepped over as a whole. */
function endOf(
	rule: SchedulingRule,
	dates: Set<string>,
	first: Temporal.PlainDateTime,
	unit: (typeof units)["Hourly" | "Minutely" | "Secondly"],
) {
	const interval = Math.max(1, rule.interval);
	let left = rule.count;
	for (let index = 0; ;) {
		const begin = first.add({ [unit]: index * interval });
		if (begin.year > 2027) return undefined;
		if (!dates.has(begin.toPlainDate().toString())) {
			const tomorrow = begin.toPlainDate().add({ days: 1 }).toPlainDateTime();
			index = Math.ceil(
				first.until(tomorrow, { largestUnit: unit, smallestUnit: unit, roundingMode: "ceil" })[unit] / interval,
			);
			continue;
		}
		if (starts(rule, dates, begin)) left--;
		if (left === 0) return begin.add({ [unit]: 1 });
		index++;
	}
}

function starts({ frequency, byHour, byMinute }: SchedulingRule, dates: Set<string>, at: Temporal.PlainDateTime) {
	if (!dates.has(at.toPlainDate().toString()) || (byHour?.length && !byHour.includes(at.hour))) return false;
	return frequency === "Hourly" || !byMinute?.length || byMinute.includes(at.minute);
}

/** Whether a rule of type Time holds, for every reading of the clock. */
function watchOf(rule: SchedulingRule, last: string): Watch {
	const dates = datesOf(rule, last);
	const inUnit = unitsOf(rule, dates);
	const isOn = (date: Temporal.PlainDate) => dates.has(date.toString());
	const [start, end] = [rule.startTime, rule.endTime].map((time) =>
		time && time !== "24:00" ? Temporal.PlainTime.from(time) : undefined,
	);
	const isOpen = (at: Temporal.PlainDateTime) => {
		const today = at.toPlainDate();
		if (rule.isAllDay) return isOn(today);
		const time = at.toPlainTime();
		const hasBegun = !start || Temporal.PlainTime.compare(time, start) >= 0;
		const goesOn = !end || Temporal.PlainTime.compare(time, end) < 0;
		if (!end || !start || Temporal.PlainTime.compare(start, end) < 0) return hasBegun && goesOn && isOn(today);
		return (hasBegun && isOn(today)) || (goesOn && isOn(today.subtract({ days: 1 })));
	};
	return (at) => {
		if (rule.byHour?.length && !rule.byHour.includes(at.hour)) return false;
		if (rule.byMinute?.length && !rule.byMinute.includes(at.minute)) return false;
		return isOpen(at) && inUnit(at);
	};
}

const readings = new Map<string, Temporal.PlainDateTime>();

function readingOf(second: number, zone: string): Temporal.PlainDateTime {
	const key = `${zone} ${second}`;
	let reading = readings.get(key);
	if (!reading) {
		const instant = Temporal.Instant.fromEpochMilliseconds(second * 1000);
		reading = instant.toZonedDateTimeISO(zone).toPlainDateTime();
		readings.set(key, reading);
	}
	return reading;
}

/** The state of a schedule of rules of time at a second since 1970, up to the end of a year. */
export function oracleOf(schedule: Schedule, year: number): (second: number) => string {
	if (calendar.length === 0) fillCalendar();
	const rules = (schedule.rules ?? []).map((rule, place) => ({
		rule,
		place,
		watch: watchOf(rule, `${year + 1}-01-05`),
	}));
	rules.sort((one, other) => other.rule.priority - one.rule.priority || one.place - other.place);
	return (second) => {
		const reading = readingOf(second, schedule.timeZoneId ?? "UTC");
		return rules.find(({ watch }) => watch(reading))?.rule.state ?? schedule.defaultState ?? "";
	};
}
