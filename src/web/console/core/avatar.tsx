import type { JSX } from "preact";

const HUES = 12;

/** One or two letters on a colour that stays with the name. What they stand for is said beside it; the letters are drawn, and no text. */
export function Avatar({ name, isHere }: { name: string; isHere?: boolean }): JSX.Element {
	return (
		<span
			class={`avatar hue-${hueOf(name)}${isHere ? " here" : ""}`}
			data-letters={initials(name)}
			aria-hidden="true"
		/>
	);
}

function initials(name: string): string {
	const words = name.split(/[\s·_-]+/).filter(Boolean);
	const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => (word ? [...word][0] : ""));
	return letters.join("").toUpperCase() || "?";
}

function hueOf(name: string): number {
	let sum = 0;
	for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
	return sum % HUES;
}
