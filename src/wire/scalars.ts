/** Scalars as ServiceStack clients write them, read into what JSON would carry. Undefined is "cannot be read". */

/** true/false in any case, t/f, y/n, yes/no, on/off, 1/0. */
export function readBoolean(value: unknown): boolean | undefined {
	if (typeof value === "boolean") return value;
	const text = String(value).trim();
	if (/^(true|t|yes|y|on|1)$/i.test(text)) return true;
	return /^(false|f|no|n|off|0)$/i.test(text) ? false : undefined;
}

/** A number, also quoted or with thousands separators. */
export function readNumber(value: unknown): number | undefined {
	if (typeof value === "number") return value;
	if (typeof value !== "string") return undefined;
	const text = value.trim().replace(/(?<=\d),(?=\d{3}(\D|$))/g, "");
	// No digit can be taken in two ways: where it could, so many pairs of them would be tried that 40,000 take 1.6 s (2026-11-23).
	return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** An enum's name in any case, or the number of its place. */
export function readEnum(names: readonly (string | number)[], value: unknown): unknown {
	const text = String(value).trim();
	const named = names.find((name) => String(name).toLowerCase() === text.toLowerCase());
	if (named !== undefined) return named;
	return /^\d+$/.test(text) ? (names[Number(text)] ?? value) : value;
}

const WCF_DATE = /^\\?\/Date\((-?\d+)([+-]\d{4})?\)\\?\/$/;
const COMPACT_DATE = /^(\d{4})(\d{2})(\d{2})$/;
const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * An instant as ISO 8601 in UTC with milliseconds: from ISO with up to nine fraction digits, a date alone, `yyyyMMdd`, `/Date(ms)/`, or what
 * JavaScript prints of a Date. Without a zone it is UTC.
 */
export function readInstant(value: unknown): string | undefined {
	if (typeof value !== "string") return undefined;
	const text = value.trim();
	const wcf = WCF_DATE.exec(text);
	if (wcf) return isoOf(Number(wcf[1]));
	const [, compactYear, compactMonth, compactDay] = COMPACT_DATE.exec(text) ?? [];
	if (compactYear) return isoOf(Date.parse(`${compactYear}-${compactMonth}-${compactDay}T00:00:00Z`));
	const [, date, time = "00:00:00", fraction = "", zone = "Z"] = DATE.exec(text) ?? [];
	if (date) return isoOf(Date.parse(`${date}T${time}${fraction.slice(0, 4)}${zone.toUpperCase()}`));
	return /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{4} /.test(text) ? isoOf(Date.parse(text)) : undefined;
}

function isoOf(time: number): string | undefined {
	return Number.isNaN(time) || Math.abs(time) > 8.64e15 ? undefined : new Date(time).toISOString();
}
