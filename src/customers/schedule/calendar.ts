/** A date as the number of days since 1970-01-01. No zone is involved: that is decided before dates are asked about. */
export type Day = number;

/** A wall clock's reading as the seconds since it read 1970-01-01 00:00. */
export type Civil = number;

export const SECONDS_A_DAY = 86_400;

/**
 * What rules may ask of a date, worked out as it is asked: counting a rule's dates asks of every day since its start. Weeks are those of ISO
 * 8601, which belong to the year of their Thursday.
 */
export class DateFacts {
	readonly year: number;
	readonly month: number;
	readonly monthDay: number;
	readonly #day: Day;

	constructor(day: Day) {
		// A third of what a Date takes. https://howardhinnant.github.io/date_algorithms.html#civil_from_days
		const era = Math.floor((day + 719_468) / 146_097);
		const ofEra = day + 719_468 - era * 146_097;
		const year = Math.floor(
			(ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
		);
		const ofYear = ofEra - 365 * year - Math.floor(year / 4) + Math.floor(year / 100);
		const sinceMarch = Math.floor((5 * ofYear + 2) / 153);
		this.#day = day;
		this.month = sinceMarch < 10 ? sinceMarch + 3 : sinceMarch - 9;
		this.monthDay = ofYear - Math.floor((153 * sinceMarch + 2) / 5) + 1;
		this.year = year + era * 400 + (this.month < 3 ? 1 : 0);
	}

	get monthLength(): number {
		return dayOf(this.year, this.month + 1, 0) - dayOf(this.year, this.month, 0);
	}

	get yearDay(): number {
		return this.#day - dayOf(this.year, 1, 0);
	}

	get yearLength(): number {
		return dayOf(this.year + 1, 1, 0) - dayOf(this.year, 1, 0);
	}

	/** 0 is Sunday. */
	get weekday(): number {
		return weekdayOf(this.#day);
	}

	get week(): number {
		return (mondayOf(this.#day) - firstMondayOf(weekYearOf(this.#day))) / 7 + 1;
	}

	/** 52 or 53: the weeks of the year that the week belongs to. */
	get weeks(): number {
		const year = weekYearOf(this.#day);
		return (firstMondayOf(year + 1) - firstMondayOf(year)) / 7;
	}
}

/** Months count from 1, and may overflow into the years around. */
export function dayOf(year: number, month: number, monthDay: number): Day {
	return Date.UTC(year, month - 1, monthDay) / 86_400_000;
}

export function weekdayOf(day: Day): number {
	return (((day + 4) % 7) + 7) % 7;
}

/** The Monday of a date's week. */
export function mondayOf(day: Day): Day {
	return day - ((weekdayOf(day) + 6) % 7);
}

export function weekYearOf(day: Day): number {
	return new Date((mondayOf(day) + 3) * 86_400_000).getUTCFullYear();
}

/** The Monday of week 1, which is the week with 4 January in it. */
export function firstMondayOf(year: number): Day {
	return mondayOf(dayOf(year, 1, 4));
}

/** `2026-11-22`, alone or before a time, as a date; undefined where there is no such day. */
export function parseDate(text: string | undefined): Day | undefined {
	const date = text?.slice(0, 10) ?? "";
	const time = Date.parse(`${date}T00:00:00Z`);
	// 30 February is read as 2 March.
	if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(date)) return undefined;
	return time / 86_400_000;
}

/** `9:00` or `09:00:30` as seconds of the day; `24:00` is its end. A fraction of a second is dropped. */
export function parseTime(text: string | undefined): number | undefined {
	const [, hour, minute, second] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(text ?? "") ?? [];
	return hour === undefined ? undefined : Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0);
}
