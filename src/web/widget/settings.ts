import { localeOf, type Locale } from "./locales.ts";

/** What a page says of its widget: the `data-*` of the script tag. */
export type Settings = {
	/** Of the Foyer that the script came from. */
	origin: string;
	org: string;
	product: string;
	/** The page's own id of its visitor. It opens the visitor's conversation, so it must not be guessable; without one the browser keeps a random id. */
	user: string | undefined;
	/** The name that agents read. */
	portfolio: string | undefined;
	/** Whose opening hours are shown, when not those of the org's own customer. */
	customer: string | undefined;
	/** `#rgb` or `#rrggbb` */
	color: string | undefined;
	position: "left" | "right";
	theme: "light" | "dark" | "auto";
	title: string | undefined;
	/** What stands in a conversation that has not begun. */
	greeting: string | undefined;
	locale: Locale;
	/** BCP 47, for dates and times. */
	language: string;
	/** Open from the start, where the window is wide enough. */
	isOpen: boolean;
};

/** The settings of a script tag; undefined, and said in the console, when it does not say whose widget it is. */
export function settingsOf(script: HTMLScriptElement): Settings | undefined {
	const { dataset } = script;
	const { org, product } = dataset;
	if (!org || !product) {
		console.warn("Foyer: the script tag of the widget needs data-org and data-product.");
		return undefined;
	}
	const language = dataset["locale"] || document.documentElement.lang || navigator.language;
	return {
		origin: new URL(script.src).origin,
		org,
		product,
		user: dataset["user"] || undefined,
		portfolio: dataset["portfolio"] || undefined,
		customer: dataset["customer"] || undefined,
		color: colorOf(dataset["color"]),
		position: dataset["position"] === "left" ? "left" : "right",
		theme: dataset["theme"] === "light" || dataset["theme"] === "dark" ? dataset["theme"] : "auto",
		title: dataset["title"] || undefined,
		greeting: dataset["greeting"] || undefined,
		locale: localeOf(language),
		language,
		isOpen: dataset["open"] !== undefined && dataset["open"] !== "false",
	};
}

/** Only what a contrast can be computed of. */
function colorOf(text: string | undefined): string | undefined {
	if (!text) return undefined;
	const [, digits] = /^#([\da-f]{6}|[\da-f]{3})$/i.exec(text) ?? [];
	if (digits === undefined) console.warn("Foyer: data-color is #rgb or #rrggbb.");
	return digits === undefined ? undefined : `#${digits.length === 3 ? digits.replaceAll(/./g, "$&$&") : digits}`;
}
