import { dateFormat } from "../date-format.ts";

/** Instants as the reader's own clock and language say them. */

const day = dateFormat({ weekday: "long", day: "numeric", month: "long" });
const clock = dateFormat({ hour: "2-digit", minute: "2-digit" });

/** "until Friday 27 November, 14:00", or "until 14:00 today". */
export function untilText(iso: string): string {
	const at = new Date(iso);
	const isToday = day.format(at) === day.format(new Date());
	return isToday ? `until ${clock.format(at)} today` : `until ${day.format(at)}, ${clock.format(at)}`;
}

export function timeText(iso: string): string {
	return clock.format(new Date(iso));
}

export function dayText(iso: string): string {
	const text = day.format(new Date(iso));
	if (text === day.format(new Date())) return "Today";
	return text === day.format(Date.now() - 24 * 3600_000) ? "Yesterday" : text;
}

export function momentText(iso: string): string {
	return `${dayText(iso)}, ${timeText(iso)}`;
}
