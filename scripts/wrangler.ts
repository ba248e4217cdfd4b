import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./local.ts";

const bin = join(root, "node_modules/wrangler/bin/wrangler.js");

/** Runs wrangler in this terminal; ends the process with its exit code when it fails. */
export function wrangler(...args: string[]): void {
	const { status } = spawnSync(process.execPath, [bin, ...args], { cwd: root, stdio: "inherit" });
	if (status !== 0) process.exit(status ?? 1);
}

/** Whether wrangler finds what a command asks for; why it does not is shown by the command that then makes it. */
export function isFound(...args: string[]): boolean {
	return spawnSync(process.execPath, [bin, ...args], { cwd: root, stdio: "ignore" }).status === 0;
}

/** Runs wrangler and returns what it prints as JSON. */
export function wranglerJson<T>(...args: string[]): T {
	const { status, stdout } = spawnSync(process.execPath, [bin, ...args], {
		cwd: root,
		stdio: ["inherit", "pipe", "inherit"],
		encoding: "utf8",
	});
	if (status !== 0) {
		process.stderr.write(stdout);
		process.exit(status ?? 1);
	}
	return JSON.parse(stdout) as T;
}
