/** A name for a line of a message: no control characters (they would start a new header), no marks that turn the direction of what follows. */
export function oneLine(text: string, most: number): string {
	const line = text
		.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, " ")
		.replace(/\s+/gu, " ")
		.trim();
	const letters = [...line];
	return letters.length <= most ? line : `${letters.slice(0, most - 1).join("")}…`;
}

const weekday = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" } as const;
const inThisYear = new Intl.DateTimeFormat("en-GB", weekday);
const inAnotherYear = new Intl.DateTimeFormat("en-GB", { ...weekday, year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", {
	hour: "2-digit",
	minute: "2-digit",
	hourCycle: "h23",
	timeZone: "UTC",
});

/** "until Friday 27 November, 14:00 (UTC)": in UTC, since nobody knows where the recipient is. */
export function expiryText(at: number, now: number): string {
	const isThisYear = new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear();
	const parts = (isThisYear ? inThisYear : inAnotherYear).formatToParts(at);
	// "Friday, 27 November 2026" in some versions of the locale's data, "Friday 27 November 2026" in others.
	const day = parts.map(({ type, value }) => (type === "literal" ? " " : value)).join("");
	return `until ${day}, ${clock.format(at)} (UTC)`;
}

/** The letters of GSM 03.38 that take one septet, and those that take two. */
const BASIC =
	"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "^{}\\[~]|€";
const TYPOGRAPHY: Record<string, string> = { "…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"' };

/** The alphabet of text messages: one letter beyond it, and a segment holds 70 letters in place of 160. */
export const gsm = {
	/** The same text within the alphabet: accents go where they must. What cannot be written in it leaves the whole text as it is. */
	fold(text: string): string {
		const folded = [...text].map(foldLetter);
		return folded.includes(undefined) ? text : folded.join("");
	},

	/** Septets that a text takes; infinite beyond the alphabet. */
	length(text: string): number {
		return [...text].reduce((sum, letter) => sum + septets(letter), 0);
	},

	/** The text if it is within the alphabet, as far as it fits into so many septets; else empty. */
	cut(text: string, room: number): string {
		if (gsm.length(text) === Infinity) return "";
		let cut = text;
		while (cut !== "" && gsm.length(cut) > room) cut = cut.slice(0, -1).trimEnd();
		return cut;
	},
};

function septets(letter: string): number {
	if (BASIC.includes(letter)) return 1;
	return EXTENDED.includes(letter) ? 2 : Infinity;
}

function foldLetter(letter: string): string | undefined {
	if (septets(letter) < Infinity) return letter;
	const plain = TYPOGRAPHY[letter] ?? letter.normalize("NFD").replace(/\p{M}/gu, "");
	return [...plain].every((one) => septets(one) < Infinity) ? plain : undefined;
}
