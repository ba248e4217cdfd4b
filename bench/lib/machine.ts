import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { sleep } from "./load.ts";

const TICKS_PER_SECOND = 100;

/** What the figures depend on, and nothing that names the machine. */
export function machineFacts(): Record<string, string | number> {
	return {
		date: new Date().toISOString().slice(0, 10),
		cores: availableParallelism(),
		memoryGiB: Math.round(totalmem() / 2 ** 30),
		platform: `${process.platform} ${process.arch}`,
		node: process.versions.node,
		workerd: versionOf("workerd"),
		miniflare: versionOf("miniflare"),
		socketio: versionOf("socket.io"),
	};
}

function versionOf(name: string): string {
	const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
	return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Seconds of CPU that all cores together have spent. */
function machineCpu(): number {
	return cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) / 1000, 0);
}

/** Seconds of CPU of one process; NaN where /proc does not tell. */
function processCpu(pid: number): number {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
	} catch {
		return NaN;
	}
}

/** Resident memory of a process in KiB; NaN where /proc does not tell. */
export function residentKiB(pid: number): number {
	try {
		return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
	} catch {
		return NaN;
	}
}

/** CPU in cores while something ran: the server's, the generator's, and that of everybody else on the machine. */
export type Usage = { seconds: number; serverCores: number; generatorCores: number; otherCores: number };

/** Starts to count; the answer stops it. */
export function meter(serverPid: number): () => Usage {
	const [startedAt, server, own, machine] = [
		performance.now(),
		processCpu(serverPid),
		process.cpuUsage(),
		machineCpu(),
	];
	return () => {
		const seconds = (performance.now() - startedAt) / 1000;
		const { user, system } = process.cpuUsage(own);
		const generatorCores = (user + system) / 1e6 / seconds;
		const serverCores = (processCpu(serverPid) - server) / seconds;
		const all = (machineCpu() - machine) / seconds;
		return { seconds, serverCores, generatorCores, otherCores: Math.max(0, all - generatorCores - (serverCores || 0)) };
	};
}

/** Waits until the machine is nearly idle, so that nobody else is measured; 10 s at most. */
export async function waitQuiet(cores = 0.3): Promise<void> {
	for (let tries = 0; tries < 10; tries++) {
		const [before, at] = [machineCpu(), performance.now()];
		await sleep(1000);
		if ((machineCpu() - before) / ((performance.now() - at) / 1000) < cores) return;
	}
}

/** How many files a process may have open. */
export function openFilesLimit(): number {
	try {
		return Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? Infinity);
	} catch {
		return Infinity;
	}
}
