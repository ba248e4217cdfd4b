import { type Civil, type Day, parseDate, parseTime, SECONDS_A_DAY } from "./calendar.ts";
import { clockSpans, type Span, spanAfter, spansOf, type Units, unitsOf, windowOf } from "./clock.ts";
import { occurrencesOf, type Recurrence } from "./recurrence.ts";
import { type SchedulingRule, weekdays } from "./schema.ts";

/** When a rule holds, on the wall clock of its schedule's zone. */
export type TimeRule = {
	holds: (at: Civil) => boolean;
	/** The first second after `at` and before `limit` at which that may be otherwise; `limit` where there is none. */
	nextEdge: (at: Civil, limit: Civil) => Civil;
};

/** Seconds of the unit that a rule below a day counts. */
const unitLengths: Partial<Record<SchedulingRule["frequency"], number>> = { Hourly: 3600, Minutely: 60, Secondly: 1 };

/** Days. What has not happened within a century of a rule's start never happens. */
export const CENTURY = 36_525;

/** Days that occurrences are counted for: two hundred rules that never reach their count take half a second. */
const COUNTED = { dates: CENTURY / 2, units: 3652 };

/** Whether a rule's recurrence is finer than a day. */
export function isBelowDay({ frequency }: SchedulingRule): boolean {
	return frequency in unitLengths;
}

/** The window of a rule; without times it is the day. */
function windowOfRule(rule: SchedulingRule): Span {
	if (rule.isAllDay) return { from: 0, to: SECONDS_A_DAY };
	return windowOf(parseTime(rule.startTime) ?? 0, parseTime(rule.endTime) ?? SECONDS_A_DAY);
}

/**
 * A rule of type Time. It holds within its window on each date of its recurrence, and a window that crosses midnight belongs to the date on which
 * it opens. `byHour` and `byMinute` are what the clock must show. A rule of hours, minutes or seconds holds while one of them lasts, every
 * `interval` of them since its window first opened, and its dates are those that its lists leave.
 */
export function timeRule(rule: SchedulingRule): TimeRule {
	const occursOn = remembered(datesOf(rule));
	const spans = spansOf(windowOfRule(rule), rule.byHour ?? [], rule.byMinute ?? []);
	const units = unitsOfRule(rule, occursOn);
	const opensOn = (day: Day, at: Civil) => {
		const second = at - day * SECONDS_A_DAY;
		const span = spans[spanAfter(spans, second)];
		return span !== undefined && span.from <= second && occursOn(day);
	};
	const isOpen = (at: Civil) => {
		const day = Math.floor(at / SECONDS_A_DAY);
		return opensOn(day - 1, at) || opensOn(day, at);
	};
	/** The next beginning or end of a window. */
	const nextWindow = (at: Civil, limit: Civil) => {
		for (let day = Math.floor(at / SECONDS_A_DAY) - 1; day * SECONDS_A_DAY < limit; day++) {
			if (units?.isOver(day * SECONDS_A_DAY)) break;
			const edge = nextEdgeOn(day, at, spans);
			if (edge !== undefined && occursOn(day)) return Math.min(edge, limit);
		}
		return limit;
	};
	return {
		holds: (at) => isOpen(at) && (units?.has(at) ?? true),
		nextEdge: (at, limit) => {
			if (!units || !isOpen(at)) return nextWindow(at, limit);
			const next = Math.min(units.nextEdge(at), limit);
			if (units.has(at)) return Math.min(nextWindow(at, limit), next);
			// Windows that pass before the next unit begins change nothing.
			return isOpen(next) ? next : nextWindow(next, limit);
		},
	};
}

/** Dates are asked about two at a time: the one whose window may reach over midnight, and the one that has begun. */
function remembered(occursOn: (day: Day) => boolean): (day: Day) => boolean {
	const days: Day[] = [];
	const answers: boolean[] = [];
	return (day) => {
		const place = day & 1;
		if (days[place] !== day) {
			days[place] = day;
			answers[place] = occursOn(day);
		}
		return answers[place] === true;
	};
}

/** The next edge that the window of one date has to offer. */
function nextEdgeOn(day: Day, at: Civil, spans: readonly Span[]): Civil | undefined {
	const second = at - day * SECONDS_A_DAY;
	const span = spans[spanAfter(spans, second)];
	return span && day * SECONDS_A_DAY + (span.from > second ? span.from : span.to);
}

/** The dates of a rule. Without a frequency that is its start alone. */
function datesOf(rule: SchedulingRule): (day: Day) => boolean {
	const { frequency } = rule;
	const startDate = parseDate(rule.startDate);
	if (frequency === "None") return (day) => day === startDate;
	const start = startDate ?? 0;
	const until =
		rule.count > 0 ? start + (isOfDates(frequency) ? COUNTED.dates : COUNTED.units) : parseDate(rule.untilDate);
	return occurrencesOf({
		frequency: isOfDates(frequency) ? frequency : "Daily",
		start,
		until: until ?? Number.POSITIVE_INFINITY,
		interval: isOfDates(frequency) ? Math.max(1, rule.interval) : 1,
		count: isOfDates(frequency) ? rule.count : 0,
		byMonth: rule.byMonth ?? [],
		byWeekNo: rule.byWeekNo ?? [],
		byYearDay: rule.byYearDay ?? [],
		byMonthDay: rule.byMonthDay ?? [],
		byDay: (rule.byDay ?? []).map(({ offset, dayOfWeek }) => ({ offset, weekday: weekdays.indexOf(dayOfWeek) })),
		bySetPosition: rule.bySetPosition ?? [],
	});
}

function isOfDates(frequency: SchedulingRule["frequency"]): frequency is Recurrence["frequency"] {
	return frequency === "Daily" || frequency === "Weekly" || frequency === "Monthly" || frequency === "Yearly";
}

function unitsOfRule(rule: SchedulingRule, occursOn: (day: Day) => boolean): Units | undefined {
	const length = unitLengths[rule.frequency];
	if (length === undefined) return undefined;
	const { from } = windowOfRule(rule);
	const unit = {
		first: (parseDate(rule.startDate) ?? 0) * SECONDS_A_DAY + from,
		length,
		interval: Math.max(1, rule.interval),
		count: rule.count,
		starts: clockSpans(rule.byHour ?? [], length < 3600 ? (rule.byMinute ?? []) : []),
	};
	return unitsOf(unit, occursOn);
}
