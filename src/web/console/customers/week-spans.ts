import { zoneOf as clockOf, type Zone } from "../../../customers/schedule/zone.ts";

/** A stretch of one day in one state, in minutes from midnight on the customer's clock, the end exclusive. Null: nobody asked. */
export type Span = { from: number; to: number; state: string | null };
export type Day = { /** Days since 1970. */ date: number; spans: Span[] };

/** Answers the state at an instant, and when it changes next. */
type Ask = (at: Date) => Promise<{ state: string; nextChangeUtc?: string | null }>;

const DAY_S = 86_400;
const DAY_MIN = 1440;
/** Changes that are followed on one day: with a state that changes more often, a week would be hundreds of questions. */
const MOST_A_DAY = 8;

/** The clock that a schedule is read by: IANA and Windows names, UTC where none is named. */
export function zoneOf(timeZoneId: string | undefined): Zone {
	return clockOf(timeZoneId ?? "UTC") ?? { offsetAt: () => 0 };
}

/** The Monday of the week that an instant is in, in days since 1970. */
export function mondayOf(zone: Zone, at: Date): number {
	const day = Math.floor(civil(zone, seconds(at)) / DAY_S);
	// 1970 began on a Thursday.
	return day - ((day + 3) % 7);
}

/** Which minute of which day the clock shows. */
export function civilMinute(zone: Zone, at: Date): { date: number; minute: number } {
	const reading = civil(zone, seconds(at));
	return { date: Math.floor(reading / DAY_S), minute: Math.floor((reading % DAY_S) / 60) };
}

/** The seven days from a Monday on, as the server evaluates them: asked at the beginning of each day and at every change from there. */
export async function weekOf(ask: Ask, zone: Zone, monday: number): Promise<Day[]> {
	const [begin, end] = [midnight(zone, monday), midnight(zone, monday + 7)];
	const first = await ask(new Date(begin * 1000));
	const isSteady = !first.nextChangeUtc || Date.parse(first.nextChangeUtc) >= end * 1000;
	const dates = Array.from({ length: 7 }, (_, index) => monday + index);
	if (isSteady) return dates.map((date) => ({ date, spans: [{ from: 0, to: DAY_MIN, state: first.state }] }));
	return Promise.all(dates.map(async (date) => ({ date, spans: await spansOf(ask, zone, date) })));
}

async function spansOf(ask: Ask, zone: Zone, date: number): Promise<Span[]> {
	const end = midnight(zone, date + 1);
	const spans: Span[] = [];
	let at = midnight(zone, date);
	for (let count = 0; at < end && count < MOST_A_DAY; count += 1) {
		// oxlint-disable-next-line no-await-in-loop -- each question begins where the answer before it ended
		const { state, nextChangeUtc } = await ask(new Date(at * 1000));
		const next = nextChangeUtc ? Math.min(seconds(new Date(nextChangeUtc)), end) : end;
		push(spans, minuteOf(zone, date, at), minuteOf(zone, date, next), state);
		at = next;
	}
	if (at < end) push(spans, minuteOf(zone, date, at), DAY_MIN, null);
	return spans;
}

/** Where the clocks are turned back an hour is there twice, and nothing is drawn backwards. */
function push(spans: Span[], from: number, to: number, state: string | null): void {
	if (to > from) spans.push({ from, to, state });
}

function minuteOf(zone: Zone, date: number, instant: number): number {
	return Math.min(DAY_MIN, Math.max(0, Math.floor((civil(zone, instant) - date * DAY_S) / 60)));
}

function civil({ offsetAt }: Zone, instant: number): number {
	return instant + offsetAt(instant);
}

/** When a day begins. Asked twice: the offset at the first guess may be that of another season. */
function midnight({ offsetAt }: Zone, date: number): number {
	const guess = date * DAY_S - offsetAt(date * DAY_S);
	return date * DAY_S - offsetAt(guess);
}

function seconds(at: Date): number {
	return Math.floor(at.getTime() / 1000);
}
