const DAY_MS = 24 * 60 * 60 * 1000;

/** Dates and times in the language of the page, and in the visitor's own zone. */
export class Times {
	readonly #time: Intl.DateTimeFormat;
	readonly #weekday: Intl.DateTimeFormat;
	readonly #date: Intl.DateTimeFormat;
	readonly #relative: Intl.RelativeTimeFormat;

	constructor(language: string) {
		const known = knownLanguage(language);
		this.#time = new Intl.DateTimeFormat(known, { hour: "numeric", minute: "2-digit" });
		this.#weekday = new Intl.DateTimeFormat(known, { weekday: "long", hour: "numeric", minute: "2-digit" });
		this.#date = new Intl.DateTimeFormat(known, { weekday: "long", day: "numeric", month: "long" });
		this.#relative = new Intl.RelativeTimeFormat(known, { numeric: "auto" });
	}

	time(date: Date): string {
		return this.#time.format(date);
	}

	/** "today", "yesterday", or the date. */
	day(date: Date): string {
		const ago = daysBetween(date, new Date());
		return ago === 0 || ago === 1 ? this.#relative.format(-ago, "day") : this.#date.format(date);
	}

	/** When something will be, as briefly as it is clear. */
	moment(date: Date): string {
		const away = daysBetween(new Date(), date);
		if (away === 0) return this.time(date);
		return away < 7 ? this.#weekday.format(date) : this.#date.format(date);
	}
}

/** Midnights between two instants, by the visitor's clock. */
export function daysBetween(from: Date, to: Date): number {
	return Math.round((midnight(to) - midnight(from)) / DAY_MS);
}

function midnight(date: Date): number {
	return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function knownLanguage(language: string): string | undefined {
	try {
		return Intl.DateTimeFormat.supportedLocalesOf(language)[0];
	} catch {
		return undefined;
	}
}
