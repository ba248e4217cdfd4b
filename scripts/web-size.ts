/** Fails when what a page loads at first outgrows its budget. Sizes are of script, in gzip, as Cloudflare sends it. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { gatherAssets, staticFolder } from "./assets.ts";

/** KiB of gzip, from issue 6. */
const budgets: Record<string, number> = { console: 120, portal: 60, landing: 20 };

gatherAssets();
let isOver = false;
for (const file of readdirSync(join(staticFolder, "pages"))) {
	const page = basename(file, ".html");
	const markup = readFileSync(join(staticFolder, "pages", file), "utf8");
	// What the page loads by itself; parts that are imported when they are needed are not named in it.
	const scripts = Array.from(markup.matchAll(/"\/(assets\/[^"]+\.js)"/g), ([, name = ""]) => join(staticFolder, name));
	const size = scripts.reduce((sum, script) => sum + gzipSync(readFileSync(script)).length / 1024, 0);
	const budget = budgets[page];
	if (budget === undefined) throw new Error(`scripts/web-size.ts has no budget for the page ${page}`);
	console.log(`Page ${page}: ${size.toFixed(1)} KiB of ${budget}`);
	if (size > budget) isOver = true;
}
if (isOver) throw new Error("A page loads more script than its budget.");
