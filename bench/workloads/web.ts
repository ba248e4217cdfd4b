import type { Browser } from "playwright-core";
import { ForeignSite } from "../../test/browser/foreign-page.ts";
import { openBrowser } from "../../test/browser/browser.ts";
import { compareArrivals, profile, type Destination } from "../lib/arrivals.ts";
import { figure, ratio, type Series } from "../lib/compare.ts";
import { sleep } from "../lib/load.ts";
import { waitQuiet } from "../lib/machine.ts";
import { atMost, type Check, type Outcome } from "../lib/outcome.ts";
import { scrollThrough, SPEED } from "../lib/scrolling.ts";
import { sizes, startPages, type PagesServer } from "../targets/pages.ts";

/** Visits of an empty page that a page of ours may take, and frames of a hundred that may be dropped: issue 6. */
const MOST_EMPTY_PAGES = 3;
const MOST_DROPPED = 5;
const EMPTY = "empty page";
const ROWS = "empty rows";

/** The pages people use, in Chromium: how soon they can be used, and how smoothly their long lists scroll. */
export const webs: Record<string, (rounds: number) => Promise<Outcome>> = {
	"web pages": pages,
	"web scrolling": scrolling,
};

/** In units of an empty page of the same server. */
async function pages(rounds: number): Promise<Outcome> {
	return inBrowser(async (browser, server) => {
		const site = await ForeignSite.open(server.url.origin);
		const { cold, warm } = await compareArrivals(browser, rounds, destinations(server, site));
		site.close();
		const relative = { to: EMPTY, by: "interactive ms" };
		return {
			tables: [
				{ title: "Pages until they can be used, nothing cached", series: cold, relative },
				{ title: "Pages until they can be used, files cached", series: warm, relative },
			],
			checks: [...arrivalChecks(cold, "nothing cached"), ...arrivalChecks(warm, "files cached")],
		};
	});
}

/** Beside a page of plain rows: what it drops, the machine drops. */
async function scrolling(rounds: number): Promise<Outcome> {
	return inBrowser(async (browser, server) => {
		const series = await scrolls(browser, server, rounds);
		const title = `Scrolling to the end and back, ${SPEED.toLocaleString("en")} pixels a second`;
		return {
			tables: [{ title, series }],
			checks: Object.keys(series)
				.filter((name) => name !== ROWS)
				.map((name) => atMost(MOST_DROPPED, `${name}: frames dropped, %`, figure(series, name, "dropped %"))),
		};
	});
}

async function inBrowser(measure: (browser: Browser, server: PagesServer) => Promise<Outcome>): Promise<Outcome> {
	const server = await startPages();
	const browser = await openBrowser();
	try {
		await waitQuiet();
		return await measure(browser, server);
	} finally {
		await browser.close();
		await server.stop();
	}
}

function arrivalChecks(series: Series, how: string): Check[] {
	return Object.keys(series)
		.filter((name) => name !== EMPTY)
		.map((name) =>
			atMost(MOST_EMPTY_PAGES, `${name}, ${how}: to an empty page`, ratio(series, name, EMPTY, "interactive ms")),
		);
}

function destinations(server: PagesServer, site: ForeignSite): Record<string, Destination> {
	const at = (path: string): string => new URL(path, server.url).href;
	const signedIn = { "foyer.console.session": server.session };
	return {
		[EMPTY]: { url: at(server.plain.empty), selector: "p" },
		landing: { url: at("/"), selector: "foyer-widget" },
		"sign-in": { url: at("/console"), selector: ".identity" },
		"inbox of 1,000": { url: at("/console"), selector: ".rows li:nth-child(10) .chat-row", kept: signedIn },
		"customer link": { url: at(server.link), selector: "#app button:enabled" },
		"widget's panel": {
			url: site.page("/", { data: { org: server.org, product: "PUBLICCHAT" } }),
			selector: "dialog[open] textarea:enabled",
			press: "foyer-widget .launcher",
		},
	};
}

async function scrolls(browser: Browser, server: PagesServer, rounds: number): Promise<Series> {
	const rows = new URL(server.plain.rows, server.url).href;
	const console = new URL("/console", server.url).href;
	const kept = { "foyer.console.session": server.session };
	const series: Series = { [ROWS]: [], "inbox of 1,000": [], "conversation of 10,000": [] };
	for (let round = 0; round < rounds; round++) {
		const context = await profile(browser, { url: console, kept });
		const page = await context.newPage();
		await page.goto(rows);
		series[ROWS]!.push(await scrollThrough({ page, selector: "html" }, ["down", "up"]));
		await page.goto(console);
		// The list is as long as what is loaded.
		while ((await page.evaluate<number>("bench.listed()")) < sizes.chats) await sleep(50);
		series["inbox of 1,000"]!.push(await scrollThrough({ page, selector: ".rows" }, ["down", "up"]));
		await page.goto(`${console}#/inbox/${server.longChatId}`);
		await page.locator(`.message[data-row="${sizes.messages - 1}"]`).waitFor();
		series["conversation of 10,000"]!.push(await scrollThrough({ page, selector: ".messages" }, ["up", "down"]));
		await context.close();
	}
	return series;
}
