import { hoursOf, type Hours } from "./room-api.ts";
import type { Settings } from "./settings.ts";

/** Asked again no sooner than this after a change. */
const LEAST_MS = 5_000;
/** Schedules are changed by people, too. */
const MOST_MS = 15 * 60_000;

/** Knows when the office is open, while somebody looks. */
export class HoursWatch {
	readonly #settings: Settings;
	readonly #onChange: () => void;
	#hours: Hours = { isOpen: null, nextChange: null };
	#timer: ReturnType<typeof setTimeout> | undefined;
	#isWatching = false;

	constructor(settings: Settings, onChange: () => void) {
		this.#settings = settings;
		this.#onChange = onChange;
	}

	get hours(): Hours {
		return this.#hours;
	}

	start(): void {
		if (this.#isWatching) return;
		this.#isWatching = true;
		void this.#ask();
	}

	stop(): void {
		this.#isWatching = false;
		clearTimeout(this.#timer);
	}

	async #ask(): Promise<void> {
		this.#hours = await hoursOf(this.#settings);
		this.#onChange();
		if (!this.#isWatching) return;
		const change = (this.#hours.nextChange?.getTime() ?? Infinity) - Date.now();
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#ask(), Math.min(MOST_MS, Math.max(LEAST_MS, change)));
	}
}
