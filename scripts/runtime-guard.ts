import { spawn, type ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { basename } from "node:path";

/**
 * Watches the workerd process behind Miniflare, which neither tells its pid nor lets it die with us: after `kill -9` of this process
 * workerd went on serving and kept the port (2026-11-22), and when workerd died Miniflare quietly started another.
 */
export class RuntimeGuard {
	/** Settles with the reason when workerd ends while it should be serving. */
	readonly died: Promise<string>;
	#die: (reason: string) => void = () => {};
	#runtime: ChildProcess | undefined;
	#watchdog: ChildProcess | undefined;
	#serving = false;

	constructor() {
		this.died = new Promise((resolve) => {
			this.#die = resolve;
		});
	}

	/** Runs something that makes Miniflare start or restart its runtime, and guards the process that comes of it. */
	async during<T>(start: () => Promise<T>): Promise<T> {
		this.#serving = false;
		subscribe("child_process", this.#onChild);
		try {
			return await start();
		} finally {
			unsubscribe("child_process", this.#onChild);
		}
	}

	/** From now on the end of the runtime is a fault. Returns its pid. */
	serving(): number {
		this.#serving = true;
		const { pid, exitCode, signalCode } = this.#runtime ?? {};
		if (pid === undefined) throw new Error("Miniflare started no workerd.");
		if (exitCode !== null || signalCode !== null) this.#onExit(exitCode ?? null, signalCode ?? null);
		return pid;
	}

	/** From now on it is not: we end it ourselves. */
	release(): void {
		this.#serving = false;
		this.#watchdog?.kill();
	}

	readonly #onChild = (message: unknown): void => {
		const child = (message as { process: ChildProcess }).process;
		child.once("spawn", () => {
			if (basename(child.spawnfile).startsWith("workerd")) this.#watch(child);
		});
	};

	#watch(runtime: ChildProcess): void {
		this.#runtime = runtime;
		this.#watchdog?.kill();
		this.#watchdog = watchdog(runtime);
		runtime.once("exit", (code, signal) => {
			if (this.#serving && runtime === this.#runtime) this.#onExit(code, signal);
		});
	}

	#onExit(code: number | null, signal: NodeJS.Signals | null): void {
		this.release();
		this.#die(`the Workers runtime ended unexpectedly (${signal ?? `exit code ${code}`})`);
	}
}

/** A shell that reads from a pipe we never write to: it sees the end of it when we die, however we die, and takes the runtime along. */
function watchdog(runtime: ChildProcess): ChildProcess {
	const shell = spawn("sh", ["-c", 'read _; kill -9 "$1"', "sh", String(runtime.pid)], {
		stdio: ["pipe", "ignore", "ignore"],
		detached: true,
	});
	shell.unref();
	(shell.stdin as unknown as { unref(): void }).unref();
	return shell;
}
