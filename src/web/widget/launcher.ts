import { labels } from "./locales.ts";
import type { Settings } from "./settings.ts";
import css from "./launcher.css?inline";

type Handlers = {
	/** Somebody is about to open the chat: time to load it. */
	onIntent: () => void;
	onClick: () => void;
};

/** The button, in a shadow root that nobody else can reach into. */
export class Launcher {
	/** Where the panel draws itself too. */
	readonly root: ShadowRoot;
	readonly button: HTMLButtonElement = element("button", "launcher");
	readonly #settings: Settings;
	readonly #count: HTMLElement = element("span", "count");
	readonly #note: HTMLElement = element("p", "note");
	#unread = 0;
	#isOpen = false;

	constructor(settings: Settings, { onIntent, onClick }: Handlers) {
		this.#settings = settings;
		const host = document.createElement("foyer-widget");
		host.setAttribute("position", settings.position);
		host.setAttribute("theme", settings.theme);
		host.lang = settings.locale;
		this.root = host.attachShadow({ mode: "closed" });
		this.addStyles(css);
		this.button.type = "button";
		this.button.ariaHasPopup = "dialog";
		this.#count.hidden = true;
		this.#count.ariaHidden = "true";
		this.#note.setAttribute("role", "status");
		this.button.append(icon(SPEECH, "speech"), icon(CROSS, "cross"), this.#count);
		this.root.append(this.button, this.#note);
		this.paint(this.button);
		this.#show();
		for (const event of ["pointerenter", "pointerdown", "focus"]) this.button.addEventListener(event, onIntent);
		this.button.addEventListener("click", onClick);
		// The shortcuts of a page are not for what is written in here, and it cannot see who is writing.
		for (const event of ["keydown", "keyup", "keypress"]) host.addEventListener(event, (e) => e.stopPropagation());
		document.body.append(host);
	}

	/** Styles that no policy of the page forbids, unlike a `style` element. */
	addStyles(css: string): void {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(css);
		this.root.adoptedStyleSheets.push(sheet);
	}

	/** Gives an element, and what is in it, the page's colour: text on it is black or white, whichever is read more easily. */
	paint(element: HTMLElement): void {
		const { color } = this.#settings;
		if (color === undefined) return;
		element.style.setProperty("--accent", color);
		// Where black and white have the same contrast (WCAG 2).
		element.style.setProperty("--accent-ink", luminance(color) > 0.179 ? "#000" : "#fff");
		// Nobody knows how it stands out from the panel.
		element.style.setProperty("--focus", "var(--ink)");
		element.style.setProperty("--own", `color-mix(in oklab, ${color} 16%, var(--surface))`);
	}

	showUnread(count: number): void {
		this.#unread = count;
		this.#show();
	}

	showOpen(isOpen: boolean): void {
		this.#isOpen = isOpen;
		this.#note.textContent = "";
		this.#show();
	}

	showBusy(isBusy: boolean): void {
		this.button.ariaBusy = String(isBusy);
		if (isBusy) this.#note.textContent = "";
	}

	showFailure(): void {
		this.#note.textContent = labels[this.#settings.locale].failed;
	}

	#show(): void {
		const { open, close, unread } = labels[this.#settings.locale];
		const isTold = this.#unread > 0 && !this.#isOpen;
		this.button.ariaExpanded = String(this.#isOpen);
		const label = this.#isOpen ? close : open;
		this.button.ariaLabel = isTold ? `${label}, ${unread.replace("#", String(this.#unread))}` : label;
		this.#count.hidden = !isTold;
		this.#count.textContent = this.#unread > 99 ? "99+" : String(this.#unread);
	}
}

/** How bright a colour is, from 0 to 1 (WCAG 2). */
function luminance(color: string): number {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
		const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
		return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const SPEECH =
	"M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-4.6 4.1A.85.85 0 0 1 5 19.5V16A2.5 2.5 0 0 1 4 14z";
const CROSS = "M6 6l12 12M18 6L6 18";

function icon(path: string, name: string): SVGElement {
	const svg = "http://www.w3.org/2000/svg";
	const drawing = document.createElementNS(svg, "svg");
	const line = document.createElementNS(svg, "path");
	drawing.setAttribute("viewBox", "0 0 24 24");
	drawing.setAttribute("class", name);
	drawing.ariaHidden = "true";
	line.setAttribute("d", path);
	drawing.append(line);
	return drawing;
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string): HTMLElementTagNameMap[K] {
	return Object.assign(document.createElement(name), { className });
}
