import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { root } from "../../scripts/local.ts";

/** A server of its own, started as `npm start` starts it, on a free port unless one is named. */
export class Server {
	readonly url: string;
	readonly #child: ChildProcess;

	private constructor(url: string, child: ChildProcess) {
		this.url = url;
		this.#child = child;
	}

	/** Resolves when the server says that it serves; throws with what it said when it does not. */
	static async start(stateDir: string, port = 0, vars: Record<string, string> = {}): Promise<Server> {
		const child = spawn(process.execPath, ["scripts/start.ts"], {
			cwd: root,
			env: { ...process.env, PORT: String(port), STATE_DIR: stateDir, REQUEST_LOG: "off", ...vars },
			stdio: ["ignore", "pipe", "inherit"],
			// A process group of its own, to be killed whole.
			detached: true,
		});
		const said: string[] = [];
		for await (const line of createInterface(child.stdout)) {
			said.push(line);
			const [, url] = /^Foyer serves (\S+)/.exec(line) ?? [];
			if (url) {
				child.stdout.resume();
				return new Server(url, child);
			}
		}
		throw new Error(`the server did not start: ${said.join("\n")}`);
	}

	/** The most bytes that its runtime has held so far, where the system tells. */
	async memory(): Promise<number> {
		const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
		const held = await Promise.all(
			processes.map(async (pid) => {
				const [stat, status] = await Promise.all(
					["stat", "status"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "")),
				);
				const [, name, group] = /\((.*)\) \S \d+ (\d+)/.exec(stat ?? "") ?? [];
				const isRuntime = name === "workerd" && Number(group) === this.#child.pid;
				return isRuntime ? 1024 * Number(/VmHWM:\s+(\d+)/.exec(status ?? "")?.[1] ?? 0) : 0;
			}),
		);
		return held.reduce((sum, bytes) => sum + bytes, 0);
	}

	/** Ends all of its processes at once, as the machine going down would. */
	async kill(): Promise<void> {
		const exited = once(this.#child, "exit");
		process.kill(-(this.#child.pid as number), "SIGKILL");
		await exited;
	}

	async stop(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
		const exited = once(this.#child, "exit");
		this.#child.kill("SIGTERM");
		await exited;
	}

	/** Asks in JSON; throws when the answer is not a good one. */
	async ask<T>(method: string, path: string, token: string | undefined, body?: unknown): Promise<T> {
		const response = await fetch(this.url + path, {
			method,
			headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
		return JSON.parse(text) as T;
	}
}
