/** Markup that needs no more escaping. */
export class Html {
	readonly markup: string;

	constructor(markup: string) {
		this.markup = markup;
	}
}

type Part = string | number | Html | false | undefined | readonly Part[];

/** Tags a template of markup: what is put in is escaped unless it is markup itself; lists are joined, false and undefined are nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
	return new Html(texts.map((text, index) => text + markupOf(parts[index])).join(""));
}

function markupOf(part: Part): string {
	if (part === undefined || part === false) return "";
	if (part instanceof Html) return part.markup;
	if (typeof part === "object") return part.map(markupOf).join("");
	return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
