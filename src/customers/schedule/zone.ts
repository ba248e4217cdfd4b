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
	const zone = { offsetAt: remembering((instant) => civilOf(formatter, instant) - instant) };
	zones.set(key, zone);
	return zone;
}

/** No zone has changed its clocks twice within four days since 1970; the least is 6.96, in Boa Vista in October 2000. */
const STEP = 4 * SECONDS_A_DAY;

/** Offsets at multiples of four days, where every search for a change of the clocks looks: ten years of them. */
function remembering(offsetAt: (instant: Instant) => number): (instant: Instant) => number {
	const known = new Map<Instant, number>();
	return (instant) => {
		if (instant % STEP !== 0) return offsetAt(instant);
		if (known.size > 1000) known.clear();
		const offset = known.get(instant) ?? offsetAt(instant);
		known.set(instant, offset);
		return offset;
	};
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
	const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = formatter
		.format(instant * 1000)
		.split(/\D+/)
		.map(Number);
	return dayOf(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
}

/** Until when a zone's offset stays what it is, and what it is then. */
export type Stretch = { end: Instant; nextOffset: number };

/** A stretch of one offset from an instant on: to the next multiple of four days, the next change of the clocks or `limit`. */
export function stretchFrom({ offsetAt }: Zone, instant: Instant, offset: number, limit: Instant): Stretch {
	let end = Math.min((Math.floor(instant / STEP) + 1) * STEP, limit);
	const nextOffset = offsetAt(end);
	if (nextOffset === offset) return { end, nextOffset };
	let steady = instant;
	while (end - steady > 1) {
		const middle = Math.floor((steady + end) / 2);
		if (offsetAt(middle) === offset) steady = middle;
		else end = middle;
	}
	return { end, nextOffset };
}
