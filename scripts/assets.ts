/**
 * Gathers the files that pages use into `dist/static`, from where wrangler.toml has them served: our own and, from its package, the
 * reference UI. Runs before anything serves or uploads them.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import swaggerUi from "swagger-ui-dist/absolute-path.js";

const root = resolve(import.meta.dirname, "..");
const own = join(root, "src/web/assets");

/** Where the Worker finds a file of `/assets/…`: in a folder `assets` of this one. */
export const staticFolder = join(root, "dist/static");

/** Copies what has no other source than these folders. */
export function gatherAssets(): void {
	const folder = join(staticFolder, "assets");
	mkdirSync(folder, { recursive: true });
	const files = [
		...readdirSync(own).map((name) => join(own, name)),
		join(swaggerUi(), "swagger-ui-bundle.js"),
		join(swaggerUi(), "swagger-ui.css"),
	];
	const names = new Set(files.map((file) => file.slice(file.lastIndexOf("/") + 1)));
	for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(join(folder, name));
	for (const file of files) copyFileSync(file, join(folder, file.slice(file.lastIndexOf("/") + 1)));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) gatherAssets();
