import { Launcher } from "./launcher.ts";
import { Memory } from "./memory.ts";
import type { Panel } from "./panel.tsx";
import { settingsOf, type Settings } from "./settings.ts";

/** Address of the panel's script: the build puts it here. */
declare const PANEL_FILE: string;

declare global {
	interface Window {
		/** For the page: `foyerWidget.open()` where it says "talk to us". */
		foyerWidget?: { open(): void; close(): void };
	}
}

/** The panel covers the page there, so it opens only when somebody asks for it. */
const NARROW = "(max-width: 480px), (max-height: 480px)";

function start(settings: Settings): void {
	const memory = new Memory(settings);
	const narrow = matchMedia(NARROW);
	let loading: Promise<Panel> | undefined;
	let attempts = 0;
	const load = async (): Promise<Panel> => {
		// A module that failed to load is not asked for again under the same address.
		const again = attempts > 0 ? `?${attempts}` : "";
		attempts += 1;
		const file = `${settings.origin}/${PANEL_FILE}${again}`;
		const { mount } = (await import(/* @vite-ignore */ file)) as typeof import("./panel.tsx");
		return mount({ settings, memory, launcher, narrow });
	};
	const panel = (): Promise<Panel> => {
		loading ??= load();
		loading.catch(() => (loading = undefined));
		return loading;
	};
	const prepare = () => void panel().catch(() => {});
	const act = async (action: (panel: Panel) => void): Promise<void> => {
		launcher.showBusy(true);
		try {
			action(await panel());
		} catch (error) {
			console.warn("Foyer:", error);
			launcher.showFailure();
		} finally {
			launcher.showBusy(false);
		}
	};
	const launcher = new Launcher(settings, {
		onIntent: prepare,
		onClick: () => void act((one) => (one.isOpen ? one.close() : one.open())),
	});
	window.foyerWidget = {
		open: () => void act((one) => one.open()),
		close: () => void loading?.then((one) => one.close()),
	};
	if (!narrow.matches && (memory.tab.isOpen ?? settings.isOpen)) void act((one) => one.open({ isQuiet: true }));
	// Somebody who has written waits for an answer: from then on the number on the button is a live one.
	else if (memory.isStarted) whenIdle(prepare);
}

function whenIdle(work: () => void): void {
	// Safari has no such callback.
	if (typeof requestIdleCallback === "function") requestIdleCallback(work, { timeout: 3000 });
	else setTimeout(work, 1000);
}

// A script that is loaded twice draws one widget.
const script = document.currentScript ?? document.querySelector("script[data-org][src*='/widget.js']");
if (script instanceof HTMLScriptElement && !window.foyerWidget) {
	const settings = settingsOf(script);
	if (settings) {
		window.foyerWidget = { open() {}, close() {} };
		if (document.body) start(settings);
		else document.addEventListener("DOMContentLoaded", () => start(settings));
	}
}
