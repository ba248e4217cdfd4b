import { spawn } from "node:child_process";
import { once } from "node:events";
import { root } from "../../scripts/local.ts";
import { firstAnswer, freePort } from "./first-answer.ts";

/** Runs `npm start` on a state directory until `/health` answers; returns how long that took, in ms, and ends it. */
export async function npmStart(stateDir: string): Promise<number> {
	const port = await freePort();
	const startedAt = performance.now();
	const child = spawn("npm", ["start"], {
		cwd: root,
		env: { ...process.env, PORT: String(port), STATE_DIR: stateDir },
		stdio: "ignore",
		detached: true,
	});
	const exited = once(child, "exit");
	try {
		await firstAnswer(new URL(`http://127.0.0.1:${port}/health`), exited);
		return performance.now() - startedAt;
	} finally {
		// The group: npm, its shell and ours.
		if (child.exitCode === null) process.kill(-child.pid!, "SIGTERM");
		await exited;
	}
}
