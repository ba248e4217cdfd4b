import { type Civil, type Day, SECONDS_A_DAY } from "./calendar.ts";

/** Seconds from the midnight at which a rule's date begins; past midnight they go on counting. `to` is not in it. */
export type Span = { from: number; to: number };

/** The window of a rule on its date. One that ends at or before its start ends on the next day. */
export function windowOf(startTime: number, endTime: number): Span {
	return { from: startTime, to: endTime > startTime ? endTime : endTime + SECONDS_A_DAY };
}

/** What the hours and minutes of the clock leave of a window, in order. Empty lists leave all of it. */
export function spansOf(window: Span, byHour: readonly number[], byMinute: readonly number[]): Span[] {
	const spans: Span[] = [];
	for (const { from, to } of clockSpans(byHour, byMinute)) {
		for (const midnight of [0, SECONDS_A_DAY]) {
			const span = { from: Math.max(from + midnight, window.from), to: Math.min(to + midnight, window.to) };
			if (span.from < span.to) spans.push(span);
		}
	}
	return spans.sort((one, other) => one.from - other.from);
}

/** The place of the first span that ends after a second. Spans are in order and do not overlap: a window of minutes has up to 1,440 of them. */
export function spanAfter(spans: readonly Span[], second: number): number {
	let [low, high] = [0, spans.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((spans[middle]?.to ?? 0) > second) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** The stretches of a day in which the clock shows one of these hours and one of these minutes. */
export function clockSpans(byHour: readonly number[], byMinute: readonly number[]): Span[] {
	const spans: Span[] = [];
	for (let hour = 0; hour < 24; hour++) {
		if (byHour.length > 0 && !byHour.includes(hour)) continue;
		for (let minute = 0; minute < 60; minute++) {
			if (byMinute.length > 0 && !byMinute.includes(minute)) continue;
			const from = hour * 3600 + minute * 60;
			const last = spans.at(-1);
			if (last?.to === from) last.to += 60;
			else spans.push({ from, to: from + 60 });
		}
	}
	return spans;
}

/** Hours, minutes or seconds, every so many of them since the first. Rules of these frequencies hold while one of them lasts. */
export type Units = {
	/** Whether this second is in one of them. */
	has: (at: Civil) => boolean;
	/** The next second at which that may be otherwise; with certainty for a day ahead, which is as long as a window can be. */
	nextEdge: (at: Civil) => Civil;
	/** Whether the last of them has passed. */
	isOver: (at: Civil) => boolean;
};

export type UnitRule = {
	first: Civil;
	/** Seconds of one. */
	length: number;
	interval: number;
	/** 0 is no end. Those count that begin on a date of the rule and at a time of `starts`. */
	count: number;
	starts: readonly Span[];
};

export function unitsOf(rule: UnitRule, occursOn: (day: Day) => boolean): Units {
	const { first, length, interval, count } = rule;
	const indexAt = (at: Civil) => Math.floor((at - first) / length);
	const end = count === 0 ? () => Number.POSITIVE_INFINITY : endOf(rule, occursOn);
	return {
		has: (at) => at >= first && indexAt(at) % interval === 0 && at < end(at),
		nextEdge: (at) => {
			const stop = end(at + SECONDS_A_DAY);
			if (at >= stop) return Number.POSITIVE_INFINITY;
			if (interval === 1 && at >= first) return stop;
			const index = Math.max(indexAt(at), -1);
			const next = index % interval === 0 ? index + 1 : (Math.floor(index / interval) + 1) * interval;
			return first + next * length;
		},
		isOver: (at) => at >= end(at),
	};
}

/** Where the last of `count` units ends, as far as can be told at a given second: the units are counted day by day up to there. */
function endOf(rule: UnitRule, occursOn: (day: Day) => boolean): (at: Civil) => Civil {
	const unitsIn = unitsInDay(rule);
	let day = Math.floor(rule.first / SECONDS_A_DAY);
	let left = rule.count;
	let end = Number.POSITIVE_INFINITY;
	return (at) => {
		for (; left > 0 && day * SECONDS_A_DAY <= at; day++) {
			if (!occursOn(day)) continue;
			const units = unitsIn(day);
			if (units >= left) end = nthStart(rule, day, left) + rule.length;
			left -= Math.min(left, units);
		}
		return end;
	};
}

/**
 * How many units begin on a date at a time of `starts`. That hangs on where in the day the first of them begins alone, so that each such place is
 * counted once: whatever the interval, no more than 86,400 units are looked at.
 */
function unitsInDay(rule: UnitRule): (day: Day) => number {
	const known = new Map<number, number>();
	return (day) => {
		const offset = firstOffset(rule, day);
		let units = known.get(offset);
		if (units === undefined) {
			units = 0;
			for (let second = offset; second < SECONDS_A_DAY; second += step(rule)) if (mayStart(rule, second)) units++;
			known.set(offset, units);
		}
		return units;
	};
}

/** The start of the nth unit of a date that has so many. */
function nthStart(rule: UnitRule, day: Day, nth: number): Civil {
	let second = firstOffset(rule, day);
	for (let units = 0; ; second += step(rule)) {
		if (mayStart(rule, second)) units++;
		if (units === nth) return day * SECONDS_A_DAY + second;
	}
}

/** Seconds from a midnight to the first unit after it. */
function firstOffset(rule: UnitRule, day: Day): number {
	const since = day * SECONDS_A_DAY - rule.first;
	return since <= 0 ? -since : (step(rule) - (since % step(rule))) % step(rule);
}

function mayStart({ starts }: UnitRule, second: number): boolean {
	return (starts[spanAfter(starts, second)]?.from ?? Number.POSITIVE_INFINITY) <= second;
}

function step({ length, interval }: UnitRule): number {
	return length * interval;
}
