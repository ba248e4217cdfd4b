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

/** The pieces of one and two characters that a folded name contains. */
export function shortGramsOf(nameKey: string): string[] {
	const characters = [...unbroken(nameKey)];
	return [...new Set(characters.flatMap((one, at) => [one, `${one}${characters[at + 1] ?? ""}`]))];
}

/** A folded text as its overlapping twos. */
export function pairsOf(nameKey: string): string[] {
	const characters = [...unbroken(nameKey)];
	return characters.slice(0, -1).map((one, at) => `${one}${characters[at + 1] ?? ""}`);
}

/** A folded text as its overlapping threes. Names that contain it have them, one after the other. */
export function gramsOf(nameKey: string): string[] {
	const characters = [...unbroken(nameKey)];
	return characters.slice(0, -2).map((_, at) => characters.slice(at, at + 3).join(""));
}

/** A text of any characters as one token of the index. */
export function tokenOf(text: string): string {
	return unbroken(text);
}
