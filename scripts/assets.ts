/**
 * Gathers the files of our pages into `dist/static`, from where wrangler.toml has them served: what Vite builds of `src/web`, the plain files
 * of `src/web/assets` and, from its package, the reference UI. Runs before anything serves or uploads them, and does nothing when they are
 * as new as their sources.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmdirSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(import.meta.dirname, "..");
const stampFile = join(root, "dist/static.stamp");
const lock = join(root, "dist/static.lock");
/** A build takes less than two seconds; a lock this old was left by one that was killed. */
const STALE_MS = 60_000;

/** Where the Worker finds what it serves: `/assets/…` in a folder `assets` of this one, pages in `pages`. */
export const staticFolder = join(root, "dist/static");

/** Brings `dist/static` up to date. Several processes may ask at once: one builds, the others wait. */
export function gatherAssets(): void {
	if (isFresh()) return;
	mkdirSync(join(root, "dist"), { recursive: true });
	while (!taken()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
	try {
		if (!isFresh()) gather(stamp());
	} finally {
		rmdirSync(lock);
	}
}

function gather(made: string): void {
	mkdirSync(join(staticFolder, "assets"), { recursive: true });
	// A process of its own: Vite sets NODE_ENV and loads megabytes that a server or a test run has no use for.
	execFileSync(process.execPath, [join(root, "scripts/build-web.ts"), staticFolder], {
		stdio: ["ignore", "inherit", "inherit"],
	});
	for (const file of copied()) copyFileSync(file, join(staticFolder, "assets", basename(file)));
	writeFileSync(stampFile, made);
}

/** Files that are served as they are. */
function copied(): string[] {
	const own = join(root, "src/web/assets");
	return [
		...readdirSync(own).map((name) => join(own, name)),
		fileURLToPath(import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js")),
		fileURLToPath(import.meta.resolve("swagger-ui-dist/swagger-ui.css")),
	];
}

function isFresh(): boolean {
	return existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp();
}

/** What the files are made of: names, sizes and times of all sources. */
function stamp(): string {
	const web = join(root, "src/web");
	const sources = readdirSync(web, { recursive: true, encoding: "utf8" }).map((name) => join(web, name));
	const others = ["vite.config.ts", "package-lock.json", "scripts/assets.ts", "scripts/build-web.ts"];
	const hash = createHash("sha256");
	for (const file of [...sources, ...others.map((name) => join(root, name))].sort()) {
		const { size, mtimeMs } = statSync(file);
		hash.update(`${file} ${size} ${mtimeMs}\n`);
	}
	return hash.digest("hex");
}

function taken(): boolean {
	try {
		mkdirSync(lock);
		return true;
	} catch {
		const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
		if (age > STALE_MS) rmdirSync(lock);
		return false;
	}
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) gatherAssets();
