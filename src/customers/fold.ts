/** Names as they are compared: case and accents aside. SQLite knows only those of ASCII. */

const MARKS = /\p{M}+/gu;
/** Letters that no decomposition turns into what people type for them. */
const LETTERS: Record<string, string> = { ß: "ss", ø: "o", ł: "l", đ: "d", æ: "ae", œ: "oe", ı: "i", þ: "th" };

/** The text that names are searched and sorted by. */
export function fold(text: string): string {
	return text
		.toLowerCase()
		.normalize("NFKD")
		.replace(MARKS, "")
		.replace(/[ßøłđæœıþ]/g, (letter) => LETTERS[letter] ?? letter)
		.replaceAll("\0", " ");
}

/** Characters that the index's tokenizer would cut at, moved to where it does not: the signs that Unicode has to show them. */
function unbroken(text: string): string {
	return text.replace(/[^a-z0-9\u0080-\u{10ffff}]/gu, (sign) => String.fromCharCode(0x2400 + sign.charCodeAt(0)));
}

/** Follows the last character, so that the last two begin a gram as well. */
const END = "\u2403\u2403";

/** A folded name as its grams, one from each of its characters. */
export function gramsOf(nameKey: string): string {
	const characters = [...`${unbroken(nameKey)}${END}`];
	return characters
		.slice(0, -2)
		.map((_, at) => characters.slice(at, at + 3).join(""))
		.join(" ");
}

/** What finds the names that contain a folded text: its grams as a phrase, or the beginning of one. */
export function containing(nameKey: string): string {
	const characters = [...unbroken(nameKey)];
	if (characters.length < 3) return `grams : "${characters.join("")}" *`;
	const grams = characters.slice(0, -2).map((_, at) => characters.slice(at, at + 3).join(""));
	return `grams : "${grams.join(" ")}"`;
}

/** A text of any characters as one token of the index. */
export function tokenOf(text: string): string {
	return unbroken(text.toLowerCase());
}
