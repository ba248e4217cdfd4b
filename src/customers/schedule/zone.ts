import { type Civil, dayOf, SECONDS_A_DAY } from "./calendar.ts";
import { windowsZones } from "./windows-zones.ts";

/** Seconds since 1970-01-01 00:00 UTC. */
export type Instant = number;

/** A wall clock somewhere in the world. */
export type Zone = {
	/** Seconds that its clocks are ahead of UTC. */
	offsetAt: (instant: Instant) => number;
};

/** Making a formatter takes ten times as long as using it, and there are no more than 600 zones. */
const zones = new Map<string, Zone>();

/** The zone of an IANA name in any case or of a Windows name; undefined where there is none. Bare offsets are not zones: they know no summer. */
export function zoneOf(name: string): Zone | undefined {
	const key = name.trim().toLowerCase();
	const known = zones.get(key);
	if (known) return known;
	const formatter = formatterOf(ianaOf(key));
	if (!formatter) return undefined;
	const zone = { offsetAt: (instant: Instant) => civilOf(formatter, instant) - instant };
	zones.set(key, zone);
	return zone;
}

let ianaNames: ReadonlyMap<string, string> | undefined;

function ianaOf(key: string): string {
	ianaNames ??= new Map(Object.entries(windowsZones).map(([windows, iana]) => [windows.toLowerCase(), iana]));
	return ianaNames.get(key) ?? key;
}

function formatterOf(iana: string): Intl.DateTimeFormat | undefined {
	if (/^[+-]/.test(iana)) return undefined;
	try {
		return new Intl.DateTimeFormat("en-US", {
			timeZone: iana,
			hourCycle: "h23",
			year: "numeric",
			month: "numeric",
			day: "numeric",
			hour: "numeric",
			minute: "numeric",
			second: "numeric",
		});
	} catch (error) {
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}

function civilOf(formatter: Intl.DateTimeFormat, instant: Instant): Civil {
	const parts = formatter.formatToParts(instant * 1000);
	const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
	const day = dayOf(part("year"), part("month"), part("day"));
	return day * SECONDS_A_DAY + part("hour") * 3600 + part("minute") * 60 + part("second");
}

/** No zone has changed its clocks twice within four days since 1970; the least is 6.96, in Boa Vista in October 2000. */
const LONGEST_STEP = 4 * SECONDS_A_DAY;

/** The next stretch of time during which a zone's offset stays as it is: no longer than four days, nor than up to `limit`. */
export function steadyUntil({ offsetAt }: Zone, instant: Instant, limit: Instant): Instant {
	const offset = offsetAt(instant);
	let steady = instant;
	let end = Math.min(instant + LONGEST_STEP, limit);
	if (offsetAt(end) === offset) return end;
	while (end - steady > 1) {
		const middle = Math.floor((steady + end) / 2);
		if (offsetAt(middle) === offset) steady = middle;
		else end = middle;
	}
	return end;
}
