import type { CDPSession, Page } from "playwright-core";
import type { Figures } from "./compare.ts";
import { quantile } from "./stats.ts";

/** What to scroll: the element with its own scroll bar (`html` for the page's), in the page. */
type Scrolled = { page: Page; selector: string };

/** See `placeOf` of in-page.js. */
type Place = { top: number; below: number; x: number; y: number; elements: number };

/** Pixels a second. A wheel in a hurry makes 3,000 to 8,000. */
export const SPEED = 20_000;
/** Pixels of one turn of the wheel: few turns, so that the pauses between them are few. */
const STEP = 5 * SPEED;
const VSYNC_MS = 1000 / 60;
/** Ways there and back may load what they show: so often nothing may move before it counts as the end. */
const PATIENCE = 10;

/**
 * Scrolls to one end and then to the other by the wheel, as the browser gets it from a mouse, and looks at the frames of the page meanwhile.
 * A frame that comes later than the next vsync has dropped those between.
 */
export async function scrollThrough({ page, selector }: Scrolled, ways: readonly ("up" | "down")[]): Promise<Figures> {
	const mouse = await page.context().newCDPSession(page);
	await page.evaluate("bench.recordFrames()");
	let most = 0;
	for (const way of ways) most = Math.max(most, await scrollToEnd(page, mouse, selector, way));
	const gaps = await page.evaluate<number[]>("bench.stopFrames()");
	await mouse.detach();
	const dropped = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / VSYNC_MS) - 1), 0);
	return {
		frames: gaps.length,
		"dropped %": (100 * dropped) / (gaps.length + dropped),
		"frame p50 ms": quantile(gaps, 0.5),
		"frame p99 ms": quantile(gaps, 0.99),
		"longest ms": Math.max(...gaps),
		"elements at most": most,
	};
}

/** Answers with the most elements that the page had on the way. */
async function scrollToEnd(page: Page, mouse: CDPSession, selector: string, way: "up" | "down"): Promise<number> {
	let most = 0;
	for (let stuck = 0; stuck < PATIENCE;) {
		const before = await placeOf(page, selector);
		most = Math.max(most, before.elements);
		const left = way === "up" ? before.top : before.below;
		if (left < 1) return most;
		await mouse.send("Input.synthesizeScrollGesture", {
			x: before.x,
			y: before.y,
			yDistance: (way === "up" ? 1 : -1) * Math.min(STEP, left + 200),
			speed: SPEED,
			gestureSourceType: "mouse",
			preventFling: true,
		});
		const after = await placeOf(page, selector);
		stuck = after.top === before.top ? stuck + 1 : 0;
	}
	throw new Error(`${selector} does not scroll ${way} to its end: ${JSON.stringify(await placeOf(page, selector))}`);
}

function placeOf(page: Page, selector: string): Promise<Place> {
	return page.evaluate<Place>(`bench.placeOf(${JSON.stringify(selector)})`);
}
