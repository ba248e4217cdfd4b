import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Figures, Series } from "./compare.ts";
import { spread } from "./stats.ts";

/** How a page came to be usable, in milliseconds since it was asked for. */
type Arrival = { shown: number; interactive: number };

/** A page, or a part of one, and what of it has to be there before it can be used. */
export type Destination = {
	url: string;
	selector: string;
	/** What the browser has kept for the page, by name. */
	kept?: Record<string, string>;
	/** Counts from when the pointer comes over what this finds and clicks it, and not from navigation. */
	press?: string;
};

/** With nothing in the browser's cache; and with what an earlier tab has left in it. */
type Round = { cold: Series; warm: Series };

/** How often each page is visited in a round; its figure is the median. */
const VISITS = 5;
const inPage = readFileSync(new URL("in-page.js", import.meta.url), "utf8");

/** Visits each page in turn, `rounds` times some visits, each in a browser profile of its own; the first visits do not count. */
export async function compareArrivals(
	browser: Browser,
	rounds: number,
	destinations: Record<string, Destination>,
): Promise<Round> {
	const series: Round = { cold: {}, warm: {} };
	await visitAll(browser, 1, destinations);
	for (let round = 0; round < rounds; round++) {
		const found = await visitAll(browser, VISITS, destinations);
		for (const [name, { cold, warm }] of Object.entries(found)) {
			(series.cold[name] ??= []).push(figuresOf(cold));
			(series.warm[name] ??= []).push(figuresOf(warm));
		}
	}
	return series;
}

type Visits = Record<string, { cold: Arrival[]; warm: Arrival[] }>;

async function visitAll(browser: Browser, times: number, destinations: Record<string, Destination>): Promise<Visits> {
	const visits: Visits = {};
	for (let time = 0; time < times; time++)
		for (const [name, destination] of Object.entries(destinations)) {
			const context = await profile(browser, destination);
			const [cold, warm] = [await visit(context, destination), await visit(context, destination)];
			const { cold: colds, warm: warms } = (visits[name] ??= { cold: [], warm: [] });
			colds.push(cold);
			warms.push(warm);
			await context.close();
		}
	return visits;
}

/** A profile that nobody has used, but for what it has kept; `in-page.js` is in all of its pages. */
export async function profile(
	browser: Browser,
	{ url, kept = {} }: Pick<Destination, "url" | "kept">,
): Promise<BrowserContext> {
	const localStorage = Object.entries(kept).map(([name, value]) => ({ name, value }));
	const context = await browser.newContext({
		viewport: { width: 1280, height: 800 },
		storageState: { cookies: [], origins: [{ origin: new URL(url).origin, localStorage }] },
	});
	await context.addInitScript({ content: `${inPage}\nglobalThis.bench = bench;` });
	return context;
}

/** In a tab of its own. */
async function visit(context: BrowserContext, { url, selector, press }: Destination): Promise<Arrival> {
	const page = await context.newPage();
	const asked = { selector, ...(press === undefined ? {} : { intent: "pointerover" }) };
	await page.addInitScript({ content: `bench.timeArrival(${JSON.stringify(asked)})` });
	await page.goto(url);
	if (press !== undefined) await click(page, press);
	await page.locator(selector).first().waitFor({ state: "attached" });
	const arrival = await page.evaluate<Arrival>("bench.arrival");
	await page.close();
	return arrival;
}

/** The pointer comes from nowhere and clicks at once: what is prepared while it hovers is not given any time. */
async function click(page: Page, selector: string): Promise<void> {
	const { x, y, width, height } = (await page.locator(selector).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
	// What the page itself does when it is loaded is over.
	await page.waitForTimeout(300);
	await page.mouse.click(x + width / 2, y + height / 2);
}

function figuresOf(arrivals: readonly Arrival[]): Figures {
	const median = (name: keyof Arrival): number => spread(arrivals.map((arrival) => arrival[name])).median;
	return { "interactive ms": median("interactive"), "shown ms": median("shown") };
}
