/** Fails when what a page loads at first outgrows its budget. Sizes are of script, in gzip, as Cloudflare sends it. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { gatherAssets, staticFolder } from "./assets.ts";

/** KiB of gzip, from issue 6. */
const budgets: Record<string, number> = { console: 120, portal: 60, landing: 20 };
/** Of the scripts that foreign pages load: the widget's button, and its panel, which comes when somebody is about to use it. */
const shared = [
	{ name: "widget loader", file: /^widget\.js$/, budget: 5 },
	{ name: "widget panel", file: /^widget-panel-\w+\.js$/, budget: 32 },
];

gatherAssets();
let isOver = false;
for (const file of readdirSync(join(staticFolder, "pages"))) {
	const page = basename(file, ".html");
	const markup = readFileSync(join(staticFolder, "pages", file), "utf8");
	// What the page loads by itself; parts that are imported when they are needed are not named in it.
	const scripts = Array.from(markup.matchAll(/"\/(assets\/[^"]+\.js)"/g), ([, name = ""]) => join(staticFolder, name));
	const budget = budgets[page];
	if (budget === undefined) throw new Error(`scripts/web-size.ts has no budget for the page ${page}`);
	check(`Page ${page}`, scripts, budget);
}
for (const { name, file, budget } of shared) {
	const folder = join(staticFolder, "assets");
	// Older ones are kept for a while.
	const [newest] = readdirSync(folder)
		.filter((found) => file.test(found))
		.map((found) => join(folder, found))
		.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
	if (newest === undefined) throw new Error(`There is no ${name}.`);
	check(`The ${name}`, [newest], budget);
}
if (isOver) throw new Error("More script is loaded than the budget allows.");

function check(what: string, scripts: string[], budget: number): void {
	const size = scripts.reduce((sum, script) => sum + gzipSync(readFileSync(script)).length / 1024, 0);
	console.log(`${what}: ${size.toFixed(1)} KiB of ${budget}`);
	if (size > budget) isOver = true;
}
