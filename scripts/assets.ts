/**
 * Gathers the files that pages use into `dist/static`, from where wrangler.toml has them served: our own and, from its package, the
 * reference UI. Runs before anything serves or uploads them.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(import.meta.dirname, "..");
const own = join(root, "src/web/assets");
const reference = [
	fileURLToPath(import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js")),
	fileURLToPath(import.meta.resolve("swagger-ui-dist/swagger-ui.css")),
];

/** Where the Worker finds a file of `/assets/…`: in a folder `assets` of this one. */
export const staticFolder = join(root, "dist/static");

/** Copies what has no other source than these folders. */
export function gatherAssets(): void {
	const folder = join(staticFolder, "assets");
	mkdirSync(folder, { recursive: true });
	const files = [...readdirSync(own).map((name) => join(own, name)), ...reference];
	const names = new Set(files.map((file) => basename(file)));
	for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(join(folder, name));
	for (const file of files) copyFileSync(file, join(folder, basename(file)));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) gatherAssets();
