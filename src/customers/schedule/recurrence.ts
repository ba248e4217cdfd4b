import { DateFacts, type Day, dayOf, firstMondayOf, mondayOf, weekdayOf, weekYearOf } from "./calendar.ts";

/** RFC 5545's recurrence, of dates alone. Lists that are empty ask nothing. */
export type Recurrence = {
	frequency: "Daily" | "Weekly" | "Monthly" | "Yearly";
	start: Day;
	until: Day;
	interval: number;
	/** 0 is no end. */
	count: number;
	byMonth: readonly number[];
	byWeekNo: readonly number[];
	byYearDay: readonly number[];
	byMonthDay: readonly number[];
	/** `weekday` is 0 on Sunday. */
	byDay: readonly { offset: number; weekday: number }[];
	bySetPosition: readonly number[];
};

type Occurs = (day: Day) => boolean;

/**
 * Whether the recurrence hits a date: every list that is given must hold of it, its day, week, month or year must be one of every `interval`
 * since the start, and it must stand at one of the positions among the dates of that period. What the rule leaves open its start says: "monthly
 * from the 31st" is on the 31st, and in no other month.
 */
export function occurrencesOf(recurrence: Recurrence): Occurs {
	const { start, until, interval, count } = recurrence;
	const periodOf = periodsOf(recurrence);
	const first = periodOf(start).index;
	const holds = positioned(filterOf(completed(recurrence)), periodOf, recurrence.bySetPosition);
	const occurs = (day: Day) =>
		day >= start && day <= until && (interval === 1 || (periodOf(day).index - first) % interval === 0) && holds(day);
	return count === 0 ? occurs : counted(occurs, start, count);
}

/** What a rule without a day takes from its start: the weekday, the day of the month, the month. */
function completed(recurrence: Recurrence): Recurrence {
	const { frequency, start, byDay, byMonth, byMonthDay, byYearDay, byWeekNo } = recurrence;
	if (frequency === "Daily" || byDay.length + byMonthDay.length + byYearDay.length > 0) return recurrence;
	if (frequency === "Weekly" || byWeekNo.length > 0)
		return { ...recurrence, byDay: [{ offset: 0, weekday: weekdayOf(start) }] };
	const { month, monthDay } = new DateFacts(start);
	const ownMonth = frequency === "Yearly" && byMonth.length === 0;
	return { ...recurrence, byMonthDay: [monthDay], byMonth: ownMonth ? [month] : byMonth };
}

function filterOf({ frequency, byMonth, byWeekNo, byYearDay, byMonthDay, byDay }: Recurrence): Occurs {
	const isOfYear = frequency === "Yearly" && byMonth.length === 0;
	const tests: ((facts: DateFacts) => boolean)[] = [];
	if (byMonth.length > 0) {
		const months = new Set(byMonth);
		tests.push(({ month }) => months.has(month));
	}
	if (byMonthDay.length > 0) {
		const days = new Set(byMonthDay);
		tests.push((of) => hasOrdinal(days, of.monthDay, of.monthLength));
	}
	if (byYearDay.length > 0) {
		const days = new Set(byYearDay);
		tests.push((of) => hasOrdinal(days, of.yearDay, of.yearLength));
	}
	if (byWeekNo.length > 0) {
		const weeks = new Set(byWeekNo);
		tests.push((of) => hasOrdinal(weeks, of.week, of.weeks));
	}
	if (byDay.length > 0)
		tests.push((of) => byDay.some(({ offset, weekday }) => weekday === of.weekday && isNth(offset, of, isOfYear)));
	return (day) => {
		if (tests.length === 0) return true;
		const facts = new DateFacts(day);
		return tests.every((test) => test(facts));
	};
}

/** Whether a place, counted from 1, is in a list that may also count from the end. */
function hasOrdinal(ordinals: ReadonlySet<number>, place: number, length: number): boolean {
	return ordinals.has(place) || ordinals.has(place - length - 1);
}

/** Whether a date is the nth of its weekday in the month or year; each of them is the 0th. */
function isNth(offset: number, facts: DateFacts, isOfYear: boolean): boolean {
	if (offset === 0) return true;
	const place = isOfYear ? facts.yearDay : facts.monthDay;
	const length = isOfYear ? facts.yearLength : facts.monthLength;
	return offset > 0 ? Math.ceil(place / 7) === offset : Math.ceil((length - place + 1) / 7) === -offset;
}

/** A stretch of dates that an interval counts and in which positions are taken. */
type Period = { index: number; first: Day; end: Day };

/** The period of a date. The last one is remembered: dates are asked about in order. */
function periodsOf(recurrence: Recurrence): (day: Day) => Period {
	const periodOf = periodKindOf(recurrence);
	let last: Period | undefined;
	return (day) => {
		if (!last || day < last.first || day >= last.end) last = periodOf(day);
		return last;
	};
}

/** A yearly rule of weeks runs by the years that weeks belong to, so that no week is cut in two. */
function periodKindOf({ frequency, byWeekNo }: Recurrence): (day: Day) => Period {
	switch (frequency) {
		case "Daily":
			return (day) => ({ index: day, first: day, end: day + 1 });
		case "Weekly":
			return calendarWeek;
		case "Monthly":
			return calendarMonth;
		default:
			return byWeekNo.length > 0 ? weekYear : calendarYear;
	}
}

function calendarWeek(day: Day): Period {
	const first = mondayOf(day);
	return { index: (first + 3) / 7, first, end: first + 7 };
}

function calendarMonth(day: Day): Period {
	const { year, month, monthDay, monthLength } = new DateFacts(day);
	const first = day - monthDay + 1;
	return { index: year * 12 + month, first, end: first + monthLength };
}

function calendarYear(day: Day): Period {
	const index = new Date(day * 86_400_000).getUTCFullYear();
	return { index, first: dayOf(index, 1, 1), end: dayOf(index + 1, 1, 1) };
}

function weekYear(day: Day): Period {
	const index = weekYearOf(day);
	return { index, first: firstMondayOf(index), end: firstMondayOf(index + 1) };
}

/** Keeps of each period's dates those at the positions. */
function positioned(holds: Occurs, periodOf: (day: Day) => Period, positions: readonly number[]): Occurs {
	if (positions.length === 0) return holds;
	const places = new Set(positions);
	let index: number | undefined;
	let chosen = new Set<Day>();
	return (day) => {
		const period = periodOf(day);
		if (period.index !== index) {
			index = period.index;
			const dates = daysIn(period).filter(holds);
			chosen = new Set(dates.filter((_, place) => hasOrdinal(places, place + 1, dates.length)));
		}
		return chosen.has(day);
	};
}

function daysIn({ first, end }: Period): Day[] {
	return Array.from({ length: end - first }, (_, place) => first + place);
}

/** The first `count` of the dates. They are counted from the start as far as anybody has asked. */
function counted(occurs: Occurs, start: Day, count: number): Occurs {
	let next = start;
	let left = count;
	let last = start - 1;
	return (day) => {
		for (; next <= day && left > 0; next++) {
			if (!occurs(next)) continue;
			left--;
			last = next;
		}
		return day <= last && occurs(day);
	};
}
